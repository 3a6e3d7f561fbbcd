/** The television on the simulation, with a remote control for keys at any time: for tests of the effects of keys. */
import type { SystemOptions } from '../../actors/application/system.js';
import type { Place } from '../../examples/tv/headless/report.js';
import type { Key } from '../../host-shim/common/ports/input-port.js';

/** The built files: the stage finds the guests beside them. */
const built = (path: string) => import(/* @vite-ignore */ new URL(`../../dist/${path}.js`, import.meta.url).href);
const { simStage } = (await built('examples/tv/headless/stage')) as typeof import('../../examples/tv/headless/stage.js');
const { placeOf } = (await built('examples/tv/headless/report')) as typeof import('../../examples/tv/headless/report.js');
const { actorSpecs, parties, portVms } = (await built('examples/tv/application')) as typeof import('../../examples/tv/application.js');
const { startSystem } = (await built('actors/application/system')) as typeof import('../../actors/application/system.js');
const { SimHost } = (await built('host-shim/sim/host')) as typeof import('../../host-shim/sim/host.js');
const { openTimerPort } = (await built('host-shim/common/ports/timer')) as typeof import('../../host-shim/common/ports/timer.js');
const { openDisplayPort } = (await built(
  'host-shim/common/ports/display-port',
)) as typeof import('../../host-shim/common/ports/display-port.js');
const { openInputPort } = (await built('host-shim/common/ports/input-port')) as typeof import('../../host-shim/common/ports/input-port.js');
const { telemetry } = (await built('protocol/generated/telemetry')) as typeof import('../../protocol/generated/telemetry.js');

const FRAME_MS = 1000 / 60;
/** Longer than any movement and than the slowest answer of the catalogue. */
const REST_FRAMES = 25;

export interface World {
  /** Lets so many frames pass. */
  frames(count: number): Promise<void>;
  /** Presses keys with these pauses, and then lets everything come to rest. */
  press(keys: readonly Key[], apartMs: number): Promise<void>;
  place(): Promise<Place | null>;
  readonly portErrors: readonly unknown[];
}

/** @param early keys that are pressed with the first picture, before any film has arrived */
export async function openWorld(
  placement: string,
  more: Partial<SystemOptions> = {},
  seed = 7,
  early: readonly Key[] = [],
): Promise<World> {
  const portErrors: unknown[] = [];
  const stage = await simStage({ seed, onPortError: (_port, error) => void portErrors.push(error) });
  const { host, vm } = stage;
  if (!(host instanceof SimHost)) throw new Error('not the simulation');
  openTimerPort(vm, host.timers);
  vm.openPort(telemetry, { onFlush() {} });
  const display = openDisplayPort(vm, {});
  const input = openInputPort(vm);
  const system = await startSystem(host, { parties, portVms, actors: actorSpecs(seed), placement, seed, ...more });
  const frames = async (count: number) => {
    for (let i = 0; i < count; i++) {
      display.tick(host.clock.nowMicros());
      await host.pass(FRAME_MS);
    }
  };
  const strike = (key: Key) => {
    input.key(key, 'down');
    input.key(key, 'up');
  };
  await frames(2);
  for (const key of early) strike(key);
  await frames(60);
  return {
    frames,
    portErrors,
    place: () => placeOf(system),
    async press(keys, apartMs) {
      for (const key of keys) {
        strike(key);
        if (apartMs > 0) await host.pass(apartMs);
      }
      await frames(REST_FRAMES);
    },
  };
}
