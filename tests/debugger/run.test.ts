/** What the debugger page asks of a recorded run, compared with what the messages of the recording say. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lanes } from '../../debugger/table/lanes.js';
import { NO_ROW } from '../../debugger/table/links.js';
import { MessageTable } from '../../debugger/table/message-table.js';
import { Run, type RunState } from '../../debugger/table/run.js';
import { Screens } from '../../debugger/table/screens.js';
import { display } from '../../protocol/ports/display.js';
import { Bodies } from '../../trace/bodies.js';
import { MemoryFile } from '../../trace/memory-file.js';
import { messagesOf, type TracedMessage } from '../../trace/messages.js';
import { openRecording } from '../../trace/open.js';
import { RecordingError } from '../../trace/recording.js';
import { Schemas } from '../../trace/schemas.js';
import type { TraceStep } from '../../trace/step.js';
import { type RecordedFile, recordedTelevision } from './recorded.js';

let file: RecordedFile;
let bytes: Uint8Array;
const run = new Run();
let state: RunState;
const messages: TracedMessage[] = [];

beforeAll(async () => {
  file = await recordedTelevision();
  bytes = readFileSync(file.path);
  state = await run.open(new MemoryFile(bytes));
  for await (const some of messagesOf(await openRecording(new MemoryFile(bytes)))) messages.push(...some);
});
afterAll(() => file.remove());

const all = () => run.lines(0, messages.length);
const rowsOf = async (filter: string): Promise<readonly number[]> => {
  await run.filter(filter);
  const rows = run.lines(0, run.count).map(({ row }) => row);
  await run.filter('');
  return rows;
};

test('each message has its row, in the order of the recording', () => {
  expect(messages.length).toBeGreaterThan(500);
  expect(state).toMatchObject({ messages: messages.length, isWhole: true, read: 1, problem: '' });
  const told = all().map(({ number, at, bytes: size, waited, handling }) => ({ number, at, size, waited, handling }));
  expect(told).toEqual(
    messages.map(({ number, sentAt, begunAt, bytes: size, waited, handling }) => ({
      number,
      at: sentAt ?? begunAt,
      size,
      waited,
      handling,
    })),
  );
});

test('lanes are those who sent or handled something, grouped by VM', () => {
  const vms = state.lanes.map(({ vm }) => vm);
  expect(vms).toEqual([...vms].sort());
  expect(state.lanes.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['input', 'display', 'page', 'scene', 'focus', 'history', 'network']),
  );
  const counts = Object.fromEntries(state.lanes.map(({ party, handled }) => [party, handled]));
  for (const { party } of state.lanes)
    expect(counts[party]).toBe(messages.filter(({ target, begunAt }) => target === party && begunAt !== null).length);
});

describe('causes and effects', () => {
  test('a cause is the message at whose handling it was sent, and it is among the effects of that', () => {
    let caused = 0;
    for (let row = 0; row < messages.length; row++) {
      const cause = run.causeOf(row);
      const { source, cause: expected } = messages[row];
      if (cause === NO_ROW) continue;
      caused++;
      expect(messages[cause]).toMatchObject({ ...expected, target: source });
      expect(run.detail(cause).effects.map((line) => line.row)).toContain(row);
    }
    expect(caused).toBeGreaterThan(messages.length / 2);
  });

  test('what has no cause in the table has none in the recording', () => {
    const known = new Set(messages.map(({ source, sequence, target }) => `${source} ${sequence} ${target}`));
    for (const [row, { source, cause }] of messages.entries())
      if (run.causeOf(row) === NO_ROW && cause) expect(known.has(`${cause.source} ${cause.sequence} ${source}`)).toBe(false);
  });
});

describe('the path of a key', () => {
  test('leads from the key over focus and page to the picture that shows it, and its parts are its time', async () => {
    const seen = (await rowsOf('kind:focus.key')).map((row) => run.detail(row).path!).filter(({ isSeen }) => isSeen);
    expect(seen.length).toBeGreaterThan(5);
    for (const { steps, total } of seen) {
      expect(steps[0].line.kind).toBe('focus.key');
      expect(steps.at(-1)!.line.kind).toBe('display.displayList');
      const parts = steps.reduce((sum, { drawnAfter, waited, handled }) => sum + (drawnAfter ?? 0) + waited + handled, 0);
      expect(Math.abs(parts - total)).toBeLessThanOrEqual(steps.length);
      for (const [index, { row, drawnAfter }] of steps.entries())
        expect(drawnAfter === null ? index === 0 || run.causeOf(row) === steps[index - 1].row : index > 0).toBe(true);
    }
  });

  test('what an actor sent has none', async () => {
    for (const row of await rowsOf('from:focus')) expect(run.detail(row).path).toBeNull();
  });
});

describe('the filter', () => {
  test.each(['to:focus', 'kind:scene.* size>100', 'wait>=0us handle>=0us', 'body.phase="down" or from:page', 'not party:scene'])(
    '%s shows what tandem cat shows',
    async (filter) => {
      const { compileFilter } = await import('../../trace/filter.js');
      const { Schemas } = await import('../../trace/schemas.js');
      const { facts } = await openRecording(new MemoryFile(bytes));
      const fits = compileFilter(filter, new Schemas(facts.parties));
      const expected = messages.flatMap((message, row) => (fits(message) ? [row] : []));
      expect(expected.length).toBeGreaterThan(0);
      expect(await rowsOf(filter)).toEqual(expected);
    },
  );

  test('one that makes no sense says so, and changes nothing', async () => {
    const before = run.count;
    const { error } = await run.filter('to:focsu');
    expect(error?.text).toMatch(/no party focsu; perhaps focus/);
    expect(run.count).toBe(before);
  });

  test('a row that is not shown has the place of the next that is', async () => {
    const rows = await rowsOf('kind:focus.key');
    await run.filter('kind:focus.key');
    expect(rows.map((row) => run.positionOf(row))).toEqual(rows.map((_, position) => position));
    expect(run.positionOf(rows[3] + 1)).toBe(4);
    await run.filter('');
  });
});

test('what is printed has names that the schemas know, or says which are near', () => {
  const error = (text: string) => run.print(text).error;
  expect(error('bdy.key')).toBe('at character 1: there is no bdy; perhaps body');
  expect(error('1 + body.phse')).toBe('at character 5: there is no phse in body; perhaps phase');
  expect(error('wait.long')).toBe('at character 1: wait has no fields');
  const { questions } = run.print('focus.fcused');
  expect(questions).toHaveLength(1);
  const nothing = questions.map(({ numbers }) => numbers.map(() => undefined));
  const { count, looked, possible, all, hint } = run.finishPrint(nothing);
  expect([count, looked, hint]).toEqual([0, possible, 'there is no fcused in focus; perhaps focused']);
  expect(all).toBeGreaterThan(possible);
  run.print('');
});

test('a sequence diagram has what led to a message and what came of it, in the order of time, and says when there is more', async () => {
  const [key] = await rowsOf('kind:focus.key body.phase="down"');
  const effect = run.firstEffectOf(key);
  const diagram = run.diagram(effect);
  expect(diagram).toMatch(/^sequenceDiagram\n/);
  const arrows = diagram.split('\n').filter((line) => /->|-\)/.test(line));
  expect(arrows[0]).toMatch(/p33->>p2: focus\.key/);
  expect(arrows.length).toBeGreaterThan(1);
  expect(arrows.length).toBeLessThanOrEqual(100);
  const many = run.diagram((await rowsOf('from:page'))[0]);
  expect(many.split('\n').filter((line) => /->|-\)/.test(line)).length).toBeLessThanOrEqual(100);
});

test('bars cover what was handled, however near each other', () => {
  const { from, to, lanes } = state;
  const { party } = lanes.find(({ name }) => name === 'scene')!;
  const [whole] = run.bars([party], { from, to, width: 400 });
  expect(whole.from.length).toBeLessThanOrEqual(800);
  const [near] = run.bars([party], { from, to, width: 1e9 });
  // In the simulation several things happen in one microsecond.
  const times = messages.flatMap(({ target, begunAt }) => (target === party && begunAt !== null ? [begunAt] : []));
  expect(near.from.length).toBe(new Set(times).size);
});

describe('what was too slow for the screen', () => {
  /** The recorded messages, with more time between them. */
  async function slowed(factor: number) {
    const { facts } = await openRecording(new MemoryFile(bytes));
    const table = new MessageTable();
    for (const message of messages) table.add({ ...message, begunAt: message.begunAt && message.begunAt * factor });
    const screens = new Screens(table, new Bodies(new Schemas(facts.parties)), facts.parties);
    screens.update();
    return screens;
  }
  const pictures = () => messages.filter(({ kind, outcome }) => kind === display.receives.displayList.kind && outcome === 'handled');

  test('a picture is late when the one before it animates, and is more than a frame and a half older', async () => {
    const shown = pictures();
    const { facts } = await openRecording(new MemoryFile(bytes));
    const bodies = new Bodies(new Schemas(facts.parties));
    const animates = shown.slice(0, -1).filter((message) => (bodies.of(message) as { animating?: boolean } | null)?.animating);
    const counts = await Promise.all([1, 1.4, 100].map(async (factor) => (await slowed(factor)).late.length));
    expect(animates.length).toBeGreaterThan(50);
    // The simulation keeps its frames.
    expect(counts).toEqual([0, 0, animates.length]);
    expect(run.events().filter(({ what }) => what === 'late')).toEqual([]);
  });

  test('pictures have their times, also those that are not late', () => {
    const times = pictures().map(({ begunAt }) => begunAt);
    expect(run.pictureTimes({ from: state.from - 1, to: state.to })).toEqual(times);
    expect(run.pictureTimes({ from: times[3]!, to: times[5]! })).toEqual(times.slice(4, 6));
  });

  test('a handling is long when it takes more than half of a frame, and stays so in a bar of several', () => {
    const message = messages.find(({ begunAt }) => begunAt !== null)!;
    const table = new MessageTable();
    for (const [i, handling] of [8000, 8001, null].entries()) table.add({ ...message, begunAt: 1 + i * 10_000, handling });
    const lanes = new Lanes(table);
    lanes.update();
    const long = (width: number) => [...lanes.bars(message.target, { from: 0, to: 30_000, width }).long];
    expect(long(300)).toEqual([0, 1, 0]);
    expect(long(1)).toEqual([1]);
  });
});

test('the recording tells who ran where, began again, ended, and what was not delivered', async () => {
  const trapped = await recordedTelevision('--trap-rate 0.02');
  try {
    const file = new MemoryFile(readFileSync(trapped.path));
    const told = new Run();
    await told.open(file);
    const recording = await openRecording(file);
    const { facts } = recording;
    const all: TraceStep[] = [];
    for await (const some of recording.steps()) all.push(...some);
    const lives = told.lives();
    expect(lives.map(({ party }) => party)).toEqual(expect.arrayContaining(Object.keys(facts.placement)));
    for (const { party, places, epoch, ends, undelivered } of lives) {
      const { address } = facts.parties.find(({ name }) => name === party)!;
      const own = all.flatMap((step) => ('party' in step && step.party === address ? [step] : []));
      expect(ends).toBe(own.filter((step) => step.type === 'ended' && step.reason !== '').length);
      expect(epoch).toBe(Math.max(0, ...own.map((step) => (step.type === 'started' ? step.epoch : 0))));
      expect(undelivered).toBe(
        all.filter((step) => (step.type === 'rejected' || step.type === 'poisoned') && step.target === address).length,
      );
      if (facts.placement[party]) expect(places[0]).toEqual({ vm: facts.placement[party], after: 0 });
    }
    const sum = (of: (life: (typeof lives)[number]) => number) => lives.reduce((total, life) => total + of(life), 0);
    expect(sum(({ ends }) => ends)).toBeGreaterThan(0);
    expect(sum(({ restarts }) => restarts)).toBe(told.events().filter(({ what }) => what === 'restart').length);
    expect(lives.filter(({ ends, why }) => ends > 0 !== (why !== ''))).toEqual([]);
    // The tree at a moment: as it began, and as each restart had left it.
    const [begin, end] = [facts.startedAt, told.state.to].map((at) => told.statusAt(at)!);
    expect(end.supervisors[0].children).toEqual(expect.arrayContaining(Object.keys(facts.placement)));
    expect(end.actors.map(({ actor, epoch, restarts }) => [actor, epoch, restarts])).toEqual(
      end.actors.map(({ actor }) => [
        actor,
        ...lives.filter(({ party }) => party === actor).flatMap((life) => [life.epoch, life.restarts]),
      ]),
    );
    expect(sum(({ restarts }) => restarts)).toBeGreaterThan(begin.actors.reduce((total, { restarts }) => total + restarts, 0));
  } finally {
    trapped.remove();
  }
});

test('a file that ends too early is shown up to its last whole chunk, and says so', async () => {
  const cut = new Run();
  const half = await cut.open(new MemoryFile(bytes.slice(0, bytes.length >> 1)));
  expect(half.problem).toMatch(/ends before its end/);
  expect(half.isWhole).toBe(true);
});

test('what is no recording is refused', async () => {
  await expect(new Run().open(new MemoryFile(new TextEncoder().encode('no recording')))).rejects.toThrow(RecordingError);
});
