/** Trace-event JSON as DevTools reads it: by its own engine. */
import { Handlers, TraceModel } from '@paulirish/trace_engine';
import { describe, expect, test } from 'vitest';
import { ChromeExporter } from '../../trace/export/chrome.js';
import type { TraceStep } from '../../trace/step.js';
import { exported } from './export.js';
import { MadeRun, START, words } from './made-run.js';

interface Event {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

async function open(steps: readonly TraceStep[]) {
  const exporter = new ChromeExporter(words, { marks: ['display.displayList'] });
  const text = await exported(steps, exporter);
  const events = JSON.parse(text).traceEvents as Event[];
  return { exporter, events };
}

async function asDevToolsReads(events: readonly Event[]) {
  const model = TraceModel.Model.createWithAllHandlers();
  await model.parse(events as never, { isFreshRecording: false });
  const { data } = model.parsedTrace()!;
  const threads = Handlers.Threads.threadsInTrace(data);
  return { data, threads };
}

const slicesOf = (events: readonly Event[]) => events.filter(({ ph }) => ph === 'X');

test('twenty thousand messages: as many arrows, each VM a process, each party a thread, and nothing is dropped', async () => {
  const run = new MadeRun(10)
    .rounds(5000)
    .trap(START + 10_000_000)
    .move(START + 10_000_500)
    .lost(START + 10_000_600);
  const { exporter, events } = await open(run.steps);
  expect([run.messages, exporter.arrows]).toEqual([20_000, 20_000]);
  const { data, threads } = await asDevToolsReads(events);
  expect(data.Flows.flows).toHaveLength(20_000);
  expect(data.Flows.flows.every((flow) => flow.length === 2 && flow[0].ts < flow[1].ts)).toBe(true);
  expect([...data.Meta.processNames.values()].map(({ args }) => args.name).sort()).toEqual(['host VM', 'js VM', 'wasm VM']);
  const named = threads.map(({ pid, name, entries }) => `${pid} ${name} ${entries.length}`).sort();
  // Instants and marks are entries: of focus four in js, and two in wasm; of display 5,000 marks, and as many slices of what it sent.
  expect(named).toEqual(['1 display 15000', '1 input 5000', '2 focus 5004', '2 tracing 1', '3 focus 2', '3 scene 10000']);
  expect(data.UserTimings.performanceMarks).toHaveLength(5000);
});

test('an arrow leads from the handling that emitted a message to its handling', async () => {
  const { events } = await open(new MadeRun(10).rounds(1).steps);
  const { data } = await asDevToolsReads(events);
  expect(data.Flows.flows.map((flow) => flow.map(({ name }) => name).join(' > '))).toEqual([
    'focus.key sent > focus.key',
    'focus.key > focus.focused',
    'focus.focused > display.displayList',
    'scene.tick sent > scene.tick',
  ]);
});

test('a slice has what was in the message, its number, its cause and its times', async () => {
  const { events } = await open(new MadeRun(10).rounds(1).steps);
  const [, key, focused] = slicesOf(events);
  expect(key).toMatchObject({ name: 'focus.key', pid: 2, tid: 1, ts: START + 10, dur: 30 });
  expect(focused.args).toEqual({
    number: 2,
    message: 'focus 1',
    cause: 'input 1',
    bytes: 60,
    sentAt: START + 100,
    waitedMicros: 10,
    handlingMicros: 30,
    body: { bytes: 60, text: 'a; b #c <d>', list: [1, '0000'] },
  });
});

describe('where everything happens in one microsecond', () => {
  test('slices of a track stand beside each other, none is lost, and arrows lead forward', async () => {
    const { events, exporter } = await open(new MadeRun(0).rounds(500).steps);
    expect(exporter.arrows).toBe(2000);
    const { data } = await asDevToolsReads(events);
    expect(data.Flows.flows).toHaveLength(2000);
    for (const party of [1, 2, 32, 33]) {
      const sorted = slicesOf(events)
        .filter(({ tid }) => tid === party)
        .sort((a, b) => a.ts - b.ts);
      expect(sorted.length).toBeGreaterThan(0);
      for (const [at, { ts }] of sorted.slice(1).entries()) expect(ts).toBeGreaterThanOrEqual(sorted[at].ts + sorted[at].dur);
    }
  });
});

test('steps of one VM that were collected before those of another give the same arrows', async () => {
  const { steps } = new MadeRun(10).rounds(50);
  const inTurn = ['host', 'js', 'wasm'].flatMap((vm) => steps.filter((step) => step.vm === vm));
  const { events, exporter } = await open(inTurn);
  expect(exporter.arrows).toBe(200);
  const { data } = await asDevToolsReads(events);
  expect(data.Flows.flows).toHaveLength(200);
});

test('restarts, traps, moves, dead letters and lost steps are instants of their party or VM', async () => {
  const run = new MadeRun(10)
    .rounds(1)
    .trap(START + 500)
    .move(START + 600)
    .lost(START + 700);
  const { events } = await open(run.steps);
  const instants = events.filter(({ ph, name }) => ph === 'I' && name !== 'display.displayList');
  expect(instants.map(({ name, pid, tid, ts }) => [name, pid, tid, ts - START])).toEqual([
    ['ended', 2, 1, 500],
    ['started', 2, 1, 501],
    ['poisoned', 2, 1, 502],
    ['rejected', 2, 1, 502],
    ['moved', 3, 1, 600],
    ['started', 3, 1, 600],
    ['trace level headers', 2, 0, 700],
  ]);
  expect(instants[0].args).toMatchObject({ reason: 'unreachable', position: 'focus.ts:12:3' });
});

test('a message that is handled again has a slice, and no second arrow', async () => {
  const run = new MadeRun(10).rounds(1);
  const again = run.steps.flatMap((step) =>
    step.type === 'handled' && step.target === 1 ? [{ ...step, again: true, at: START + 900, endedAt: START + 930 }] : [],
  );
  const { events, exporter } = await open([...run.steps, ...again]);
  expect(exporter.arrows).toBe(4);
  expect(slicesOf(events).filter(({ args }) => args.again)).toHaveLength(1);
});

test('memory does not grow with what is never handled', async () => {
  const run = new MadeRun(10).rounds(1);
  const { steps } = run;
  const [unanswered] = steps;
  const lost = Array.from({ length: 100_000 }, (_, at) => ({ ...unanswered, sequence: at + 10 }) as TraceStep);
  const { exporter } = await open([...lost, ...steps]);
  expect(exporter.arrows).toBe(4);
});
