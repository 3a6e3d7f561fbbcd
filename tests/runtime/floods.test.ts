/** An actor that floods itself, a neighbour, a port or its followers pays for it: neighbours are answered, waiting frames bounded. */
import { describe, expect, test } from 'vitest';
import { TIMERS_RUNNING_MAX } from '../../host-shim/limits.js';
import { createSimHost, detectCapabilities, type SimHost } from '../../host-shim/sim/index.js';
import { BODY_OFFSET } from '../../protocol/frame.js';
import {
  FRAME_BYTES_MAX,
  MAILBOX_BYTES_MAX,
  MAILBOX_FORCED_SHARE_MAX,
  REFUSALS_IN_FLIGHT_MAX,
  REQUESTS_IN_FLIGHT_MAX,
  STRING_BYTES_DEFAULT_MAX,
} from '../../protocol/limits.js';
import { trap } from '../guest/protocol/generated/index.js';
import { openTrapStage } from '../guest/trap-stage.js';
import { FloodStage } from './flood-stage.js';
import { brook, definition, parties, torrent, waterOf } from './flood-world.js';

const UNSETTLED_MAX = REQUESTS_IN_FLIGHT_MAX + REFUSALS_IN_FLIGHT_MAX;

async function open(placement = 'js', sharedMemory = true): Promise<{ host: SimHost; stage: FloodStage }> {
  const load = async () => definition;
  const capabilities = { ...detectCapabilities(), sharedMemory };
  const host = createSimHost({ seed: 1, capabilities, parties, vms: { js: { load }, wasm: { load } } });
  const stage = new FloodStage(host);
  await stage.start(host, placement);
  return { host, stage };
}

const MEGABYTE = 1 << 20;
/** The largest load: beside its bytes it has a few other fields. */
const LARGEST = FRAME_BYTES_MAX - BODY_OFFSET - 32;
const SIZES: readonly (readonly [number, boolean])[] = [
  [MEGABYTE / 2, true],
  [LARGEST, true],
  [MEGABYTE, false],
  [2 * MEGABYTE, false],
  [4 * MEGABYTE, false],
  [5 * MEGABYTE - 25_000, false],
];

describe.each(['js', 'torrent=js,brook=wasm'])('frames of any size, %s', (placement) => {
  test.each(SIZES)('%i bytes from an actor arrive: %s', async (bytes, fits) => {
    const { host, stage } = await open(placement);
    const { system, gauge } = stage;
    for (const to of ['brook', 'gauge', 'followers']) gauge.send(torrent.receives.load, { bytes, to });
    await host.pass(500);
    const { bytes: came } = await host.until(gauge.request(brook.receives.ping, {}));
    expect([came, stage.loads]).toEqual(fits ? [2 * bytes, [bytes, bytes]] : [0, []]);
    const given = stage.changes.flatMap((change) => (change.type === 'poisoned' ? [change.report.reason] : []));
    expect(given).toEqual(
      fits ? [] : Array.from({ length: 3 }, () => expect.stringMatching(/^a frame of \d+ bytes is over the limit of 1048576/)),
    );
    expect(await system.counters()).toMatchObject({ waiting: 0 });
  });

  test.each(SIZES)('%i bytes from a port, and as a reply, arrive: %s', async (bytes, fits) => {
    const { host, stage } = await open(placement);
    const { gauge } = stage;
    const send = () => gauge.send(brook.receives.load, waterOf(bytes));
    if (fits) send();
    else expect(send).toThrow(/a frame of \d+ bytes is over the limit of 1048576/);
    const drawn = host.until(gauge.request(brook.receives.draw, { bytes }));
    if (fits) await drawn;
    else await expect(drawn).rejects.toMatchObject({ code: 'poisoned' });
    expect(await host.until(gauge.request(brook.receives.ping, {}))).toEqual({ bytes: fits ? bytes : 0 });
  });
});

test.each(SIZES)('%i bytes from a guest to a port arrive: %s', async (bytes, fits) => {
  const { host, system, port, sums, fillings } = await openTrapStage(5);
  const given: string[] = [];
  system.onChange((change) => {
    if (change.type === 'poisoned') given.push(change.report.reason);
  });
  port.send(trap.receives.fill, { bytes });
  port.send(trap.receives.add, { number: 1 });
  await host.pass(100);
  expect([fillings, sums]).toEqual([fits ? [bytes] : [], [1]]);
  expect(given).toEqual(fits ? [] : [expect.stringMatching(/larger than FRAME_BYTES_MAX/)]);
  expect(await host.until(system.counters())).toMatchObject({ waiting: 0 });
});

describe('a flood', () => {
  test.each(['drip', 'ordinary'])('of itself (%s): all of 50 requests to a neighbour are answered', async (way) => {
    const { host, stage } = await open();
    stage.flood(way, 100);
    await host.pass(20);
    expect(await host.until(stage.ask(50))).toBe(50);
    expect(stage.system.vms.map(({ state }) => state)).toEqual(['running', 'running']);
  });

  test.each([
    ['requests to a neighbour', 'brook', 100_000],
    ['requests to a port that never answers', 'gauge', 100_000],
    ['publications', 'tide', 100_000],
    ['log records of 2 KB', 'log', 50_000],
  ])('of %s in one handler is its own poison', async (_what, way, count) => {
    const { host, stage } = await open();
    stage.flood(way, count);
    const asked = stage.ask(50);
    await host.pass(50);
    expect(await host.until(asked)).toBe(50);
    expect(stage.changes.flatMap((change) => (change.type === 'poisoned' ? [change.report] : []))).toMatchObject([
      { party: 'torrent', reason: expect.stringMatching(/^a handler emitted more than 4194304 bytes/) },
    ]);
    expect(stage.crashes.every(({ party }) => party === 'torrent')).toBe(true);
    expect(stage.system.vms.map(({ state }) => state)).toEqual(['running', 'running']);
  });
});

const BOTH = ['running', 'running'];

describe.each([true, false])('requests without end, shared memory %s', (sharedMemory) => {
  test('their VM is lost meanwhile and runs again; a neighbour is answered throughout; only the flooding actor has failures', async () => {
    const { host, stage } = await open('js', sharedMemory);
    for (let i = 0; i < 100; i++) stage.flood('asking', 20);
    await host.pass(5);
    const asked = [stage.ask(50)];
    host.lose('js', 'the thread ended');
    asked.push(stage.ask(50));
    await host.pass(10);
    asked.push(stage.ask(50));
    expect(await host.until(Promise.all(asked))).toEqual([50, 50, 50]);
    expect(stage.states).toEqual(BOTH);
    const letters = await stage.system.deadLetters();
    expect(new Set(letters.map(({ code, source }) => [code, source].join()))).toEqual(new Set([`overloaded,${torrent.address}`]));
    expect(stage.crashes).toEqual([]);
    expect(stage.system.actors).toMatchObject([
      { actor: 'torrent', state: 'running', epoch: 2 },
      { actor: 'brook', state: 'running', epoch: 2 },
    ]);
  });

  test.each(['nothing', 'loss', 'move'])(
    'the requester is told once of each that failed, however many there are; meanwhile: %s',
    async (what) => {
      const { host, stage } = await open('torrent=js,brook=wasm', sharedMemory);
      const count = 3 * UNSETTLED_MAX;
      stage.gauge.send(torrent.receives.ask, { count, again: 0 });
      await host.pass(3);
      if (what === 'loss') host.lose('js', 'the thread ended');
      if (what === 'move') await host.until(stage.system.moveActor('torrent', 'wasm'));
      await host.pass(800);
      expect(await host.until(stage.tally())).toMatchObject({ asked: count, failed: count });
      expect(await host.until(stage.ask(50))).toBe(50);
      expect(stage.changes.filter(({ type }) => type === 'refused')).toEqual([]);
    },
  );
});

test('a party that asks more for each failed request is told of as many as its mailbox can hold, and that it misses some', async () => {
  const { host, stage } = await open();
  stage.gauge.send(torrent.receives.ask, { count: 2 * REQUESTS_IN_FLIGHT_MAX, again: 40 });
  await host.pass(8);
  expect(await host.until(stage.ask(50))).toBe(50);
  expect(stage.states).toEqual(BOTH);
  const report = { vm: 'js', code: 'overloaded', party: 'torrent', kindName: 'brook.silence' };
  expect(stage.changes.filter(({ type }) => type === 'refused')).toMatchObject([{ report }]);
});

test.each(['nothing', 'log+tide+timer+gauge+brook'])(
  'a flood of itself that doubles at each message, with %s at each, is bounded: its VM runs, and a neighbour is answered',
  async (what) => {
    const { host, stage } = await open();
    stage.flood(`doubling ${what} `.padEnd(STRING_BYTES_DEFAULT_MAX, 'x'), 1);
    await host.pass(11);
    // What comes from elsewhere to who floods itself does not stand in the way of what is for its neighbour.
    stage.flood('nothing');
    expect(await host.until(stage.ask(50))).toBe(50);
    expect(stage.states).toEqual(BOTH);
    expect(stage.crashes.filter(({ party }) => party === 'brook')).toEqual([]);
    const { actors } = await host.until(stage.system.health());
    const { mailboxBytes = 0 } = actors.find(({ actor }) => actor === 'torrent')?.load ?? {};
    expect(mailboxBytes).toBeGreaterThan(MAILBOX_BYTES_MAX);
    expect(mailboxBytes).toBeLessThanOrEqual((MAILBOX_FORCED_SHARE_MAX + 1) * MAILBOX_BYTES_MAX);
  },
);

test('timers of one starter are bounded, and it is told when it has more', async () => {
  const { host, stage } = await open();
  stage.gauge.send(torrent.receives.flood, { way: 'timers', count: TIMERS_RUNNING_MAX + 2 });
  await host.pass(200);
  const { party, reason, message } = stage.crashes[0];
  expect([party, reason, message.source]).toEqual([
    'timer',
    `${torrent.address} has ${TIMERS_RUNNING_MAX} timers running already: one more is not started`,
    'torrent',
  ]);
  expect(stage.states).toEqual(BOTH);
  await host.pass(2_000);
  expect(await host.until(stage.tally())).toMatchObject({ fired: TIMERS_RUNNING_MAX });
});
