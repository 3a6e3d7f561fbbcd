/** `tandem export`, as it is called. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS, run } from '../../cli/main.js';
import { openRecordingSink } from '../../host-shim/node/recordings.js';
import { Recorder } from '../../trace/recorder.js';
import { MadeRun, PARTIES } from '../trace/made-run.js';
import { factsAt } from '../trace/random-steps.js';

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tandem-export-'));
  const recorder = new Recorder(await openRecordingSink(at('run.mcap')), {
    ...factsAt('frames'),
    parties: PARTIES,
    placement: { focus: 'js', scene: 'wasm' },
  });
  recorder.steps(new MadeRun(10).rounds(25).steps);
  await recorder.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function tandem(...words: string[]) {
  const [lines, notes]: [string[], string[]] = [[], []];
  const output = { line: (text: string) => void lines.push(text), note: (text: string) => void notes.push(text) };
  const code = await run(words, COMMANDS, output, new AbortController().signal);
  return { code, lines, notes };
}

async function exported(format: string, ...more: string[]) {
  const { code, lines, notes } = await tandem('export', at('run.mcap'), '--format', format, '--out', at('out'), '--json', ...more);
  expect([code, notes]).toEqual([0, []]);
  return { said: JSON.parse(lines[0]), text: readFileSync(at('out'), 'utf8') };
}

test('each format, from a recording to a file', async () => {
  const chrome = await exported('chrome');
  expect(chrome.said).toEqual({ messages: 100, arrows: 100, bytes: chrome.text.length, out: at('out') });
  expect(JSON.parse(chrome.text).traceEvents.length).toBeGreaterThan(300);
  const otlp = await exported('otlp', '--service', 'tv');
  expect(otlp.said).toMatchObject({ messages: 100, spans: 200 });
  expect(otlp.text).toContain('{"key":"service.name","value":{"stringValue":"tv"}}');
  const mermaid = await exported('mermaid', '--limit', '10');
  expect(mermaid.text.match(/->>|-\)/g)).toHaveLength(10);
  const ndjson = await exported('ndjson');
  expect(ndjson.text.trim().split('\n')).toHaveLength(100);
});

test('a part of it', async () => {
  const { said, text } = await exported('ndjson', '--filter', 'to:focus', '--from', '4', '--to', '9');
  expect(said.messages).toBe(2);
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).number),
  ).toEqual([4, 7]);
});

test('a command line that makes no sense is refused in one line', async () => {
  const refused = async (...words: string[]) => {
    const { code, notes } = await tandem('export', at('run.mcap'), ...words);
    expect([code, notes.length]).toEqual([2, 1]);
    return notes[0];
  };
  expect(await refused('--out', at('out'))).toBe('--format is chrome, mermaid, otlp, ndjson');
  expect(await refused('--format', 'pdf', '--out', at('out'))).toBe('--format is chrome, mermaid, otlp, ndjson, not pdf');
  expect(await refused('--format', 'chrome')).toBe('tandem export needs --out FILE');
  expect(await refused('--format', 'chrome', '--out', at('out'), '--from', 'x')).toBe('--from is a whole number above 0, not x');
  expect(await refused('--format', 'chrome', '--out', at('out'), '--filter', 'to:nobody')).toContain('there is no party nobody');
  expect(await tandem('export', at('run.mcap'), '--format', 'chrome', '--out', at('no/where'))).toMatchObject({ code: 3 });
});
