/** Recordings of a page: what goes to a file of the origin's private file system, or to a download, is read back. */
import { afterEach, expect, it, vi } from 'vitest';
import { createDownloadSink, openRecordingFile, openRecordingSink } from '../../host-shim/browser/index.js';
import { openRecording, type RecordingSink, type RecordingSource, type TraceStep } from '../../trace/index.js';
import { Recorder } from '../../trace/recorder.js';
import { factsAt, RandomRun } from './random-steps.js';

const NAME = 'tandem-tests.mcap';
const steps = new RandomRun(1).steps(2_000);

afterEach(async () => {
  vi.restoreAllMocks();
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(NAME).catch(() => {}); // not every test makes one
});

/** Records all steps, some at a time. @returns the recorder, which is not closed */
async function record(sink: RecordingSink): Promise<Recorder> {
  const recorder = new Recorder(sink, factsAt('frames'));
  for (let at = 0; at < steps.length; at += 100) {
    recorder.steps(steps.slice(at, at + 100));
    recorder.flush();
    await recorder.settled();
  }
  return recorder;
}

async function readBack(source: RecordingSource) {
  const recording = await openRecording(source);
  const all: TraceStep[] = [];
  for await (const some of recording.steps()) all.push(...some);
  return { truncated: recording.truncated, steps: all };
}

it('a file of the private file system has all steps', async () => {
  const recorder = await record(await openRecordingSink(NAME));
  await recorder.close();
  expect(await readBack(await openRecordingFile(NAME))).toEqual({ truncated: false, steps });
});

it('a file that is never closed has what was flushed, and the next recording of that name begins with an empty one', async () => {
  await record(await openRecordingSink(NAME, 0));
  expect(await readBack(await openRecordingFile(NAME))).toEqual({ truncated: true, steps });
  const next = new Recorder(await openRecordingSink(NAME), factsAt('inputs'));
  await next.close();
  expect(await readBack(await openRecordingFile(NAME))).toEqual({ truncated: false, steps: [] });
});

it('a download has all steps, and the name that was given', async () => {
  const links: HTMLAnchorElement[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    links.push(this);
  });
  const recorder = await record(createDownloadSink(NAME));
  expect(links).toEqual([]);
  await recorder.close();
  expect(links.map(({ download }) => download)).toEqual([NAME]);
  const blob = await (await fetch(links[0].href)).blob();
  expect(await readBack(await openRecordingFile(blob))).toEqual({ truncated: false, steps });
});

it('a download that would take too much memory fails, and what there was until then is given', async () => {
  const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
  const sink = createDownloadSink(NAME, 3 << 19);
  const part = new Uint8Array(1 << 20);
  await sink.write(part);
  expect(() => sink.write(part)).toThrow('more than 1.5 MB');
  await sink.close();
  expect(click).toHaveBeenCalledOnce();
});
