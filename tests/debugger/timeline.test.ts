/** States at any message, found by playing a recording once: the same as a replay up to there has, also while the recording grows. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Timeline } from '../../debugger/player/timeline.js';
import { Cast, replay, why } from '../../host-shim/replay/index.js';
import { application } from '../replay/applications/bank.js';
import { depositTwenty, recordBank, recordingIn } from '../replay/recorded-bank.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-timeline-'));
afterAll(() => rmSync(folder, { recursive: true }));
const cast = new Cast(application, async () => new Uint8Array());

async function recorded(rounds: number): Promise<{ readonly path: string; readonly bytes: Uint8Array }> {
  const bytes = await recordBank('frames', async (world) => {
    for (let i = 0; i < rounds; i++) await depositTwenty(world);
  });
  const path = join(folder, `${rounds}.mcap`);
  writeFileSync(path, bytes);
  return { path, bytes };
}

const stateOf = async (timeline: Timeline, actor: string, number: number) => (await timeline.states(actor, [number]))[0];

test('each state is that of a replay up to there, in whatever order they are asked for', async () => {
  const { path, bytes } = await recorded(8);
  const timeline = await Timeline.open(path, cast);
  const { messages } = await replay(await recordingIn(bytes), cast);
  expect(messages).toBeGreaterThan(160);
  for (const until of [messages, 1, 7, 64, 65, 66, 130, 3]) {
    const { states } = await replay(await recordingIn(bytes), cast, { until });
    expect(await stateOf(timeline, 'bank', until)).toEqual(states!.bank);
    expect(await stateOf(timeline, 'watcher', until)).toEqual(states!.watcher);
  }
  await expect(stateOf(timeline, 'bank', messages + 1)).rejects.toThrow(`the recording has no message ${messages + 1}`);
  await timeline.close();
});

test('the message that set a value is the one that `why` names', async () => {
  const { path, bytes } = await recorded(8);
  const timeline = await Timeline.open(path, cast);
  for (const [at, value] of [
    [160, 'accounts[1]'],
    [100, 'accounts[2]'],
    [70, 'accounts[0]'],
    [1, 'accounts[3]'],
  ] as const) {
    const { setBy, before } = await why(await recordingIn(bytes), cast, { at, path: `bank.${value}` });
    const found = await timeline.origin('bank', ['accounts', value[9]], at);
    expect(found.setBy?.number).toBe(setBy?.number);
    expect(found.before).toEqual(before);
  }
  await expect(timeline.origin('bank', ['nothing'], 5)).rejects.toThrow('the state of bank has no nothing at that message');
  await timeline.close();
});

test('a recording that grows is played further when that is asked for', async () => {
  const { bytes } = await recorded(4);
  const path = join(folder, 'growing.mcap');
  writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
  const { reached } = await replay(await recordingIn(bytes.slice(0, bytes.length >> 1)), cast);
  const timeline = await Timeline.open(path, cast);
  if (reached > 0) await stateOf(timeline, 'bank', reached);
  appendFileSync(path, bytes.subarray(bytes.length >> 1));
  const { states } = await replay(await recordingIn(bytes), cast, { until: 90 });
  expect(await stateOf(timeline, 'bank', 90)).toEqual(states!.bank);
  await timeline.close();
});

test('states that are thinned out are the same', async () => {
  const { path } = await recorded(8);
  const timeline = await Timeline.open(path, cast);
  await timeline.reach(160);
  const before = await stateOf(timeline, 'bank', 100);
  timeline.of('bank').thin();
  timeline.of('bank').thin();
  expect(await stateOf(timeline, 'bank', 100)).toEqual(before);
  await timeline.close();
});
