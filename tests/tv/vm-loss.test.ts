/** The television on the simulation loses a whole VM: the page comes back at the entry it was on, with focus and scroll where they were. */
import { expect, test } from 'vitest';
import type { Key } from '../../host-shim/common/ports/input-port.js';
import type { Picture } from '../../host-shim/common/ports/picture.js';

/** The built files: the stage finds the guests beside them. */
const built = (path: string) => import(/* @vite-ignore */ new URL(`../../dist/${path}.js`, import.meta.url).href);
const { simStage } = (await built('examples/tv/headless/stage')) as typeof import('../../examples/tv/headless/stage.js');
const { actorOrders, parties, portVms } = (await built('examples/tv/application')) as typeof import('../../examples/tv/application.js');
const { startSystem } = (await built('actors/system')) as typeof import('../../actors/system.js');
const { SimHost } = (await built('host-shim/sim/host')) as typeof import('../../host-shim/sim/host.js');
const { openTimerPort } = (await built('host-shim/common/ports/timer')) as typeof import('../../host-shim/common/ports/timer.js');
const { openDisplayPort } = (await built(
  'host-shim/common/ports/display-port',
)) as typeof import('../../host-shim/common/ports/display-port.js');
const { openInputPort } = (await built('host-shim/common/ports/input-port')) as typeof import('../../host-shim/common/ports/input-port.js');
const { telemetry } = (await built('protocol/generated/telemetry')) as typeof import('../../protocol/generated/telemetry.js');

/** What a viewer can tell: places, sizes, colours and texts, whatever the nodes are called. */
function shown(picture: Picture): string {
  const items = Array.from({ length: picture.itemCount }, (_, index) => {
    const { x, y, width, height, colour, node } = picture.itemAt(index);
    return [x, y, width, height, colour, picture.stringOf(node)];
  });
  return JSON.stringify(items);
}

async function open(seed: number) {
  const portErrors: unknown[] = [];
  const stage = await simStage({ seed, onPortError: (_port, error) => void portErrors.push(error) });
  const { host, vm } = stage;
  if (!(host instanceof SimHost)) throw new Error('not the simulation');
  openTimerPort(vm, host.timers);
  vm.openPort(telemetry, { onFlush() {} });
  const display = openDisplayPort(vm, {});
  const input = openInputPort(vm);
  const system = await startSystem(host, { parties, portVms, actors: actorOrders(seed), placement: 'mixed', seed });
  const frames = async (count: number) => {
    for (let i = 0; i < count; i++) {
      display.tick(host.clock.nowMicros());
      await stage.frame();
    }
  };
  const press = async (...keys: Key[]) => {
    for (const key of keys) {
      input.key(key, 'down');
      input.key(key, 'up');
      await frames(25);
    }
  };
  await frames(60);
  return { host, system, stage, display, frames, press, portErrors };
}

const WAYS: readonly (readonly [screen: string, keys: readonly Key[]])[] = [
  ['browse', ['right', 'right', 'right', 'down', 'right']],
  ['details', ['right', 'down', 'enter']],
];

test.each(WAYS.flatMap(([screen, keys]) => (['js', 'wasm'] as const).map((vm) => ({ screen, keys, vm }))))(
  'on $screen, the $vm VM is lost: the same picture, and the next key does what it would have done',
  async ({ keys, vm }) => {
    const calm = await open(7);
    const struck = await open(7);
    await calm.press(...keys);
    await struck.press(...keys);
    expect(shown(struck.display.picture)).toBe(shown(calm.display.picture));
    struck.host.lose(vm, 'lost by the test');
    await struck.frames(120);
    expect(struck.system.vms.find((status) => status.vm === vm)?.state).toBe('running');
    expect(shown(struck.display.picture)).toBe(shown(calm.display.picture));
    for (const { press } of [calm, struck]) await press('right', 'back', 'right');
    for (const { frames } of [calm, struck]) await frames(60);
    expect(shown(struck.display.picture)).toBe(shown(calm.display.picture));
    expect(struck.portErrors).toEqual([]);
  },
);
