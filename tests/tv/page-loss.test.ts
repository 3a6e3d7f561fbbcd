/**
 * The television on the simulation loses a whole VM, or its page throws: the page comes back at the same entry, with the same focus and
 * scroll. Every frame shows exactly one of the two pages.
 */
import { expect, test } from 'vitest';
import type { SystemOptions } from '../../actors/application/system.js';
import type { Vm } from '../../actors/vm/vm.js';
import { openPage } from '../../examples/tv/app/page.js';
import type { Key } from '../../host-shim/common/ports/input-port.js';
import type { Picture } from '../../host-shim/common/ports/picture.js';
import type { PublicationOf } from '../../protocol/fields.js';
import type { history } from '../../protocol/generated/history.js';

/** The built files: the stage finds the guests beside them. */
const built = (path: string) => import(/* @vite-ignore */ new URL(`../../dist/${path}.js`, import.meta.url).href);
const { simStage } = (await built('examples/tv/headless/stage')) as typeof import('../../examples/tv/headless/stage.js');
const { actorSpecs, parties, portVms } = (await built('examples/tv/application')) as typeof import('../../examples/tv/application.js');
const { startSystem } = (await built('actors/application/system')) as typeof import('../../actors/application/system.js');
const { INTENSITY_DEFAULT } = (await built('actors/supervisor/intensity')) as typeof import('../../actors/supervisor/intensity.js');
const { SimHost } = (await built('host-shim/sim/host')) as typeof import('../../host-shim/sim/host.js');
const { openTimerPort } = (await built('host-shim/common/ports/timer')) as typeof import('../../host-shim/common/ports/timer.js');
const { openDisplayPort } = (await built(
  'host-shim/common/ports/display-port',
)) as typeof import('../../host-shim/common/ports/display-port.js');
const { openInputPort } = (await built('host-shim/common/ports/input-port')) as typeof import('../../host-shim/common/ports/input-port.js');
const { telemetry } = (await built('protocol/generated/telemetry')) as typeof import('../../protocol/generated/telemetry.js');

/** The visible content of a picture: places, sizes, colours and texts, but no numbers of nodes. */
function shown(picture: Picture): string {
  const items = Array.from({ length: picture.itemCount }, (_, index) => {
    const { x, y, width, height, colour, node } = picture.itemAt(index);
    return [x, y, width, height, colour, picture.stringOf(node)];
  });
  return JSON.stringify(items);
}

/** Each incarnation of the page numbers its nodes from 1, in the order of their creation. */
const nodesOf = (picture: Picture): readonly number[] =>
  Array.from({ length: picture.itemCount }, (_, index) => picture.itemAt(index).node);

async function open(seed: number, sharedMemory = true, more: Partial<SystemOptions> = {}) {
  const portErrors: unknown[] = [];
  const stage = await simStage({
    seed,
    onPortError: (_port, error) => void portErrors.push(error),
    capabilities: { wasm: true, workers: true, sharedMemory },
  });
  const { host, vm } = stage;
  if (!(host instanceof SimHost)) throw new Error('not the simulation');
  openTimerPort(vm, host.timers);
  vm.openPort(telemetry, { onFlush() {} });
  const display = openDisplayPort(vm, {});
  const input = openInputPort(vm);
  const system = await startSystem(host, { parties, portVms, actors: actorSpecs(seed), placement: 'mixed', seed, ...more });
  /** Pictures that differed from the one before. */
  const seen: string[] = [];
  const frames = async (count: number) => {
    for (let i = 0; i < count; i++) {
      display.tick(host.clock.nowMicros());
      await stage.frame();
      const picture = shown(display.picture);
      if (picture !== seen.at(-1)) seen.push(picture);
    }
  };
  const key = (name: Key) => {
    input.key(name, 'down');
    input.key(name, 'up');
  };
  const press = async (...keys: readonly Key[]) => {
    for (const name of keys) {
      key(name);
      await frames(25);
    }
  };
  await frames(60);
  return { host, system, display, frames, key, press, seen, portErrors };
}

const WAYS = [
  { screen: 'browse', keys: ['down', 'right', 'right', 'up', 'right', 'right'], edge: 'up' },
  { screen: 'details', keys: ['right', 'down', 'enter', 'right'], edge: 'right' },
] as const;

type World = Awaited<ReturnType<typeof open>>;

interface End {
  readonly what: string;
  readonly sharedMemory?: boolean;
  readonly end: (world: World, edge: Key) => Promise<void>;
}

const ENDS: readonly End[] = [
  { what: 'its VM is lost', end: async ({ host }) => host.lose('js', 'lost by the test') },
  { what: 'its VM is lost without shared memory', sharedMemory: false, end: async ({ host }) => host.lose('js', 'lost by the test') },
  {
    what: 'it throws',
    // At an arrow that leads nowhere, which changes nothing on the screen.
    end: async ({ system, key }, edge) => {
      await system.crash('page');
      key(edge);
    },
  },
];

test.each(WAYS.flatMap((way) => ENDS.map((end) => ({ ...way, ...end }))))(
  'the page on $screen, when $what: not one frame differs, and focus is where it was',
  async ({ keys, edge, end, sharedMemory }) => {
    const calm = await open(7, sharedMemory);
    const struck = await open(7, sharedMemory);
    await calm.press(...keys);
    await struck.press(...keys);
    const before = shown(struck.display.picture);
    const nodes = nodesOf(struck.display.picture);
    expect(before).toBe(shown(calm.display.picture));
    struck.seen.length = 0;
    await end(struck, edge);
    await struck.frames(40);
    expect(struck.seen).toEqual([before]);
    expect(nodesOf(struck.display.picture)).not.toEqual(nodes);
    expect(struck.system.ports.find(({ port }) => port === 'page')).toMatchObject({ state: 'running', epoch: 2, restarts: 1 });
    await calm.press(edge, 'left', 'back', 'right');
    await struck.press('left', 'back', 'right');
    for (const { frames } of [calm, struck]) await frames(60);
    expect(shown(struck.display.picture)).toBe(shown(calm.display.picture));
    expect(struck.portErrors).toEqual([]);
  },
);

test.each([
  ['bytes that cannot be read', [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 'range at byte 0'],
  ['text that is not UTF-8', [0xa2, 0xc0, 0xaf], 'utf-8 at byte 0'],
  ['an object of another shape', [0x80], 'names no film'],
  ['nothing', [0xc0], 'names no film'],
])('an entry of history whose parameters are %s is shown as the first screen, and said in the log', (_, params, text) => {
  const sent: [string, unknown][] = [];
  const port = {
    epoch: 1,
    send: (message: { name: string }, fields: unknown) => sent.push([message.name, fields]),
    sendTo() {},
    request: () => new Promise(() => {}),
    onTimer() {},
  };
  const pages: { onOpen(): void; onHistoryCurrent(current: PublicationOf<typeof history, 'current'>): void }[] = [];
  openPage({
    openSupervisedPort: (_party: unknown, create: (to: unknown) => (typeof pages)[0]) => pages.push(create(port)),
  } as unknown as Vm);
  const [page] = pages;
  page.onOpen();
  page.onHistoryCurrent({
    entry: 2,
    depth: 1,
    route: 'details',
    params: Uint8Array.from(params),
    focus: 0,
    scroll: [],
    action: 'restored',
  });
  expect(sent.filter(([name]) => name === 'log')).toEqual([['log', expect.objectContaining({ text: expect.stringContaining(text) })]]);
  expect(sent.map(([name]) => name)).toContain('commit');
});

test('a page that throws at every frame is down in the end, and its picture stays', async () => {
  const { system, press, frames, display } = await open(7);
  const before = shown(display.picture);
  for (let crash = 0; crash <= INTENSITY_DEFAULT.intensity; crash++) {
    await system.crash('page');
    await press('up');
  }
  await frames(20);
  expect(system.ports.find(({ port }) => port === 'page')).toMatchObject({ state: 'exhausted' });
  expect(system.state).toBe('degraded');
  expect(shown(display.picture)).toBe(before);
  await system.startPort('page');
  await frames(60);
  expect(system.state).toBe('running');
  await press('right', 'left');
  await frames(60);
  expect(shown(display.picture)).toBe(before);
});

const BOTH_MEMORIES = WAYS.flatMap((way) => [true, false].map((sharedMemory) => ({ ...way, sharedMemory })));

test.each(BOTH_MEMORIES)(
  'on $screen, the Wasm VM is lost, shared memory $sharedMemory: the same picture, and the next key does what it would have done',
  async ({ keys, sharedMemory }) => {
    const calm = await open(7, sharedMemory);
    const struck = await open(7, sharedMemory);
    await calm.press(...keys);
    await struck.press(...keys);
    struck.host.lose('wasm', 'lost by the test');
    await struck.frames(120);
    expect(struck.system.vms.find((status) => status.vm === 'wasm')?.state).toBe('running');
    expect(shown(struck.display.picture)).toBe(shown(calm.display.picture));
    for (const { press } of [calm, struck]) await press('right', 'back', 'right');
    for (const { frames } of [calm, struck]) await frames(60);
    expect(shown(struck.display.picture)).toBe(shown(calm.display.picture));
    expect(struck.portErrors).toEqual([]);
  },
);

test.each(BOTH_MEMORIES)(
  'on $screen, the Wasm VM is lost for good in mid-animation, shared memory $sharedMemory: its actors go on in JavaScript, and nobody sees it',
  async ({ keys, sharedMemory }) => {
    const never = { vmIntensity: { intensity: 0, periodMs: 1_000 } };
    const calm = await open(7, sharedMemory, never);
    const struck = await open(7, sharedMemory, never);
    for (const { press, key, frames } of [calm, struck]) {
      await press(...keys);
      key('left');
      await frames(4);
    }
    struck.host.lose('wasm', 'the engine is broken');
    for (const { frames } of [calm, struck]) await frames(120);
    expect(shown(struck.display.picture)).toBe(shown(calm.display.picture));
    for (const { press } of [calm, struck]) await press('right', 'down', 'back', 'right');
    for (const { frames } of [calm, struck]) await frames(60);
    expect(shown(struck.display.picture)).toBe(shown(calm.display.picture));
    expect(struck.system.vms.find(({ vm }) => vm === 'wasm')).toMatchObject({ state: 'running', failedOver: true });
    const inWasm = struck.system.actors.filter(({ vm }) => vm === 'wasm');
    expect(inWasm.map(({ condition }) => condition)).toEqual(inWasm.map(() => 'failed over'));
    expect(inWasm.length).toBeGreaterThan(1);
    expect(struck.system.state).toBe('running');
    expect(await struck.system.counters()).toMatchObject({ divergent: 0, fenced: 0 });
    expect(struck.portErrors).toEqual([]);
  },
);
