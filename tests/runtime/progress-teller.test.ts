/** What a host is told of a VM whose memory it does not see, and when. */
import { beforeEach, expect, test } from 'vitest';
import type { ProgressReading } from '../../actors/contract/progress.js';
import { Progress, ProgressTeller, TELL_MS, ToldProgress } from '../../actors/vm/tap/progress.js';
import { writeU32 } from '../../protocol/frame.js';
import { VirtualTime } from '../supervisor/virtual-time.js';

const BANK = 7;
const DESK = 9;

let time: VirtualTime;
let progress: Progress;
let told: ProgressReading[];

beforeEach(() => {
  time = new VirtualTime();
  told = [];
  const memory = Progress.allocate(false);
  progress = new Progress(memory, new ProgressTeller(memory, time, time, (reading) => told.push(reading)));
});

const batch = (position: number) => {
  progress.atFrames(BANK, position, 0);
  progress.done();
};

test('work that begins after a while is told at once, and so is its end', () => {
  progress.atFrames(BANK, 640, 0);
  expect(told).toMatchObject([{ busy: true, place: { address: BANK, position: 640, index: 0, attempts: 0, certain: false } }]);
  progress.done();
  expect(told).toMatchObject([{ busy: true }, { busy: false }]);
});

test('what is tried again is told at once, for certain, however soon', () => {
  batch(640);
  progress.atFrames(BANK, 700, 1);
  expect(told.at(-1)).toMatchObject({ busy: true, place: { position: 700, attempts: 1, certain: true } });
});

test('of many steps in a short time the last is told, when the event loop turns', async () => {
  for (let i = 0; i < 1_000; i++) batch(i);
  expect(told).toHaveLength(2);
  await time.advance(TELL_MS);
  expect(told).toMatchObject([{}, {}, { busy: false, place: { position: 999 } }]);
  await time.advance(10 * TELL_MS);
  expect(told).toHaveLength(3);
  expect(time.pending).toBe(0);
});

test('a slow batch is heard of in the middle of its turn', () => {
  batch(0);
  progress.atFrames(BANK, 640, 0);
  for (let frame = 1; frame <= 3; frame++) {
    time.stop(TELL_MS);
    progress.frame(frame);
  }
  expect(told.slice(2)).toMatchObject([{ place: { index: 1 } }, { place: { index: 2 } }, { place: { index: 3 } }]);
});

test('progress is told even when the clock was set back', () => {
  time.stop(60_000);
  batch(0);
  time.stop(-30_000);
  batch(640);
  expect(told).toHaveLength(4);
});

test('each frame of a port is told, which is in no journal', () => {
  for (let sequence = 1; sequence <= 2; sequence++) {
    progress.atPortFrame(DESK, BANK, sequence);
    progress.done();
  }
  const at = (sequence: number) => ({ address: DESK, source: BANK, sequence, certain: true });
  expect(told).toMatchObject([{ busy: true, place: at(1) }, { busy: false }, { busy: true, place: at(2) }, { busy: false }]);
});

test('what an actor does besides frames is told, however soon after a batch that is done: it is in no journal', () => {
  batch(640);
  progress.during(BANK, () => expect(told.at(-1)).toMatchObject({ busy: true, place: { address: BANK, position: -1 } }));
  expect(told).toMatchObject([{ busy: true }, { busy: false }, { busy: true }, { busy: false }]);
});

test('on demand every step is told, and the beginning when it is handled again', () => {
  progress.tellEach(true);
  batch(0);
  batch(64);
  expect(told).toMatchObject([{ place: { certain: true } }, {}, { place: { position: 64, certain: true } }, {}]);
  progress.tellEach(false);
  batch(128);
  expect(told).toHaveLength(4);
  progress.again();
  progress.atFrames(BANK, 192, 0);
  expect(told.at(-1)).toMatchObject({ place: { position: 192, certain: false } });
});

test('nothing is told after the end', async () => {
  batch(0);
  batch(64);
  progress.end();
  batch(128);
  await time.advance(10 * TELL_MS);
  expect(told).toHaveLength(2);
});

test('a VM that does not answer is busy with the frame that it has journaled last', () => {
  const heard = new ToldProgress();
  expect(heard.read(true)).toMatchObject({ busy: false, place: null });
  const entry = new Uint8Array(4);
  writeU32(entry, 0, BANK);
  heard.journaled(entry, 640);
  expect(heard.read(true)).toMatchObject({ busy: true, count: 1, place: { address: BANK, position: 640, certain: false } });
  expect(heard.read(false)).toMatchObject({ busy: false, count: 1 });
  heard.told({ busy: false, count: 5, place: null });
  expect(heard.read(true)).toEqual({ busy: false, count: 2, place: null });
});
