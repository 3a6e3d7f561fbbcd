/** The commands that read recordings, as they are called. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { COMMANDS, run } from '../../cli/main.js';
import { openRecordingSink } from '../../host-shim/node/recordings.js';
import { focus } from '../../protocol/messages/focus.js';
import { input } from '../../protocol/ports/input.js';
import { Recorder } from '../../trace/recorder.js';
import type { RecordingFacts } from '../../trace/recording.js';
import type { TraceStep } from '../../trace/step.js';
import { factsAt, frameOf, STARTED_AT } from '../trace/random-steps.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tandem-reading-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly code: number;
  readonly lines: readonly string[];
  readonly notes: readonly string[];
}

async function tandem(...words: string[]): Promise<Result> {
  const [lines, notes]: [string[], string[]] = [[], []];
  const output = { line: (text: string) => void lines.push(text), note: (text: string) => void notes.push(text) };
  const code = await run(words, COMMANDS, output, new AbortController().signal);
  return { code, lines, notes };
}

const path = (name: string): string => join(folder, name);
const kind = focus.receives.key.kind;

/** A key each 100 ms: input to focus. */
function key(sequence: number): TraceStep[] {
  const sentAt = STARTED_AT + sequence * 100_000;
  const id = { source: input.address, target: focus.address, kind, sequence };
  const frame = frameOf({ ...id, epoch: 1, causeSource: 0, causeSequence: 0, sentAt }, [sequence % 4, 0]);
  const times = { at: sentAt + 1000 * sequence, sentAt, endedAt: sentAt + 1000 * sequence + 50 };
  return [
    { type: 'emitted', vm: 'host', at: sentAt, ...id, epoch: 1, cause: null, bytes: frame.length, digest: 1, frame },
    { type: 'handled', vm: 'wasm', ...id, ...times, epoch: 1, again: false, frame: null },
  ];
}

const keys = (count: number): TraceStep[] => Array.from({ length: count }, (_, index) => key(index + 1)).flat();

async function record(name: string, steps: readonly TraceStep[], facts: RecordingFacts = factsAt('frames')): Promise<string> {
  const recorder = new Recorder(await openRecordingSink(path(name)), facts);
  recorder.attach({ name: 'focus.wasm', mediaType: 'application/wasm', bytes: Uint8Array.of(1, 2, 3) });
  recorder.steps(steps);
  await recorder.close();
  return path(name);
}

const json = ({ lines }: Result) => JSON.parse(lines[0]);

describe('info', () => {
  test('says what is in a recording', async () => {
    const file = await record('keys.mcap', keys(40));
    const { code, lines } = await tandem('info', file);
    expect(code).toBe(0);
    expect(lines.join('\n')).toContain('messages   40, 10.2/s; dead letters 0, crashes 0, steps missing 0');
    const answer = json(await tandem('info', file, '--json'));
    expect(answer).toMatchObject({ messages: 40, level: 'frames', truncated: false, damage: null, packed: ['focus.wasm'], missing: 0 });
    expect(answer.actors.slice(0, 1)).toMatchObject([
      { name: 'focus', vm: 'wasm', messages: 40, handle: { count: 40, mean: 50, p50: 50, max: 50 } },
    ]);
    expect(answer.actors[0].wait).toMatchObject({ mean: 20_500, max: 40_000 });
    expect(answer.kinds).toMatchObject([{ name: 'focus.key', messages: 40, bytes: 40 * 53 }]);
  });

  test('reads a file that was cut off up to its last whole chunk, and says so', async () => {
    const whole = readFileSync(await record('cut.mcap', keys(600)));
    const counts: number[] = [];
    for (const share of [0.7, 0.8, 0.9]) {
      writeFileSync(path('cut.mcap'), whole.subarray(0, whole.length * share));
      const answer = json(await tandem('info', path('cut.mcap'), '--json'));
      expect(answer).toMatchObject({ truncated: true, damage: null });
      counts.push(answer.messages);
    }
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts[0]).toBeGreaterThan(0);
  });

  test('reads an altered file up to what makes no sense, and names the place', async () => {
    const bytes = readFileSync(await record('altered.mcap', keys(600)));
    bytes[Math.floor(bytes.length * 0.7)] ^= 0x40;
    writeFileSync(path('altered.mcap'), bytes);
    const result = await tandem('info', path('altered.mcap'), '--json');
    expect(result.code).toBe(3);
    expect(json(result).messages).toBeGreaterThan(0);
    expect(result.notes.join()).toMatch(/altered\.mcap: damaged recording, at byte \d+: a chunk was altered: its checksum differs/);
  });

  test.each([
    ['nothing.mcap', null, 'cannot be opened: ENOENT'],
    ['text.mcap', Buffer.from('not a recording at all'), 'text.mcap: foreign recording, at byte 0: it does not begin like an MCAP file'],
    ['empty.mcap', Buffer.alloc(0), 'foreign recording, at byte 0'],
  ])('of %s fails with one line', async (name, bytes, problem) => {
    if (bytes) writeFileSync(path(name), bytes);
    const { code, lines, notes } = await tandem('info', path(name));
    expect([code, lines, notes.length]).toEqual([3, [], 1]);
    expect(notes[0]).toContain(problem);
  });

  test('lets no name out of a file steer the terminal', async () => {
    const version = '1\u001b[31m\u009b2J\u202e';
    const file = await record('steering.mcap', keys(1), { ...factsAt('frames'), version });
    expect((await tandem('info', file)).lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const result = await tandem('info', file, '--json');
    expect(result.lines[0]).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(json(result).version).toBe(version);
    const bytes = readFileSync(file);
    bytes.fill(0x1b, bytes.indexOf('tandem'), bytes.indexOf('tandem') + 6);
    writeFileSync(file, bytes);
    expect((await tandem('info', file)).notes.join('')).not.toContain('\u001b');
  });

  test('names a folder that is no file', async () => {
    expect((await tandem('cat', folder)).notes).toEqual([expect.stringContaining(`${folder} cannot be read: EISDIR`)]);
  });

  test('says what is allowed', async () => {
    expect(await tandem('info')).toMatchObject({ code: 2, notes: [expect.stringContaining('tandem info is given one recording')] });
    expect(await tandem('info', 'a', 'b')).toMatchObject({ code: 2 });
  });
});

describe('cat', () => {
  test('gives a line for each message that fits', async () => {
    const file = await record('cat.mcap', keys(40));
    const all = await tandem('cat', file);
    expect([all.code, all.lines.length]).toEqual([0, 40]);
    expect(all.lines[2]).toMatch(
      /^3 \d\d:\d\d:\d\d\.\d{6} input -> focus focus\.key 53 B wait 3 ms handle 50 us \{key: "down", phase: "down"\}$/,
    );
    const some = await tandem('cat', file, '--filter', 'body.key=left wait>20ms', '--limit', '3');
    expect(some.lines.map((line) => Number(line.split(' ')[0]))).toEqual([24, 28, 32]);
    const objects = (await tandem('cat', file, '--json', '--limit', '2')).lines.map((line) => JSON.parse(line));
    expect(objects).toMatchObject([
      {
        number: 1,
        source: 'input',
        target: 'focus',
        kind: 'focus.key',
        lane: 'interactive',
        waited: 1000,
        body: { key: 'right', phase: 'down' },
      },
      { number: 2, body: { key: 'up' } },
    ]);
  });

  test('says where a filter makes no sense, and what --follow needs', async () => {
    const file = await record('cat.mcap', keys(2));
    expect(await tandem('cat', file, '--filter', 'from:focsu')).toMatchObject({
      code: 2,
      notes: ['filter, at character 6: there is no party focsu; perhaps focus'],
    });
    expect(await tandem('cat', file, '--follow')).toMatchObject({ code: 2, notes: ['--follow needs --limit N or --for SECONDS'] });
    expect(await tandem('cat', file, '--limit', 'many')).toMatchObject({ code: 2 });
  });

  test('follows a recording while it is written', async () => {
    const recorder = new Recorder(await openRecordingSink(path('live.mcap')), factsAt('frames'));
    recorder.steps(keys(5));
    recorder.flush();
    await recorder.settled();
    const following = tandem('cat', path('live.mcap'), '--follow', '--limit', '12');
    for (let sequence = 6; sequence <= 14; sequence++) {
      recorder.steps(key(sequence));
      recorder.flush();
      await recorder.settled();
    }
    const { code, lines } = await following;
    await recorder.close();
    expect([code, lines.length]).toEqual([0, 12]);
  });
});

describe('filter', () => {
  test('writes what fits, and says what was left out', async () => {
    const file = await record('all.mcap', keys(40));
    const out = path('some.mcap');
    expect(json(await tandem('filter', file, '--filter', 'wait>30ms', '--out', out, '--json'))).toMatchObject({
      messages: 10,
      leftOut: 30,
    });
    expect(json(await tandem('info', out, '--json'))).toMatchObject({
      messages: 10,
      truncated: false,
      missing: 60,
      packed: ['focus.wasm'],
    });
    const { code, lines } = await tandem('doctor', out);
    expect([code, lines.join()]).toEqual([1, expect.stringContaining('missing: at least 60 steps are missing')]);
    expect(await tandem('filter', file, '--filter', 'dead', '--out', file)).toMatchObject({ code: 2 });
  });
});

describe('doctor and recover', () => {
  test('find nothing wrong with a whole recording', async () => {
    const file = await record('well.mcap', keys(40));
    expect(await tandem('doctor', file)).toMatchObject({ code: 0, lines: [`${file}: nothing is wrong`] });
    const out = path('well-again.mcap');
    expect(await tandem('recover', file, '--out', out)).toMatchObject({ code: 0 });
    expect((await tandem('cat', out)).lines).toEqual((await tandem('cat', file)).lines);
  });

  test('name dead letters, crashes, unknown kinds and malformed frames', async () => {
    const id = { source: input.address, target: focus.address, sequence: 1 };
    const frame = frameOf({ ...id, kind, epoch: 1, causeSource: 0, causeSequence: 0, sentAt: STARTED_AT }, ['no choice']);
    const common = { at: STARTED_AT, vm: 'wasm' } as const;
    const file = await record('ill.mcap', [
      { type: 'rejected', ...common, ...id, kind, code: 'refused', frame },
      { type: 'ended', ...common, party: focus.address, epoch: 1, reason: 'unreachable', position: '', message: null },
      { type: 'emitted', ...common, ...id, sequence: 2, kind: 0xfff0, epoch: 1, cause: null, bytes: 60, digest: null, frame: null },
    ]);
    const { code, lines } = await tandem('doctor', file);
    expect(code).toBe(1);
    expect(lines.map((line) => line.split(':')[0]).sort()).toEqual(['crash', 'dead', 'open', 'undecodable', 'unknown']);
    const { problems } = json(await tandem('doctor', file, '--json'));
    expect(problems).toHaveLength(5);
  });

  test('judge the schemas by the application, or say that there is none', async () => {
    const application = (name: string, state: string): string => {
      const file = path(`${name}.mjs`);
      const parties = `[{ role: 'actor', name: 'shelf', address: 100, receives: {}, publishes: {}, state: { type: '${state}' } }]`;
      writeFileSync(file, `export const application = { parties: ${parties}, actors: [], javascript: [], guests: [] };`);
      return file;
    };
    const shelf = { role: 'actor', name: 'shelf', address: 100, receives: {}, publishes: {}, follows: [], sendsTo: [], watches: [] };
    const file = await record('shelf.mcap', [], {
      ...factsAt('inputs'),
      parties: [{ ...shelf, state: { type: 'u16' } } as never],
      placement: {},
    });
    const changed = await tandem('doctor', file, '--app', application('changed', 'str'));
    expect(changed).toMatchObject({ code: 1, lines: ['schema: impossible: shelf.state: its type was u16 and is str'], notes: [] });
    expect(await tandem('doctor', file, '--app', application('wider', 'u32'))).toMatchObject({ code: 0, notes: [] });
    expect((await tandem('doctor', file, '--app', path('nowhere.mjs'))).code).toBe(2);
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder);
    const alone = await tandem('doctor', file, '--json');
    cwd.mockRestore();
    expect(alone.notes.join()).toContain("only the schemas of the runtime's own parties are compared: no application is named");
    expect([alone.code, json(alone).schemasOf]).toEqual([0, 'runtime']);
  });

  test('go on after a chunk that makes no sense', async () => {
    const bytes = readFileSync(await record('broken.mcap', keys(600)));
    bytes[Math.floor(bytes.length * 0.7)] ^= 0x40;
    writeFileSync(path('broken.mcap'), bytes);
    const found = await tandem('doctor', path('broken.mcap'));
    expect([found.code, found.lines[0]]).toEqual([3, expect.stringContaining('damaged: damaged recording, at byte')]);
    const out = path('mended.mcap');
    const { code, lines } = await tandem('recover', path('broken.mcap'), '--out', out, '--json');
    expect([code, JSON.parse(lines[0])]).toMatchObject([1, { lostAtLeast: 1, problems: [expect.any(String)] }]);
    expect((await tandem('recover', path('broken.mcap'), '--out', out)).lines.join()).toContain('at least 1 lost');
    expect((await tandem('doctor', out)).lines.join()).toContain('missing: at least 1 step is missing');
    const { messages, truncated } = json(await tandem('info', out, '--json'));
    expect(truncated).toBe(false);
    expect(messages).toBeGreaterThan(540);
    expect(messages).toBeLessThan(600);
  });
});
