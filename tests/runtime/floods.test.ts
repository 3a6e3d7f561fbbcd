/** Who floods itself, a neighbour, a port or its followers pays for it: its neighbours are heard and answered, and what waits for it is bounded. */
import { describe, expect, test } from 'vitest';
import { createSimHost, type SimHost } from '../../host-shim/sim/index.js';
import { BODY_OFFSET } from '../../protocol/frame.js';
import { FRAME_BYTES_MAX } from '../../protocol/limits.js';
import { FloodStage } from './flood-stage.js';
import { brook, definition, parties, torrent, waterOf } from './flood-world.js';

async function open(placement = 'js'): Promise<{ host: SimHost; stage: FloodStage }> {
  const load = async () => definition;
  const host = createSimHost({ seed: 1, parties, vms: { js: { load }, wasm: { load } } });
  const stage = new FloodStage(host);
  await stage.start(host, placement);
  return { host, stage };
}

const MEGABYTE = 1 << 20;
/** Of the fields of a load beside its bytes. */
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
