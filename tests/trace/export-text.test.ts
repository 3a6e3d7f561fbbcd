/** Sequence diagrams, and lines of JSON. */
import { describe, expect, test } from 'vitest';
import { MermaidExporter } from '../../trace/export/mermaid.js';
import { NdjsonExporter } from '../../trace/export/ndjson.js';
import { exported } from './export.js';
import { MadeRun, START, words } from './made-run.js';

/** What Mermaid's grammar takes of a sequence diagram, as far as it is used: no line has anything else. Entities are `#` digits `;`. */
const TEXT = '(?:[^#;%<>&]|#\\d+;)+';
const DIAGRAM_LINES = [
  /^sequenceDiagram$/,
  new RegExp(`^ {2}participant p\\d+ as ${TEXT}$`),
  new RegExp(`^ {2}p\\d+(?:->>|-->>|-\\))p\\d+: ${TEXT}$`),
  new RegExp(`^ {2}Note over p\\d+: ${TEXT}$`),
];

describe('a sequence diagram', () => {
  const diagram = async (run: MadeRun, limit = 100) =>
    (await exported(run.steps, new MermaidExporter(words, { limit }))).trimEnd().split('\n');

  test('names the parties, and has an arrow for each message', async () => {
    expect(await diagram(new MadeRun(10).rounds(1))).toEqual([
      'sequenceDiagram',
      '  participant p33 as input',
      '  participant p1 as focus',
      '  p33->>p1: focus.key {bytes: 60, text: "a#59; b #35;c #60;d#62;", list: [1, #60;2 bytes#62;]}',
      '  participant p2 as scene',
      '  p1-)p2: focus.focused {bytes: 60, text: "a#59; b #35;c #60;d#62;", list: [1, #60;2 bytes#62;]}',
      '  participant p32 as display',
      '  p2->>p32: display.displayList {bytes: 60, text: "a#59; b #35;c #60;d#62;", list: [1, #60;2 bytes#62;]}',
      '  p32->>p2: scene.tick {bytes: 60, text: "a#59; b #35;c #60;d#62;", list: [1, #60;2 bytes#62;]}',
    ]);
  });

  test('has no line that Mermaid does not take', async () => {
    const lines = await diagram(
      new MadeRun(10)
        .rounds(20)
        .trap(START + 90_000)
        .move(START + 90_010),
      30,
    );
    for (const line of lines)
      expect(
        DIAGRAM_LINES.some((pattern) => pattern.test(line)),
        line,
      ).toBe(true);
    for (const [at, line] of lines.entries()) {
      for (const [party] of line.matchAll(/\bp\d+\b/g)) {
        expect(lines.findIndex((one) => one.includes(`participant ${party} as`))).toBeLessThanOrEqual(at);
      }
    }
  });

  test('notes traps, restarts, moves and dead letters at their party', async () => {
    const lines = await diagram(
      new MadeRun(10)
        .rounds(1)
        .trap(START + 1000)
        .move(START + 1100),
    );
    expect(lines.filter((line) => line.includes('Note'))).toEqual([
      '  Note over p1: ended: unreachable focus.ts:12:3',
      '  Note over p1: incarnation 2',
      '  Note over p1: poison focus.key',
      '  Note over p1: dead letter focus.key: poisoned',
      '  Note over p1: adopted in wasm',
      '  Note over p1: incarnation 3',
    ]);
  });

  test('says when it has reached its limit', async () => {
    const lines = await diagram(new MadeRun(10).rounds(10), 3);
    expect(lines.filter((line) => /->>|-\)/.test(line))).toHaveLength(3);
    expect(lines.at(-1)).toBe('  Note over p33: and 37 messages more');
  });
});

describe('lines of JSON', () => {
  const lines = async (run: MadeRun) =>
    (await exported(run.steps, new NdjsonExporter(words)))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  test('a message, with names, times, cause and body', async () => {
    const [, focused] = await lines(new MadeRun(10).rounds(1));
    expect(focused).toEqual({
      type: 'message',
      number: 2,
      source: 'focus',
      sequence: 1,
      target: 'scene',
      kind: 'focus.focused',
      lane: 'ordinary',
      sourceVm: 'js',
      targetVm: 'wasm',
      sourceEpoch: 1,
      targetEpoch: 1,
      cause: { source: 'input', sequence: 1 },
      sentAt: START + 100,
      arrivedAt: START + 100,
      begunAt: START + 110,
      endedAt: START + 140,
      waited: 10,
      handling: 30,
      bytes: 60,
      outcome: 'handled',
      code: null,
      trap: null,
      body: { bytes: 60, text: 'a; b #c <d>', list: [1, '0000'] },
    });
  });

  test('what else happened', async () => {
    const events = (await lines(new MadeRun(10).rounds(1).trap(START).move(START).lost(START))).filter(({ type }) => type !== 'message');
    expect(events.map(({ type }) => type)).toEqual(['ended', 'started', 'moved', 'started', 'level']);
    expect(events[0]).toMatchObject({ party: 'focus', message: { source: 'input', sequence: 1 } });
  });
});

describe('a part of a run', () => {
  const selected = async (selection: Parameters<typeof exported>[2]) =>
    (await exported(new MadeRun(10).rounds(3).steps, new NdjsonExporter(words), selection))
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  test('from a message to a message, with what ports handled in between', async () => {
    const lines = await selected({ from: 4, to: 5 });
    expect(lines.map(({ number, kind }) => [number, kind])).toEqual([
      [4, 'focus.key'],
      [5, 'focus.focused'],
      [0, 'display.displayList'],
    ]);
  });

  test('of messages that a filter accepts', async () => {
    const lines = await selected({ accepts: ({ target }) => target === 1 });
    expect(lines.map(({ kind }) => kind)).toEqual(['focus.key', 'focus.key', 'focus.key']);
  });

  test('nothing at all', async () => {
    expect(await selected({ from: 100 })).toEqual([]);
  });
});
