/** What goes into a recording comes out: step for step, whatever the steps are. */
import { describe, expect, test } from 'vitest';
import { MemoryFile } from '../../trace/memory-file.js';
import { openRecording } from '../../trace/open.js';
import { Recorder } from '../../trace/recorder.js';
import type { Recording, RecordingLevel } from '../../trace/recording.js';
import type { TraceStep } from '../../trace/step.js';
import { factsAt, RandomRun } from './random-steps.js';

async function recorded(steps: readonly TraceStep[], level: RecordingLevel): Promise<MemoryFile> {
  const file = new MemoryFile();
  const recorder = new Recorder(file, factsAt(level));
  for (let at = 0; at < steps.length; at += 100) recorder.steps(steps.slice(at, at + 100));
  await recorder.close();
  return file;
}

async function stepsOf(recording: Recording): Promise<TraceStep[]> {
  const all: TraceStep[] = [];
  for await (const steps of recording.steps()) all.push(...steps);
  return all;
}

/** What level `inputs` keeps. */
const inputsOf = (steps: readonly TraceStep[]): TraceStep[] =>
  steps.filter(({ type }) => type !== 'arrived').map((step) => (step.type === 'emitted' ? { ...step, frame: null } : step));

describe('round trip', () => {
  for (let seed = 1; seed <= 20; seed++) {
    test(`seed ${seed}`, async () => {
      const steps = new RandomRun(seed).steps(1 + seed * 20);
      const frames = await openRecording(await recorded(steps, 'frames'));
      expect(frames.truncated).toBe(false);
      expect(await stepsOf(frames)).toEqual(steps);
      const inputs = await openRecording(await recorded(steps, 'inputs'));
      expect(await stepsOf(inputs)).toEqual(inputsOf(steps));
    });
  }

  test('of facts', async () => {
    const { facts } = await openRecording(await recorded([], 'frames'));
    // What reads a party's messages is recorded, and not what it is bound to.
    expect(JSON.parse(JSON.stringify(factsAt('frames')))).toMatchObject(facts);
  });

  test('of attachments', async () => {
    const file = new MemoryFile();
    const recorder = new Recorder(file, factsAt('inputs'));
    const packed = [
      { name: 'focus.wasm', mediaType: 'application/wasm', bytes: Uint8Array.of(0, 0x61, 0x73, 0x6d) },
      { name: 'focus.wasm.map', mediaType: 'application/json', bytes: new Uint8Array(0) },
    ];
    const steps = new RandomRun(7).steps(50);
    recorder.attach(packed[0]);
    recorder.steps(steps);
    recorder.attach(packed[1]);
    await recorder.close();
    const recording = await openRecording(file);
    expect(await recording.packed()).toEqual(packed);
    expect(await stepsOf(recording)).toEqual(inputsOf(steps));
  });
});
