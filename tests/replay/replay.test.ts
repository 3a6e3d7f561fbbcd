/** Recordings are played again, and what differs is found: message, path, values, causes. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { Cast, replay } from '../../host-shim/replay/index.js';
import { bank } from '../runtime/bank.js';
import { application } from './applications/bank.js';
import { tandem } from './command.js';
import { depositTwenty, recordBank, recordingIn } from './recorded-bank.js';

const GOOD = fileURLToPath(new URL('applications/bank.ts', import.meta.url));
const DEFECTIVE = fileURLToPath(new URL('applications/defective-bank.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tandem-replay-'));
const noGuests = async (): Promise<never> => {
  throw new Error('there are no guests');
};

describe.each(['inputs', 'frames'] as const)('at level %s', (level) => {
  const file = join(folder, `${level}.mcap`);
  beforeAll(async () => writeFileSync(file, await recordBank(level, depositTwenty)));

  test('a run comes out again as it was', async () => {
    const { code, lines, notes } = await tandem('replay', file, '--app', GOOD);
    expect(notes).toEqual([]);
    expect(lines).toEqual([expect.stringMatching(/^\d+ messages, nothing differs/)]);
    expect(code).toBe(0);
    const { json } = await tandem('replay', file, '--app', GOOD, '--placement', 'js', '--json');
    expect(json()).toMatchObject({ identical: true, firstDifference: null, version: '0.1.0', unreplayed: { messages: 0 } });
    expect(json().messages).toBeGreaterThan(40);
  });

  test('the first difference has its message, path and values', async () => {
    const { code, json } = await tandem('replay', file, '--app', DEFECTIVE, '--json');
    expect(code).toBe(1);
    const { firstDifference, identical } = json();
    expect(identical).toBe(false);
    expect(firstDifference).toMatchObject({ actor: 'bank', kind: 'bank.deposit', what: 'output' });
    if (level === 'frames') expect(firstDifference).toMatchObject({ path: 'teller.receipt.amount', recorded: 35, replayed: 36 });
    const { lines } = await tandem('replay', file, '--app', DEFECTIVE);
    expect(lines[0]).toMatch(/^message \d+: bank, handling bank\.deposit, says something else/);
  });

  test('bisect names the message, the state before it, and both outputs', async () => {
    const { code, json } = await tandem('bisect', file, '--app', GOOD, '--against', DEFECTIVE, '--json');
    expect(code).toBe(1);
    const { firstDifference } = json();
    expect(firstDifference).toMatchObject({ actor: 'bank', kind: 'bank.deposit', from: 'teller', body: { account: 1, amount: 13 } });
    expect(firstDifference).toMatchObject({ path: 'teller.receipt.amount', first: 35, second: 36, before: { accounts: [30, 22, 26, 0] } });
    expect(firstDifference.sides[1].output[0]).toEqual({ kind: 'teller.receipt', target: 'teller', body: { account: 1, amount: 36 } });
    expect((await tandem('bisect', file, '--app', GOOD, '--against', 'js')).code).toBe(0);
    const { lines } = await tandem('bisect', file, '--app', GOOD, '--against', DEFECTIVE);
    expect(lines[0]).toMatch(/bank handles bank\.deposit from teller \{account: 1, amount: 13\}/);
  });

  test('why names the message that gave a value, and its causes', async () => {
    const { firstDifference } = (await tandem('bisect', file, '--app', GOOD, '--against', DEFECTIVE, '--json')).json();
    const { json } = await tandem('why', file, 'bank.accounts[1]', '--at', `${firstDifference.number}`, '--app', GOOD, '--json');
    expect(json()).toMatchObject({
      value: 35,
      before: 22,
      setBy: { number: firstDifference.number, kind: 'bank.deposit', source: 'teller' },
    });
    const answers = (await tandem('why', file, 'watcher.answers[0]', '--app', GOOD)).lines;
    expect(answers[0]).toBe('watcher.answers[0] is "balance 5"');
    expect(answers.slice(1).map((line) => line.replace(/^ +\d+ \S+ /, ''))).toEqual([
      'bank -> watcher bank.balance.reply',
      'watcher -> bank bank.balance',
      'teller -> watcher watcher.look',
      '  nothing on record caused that: teller was told from outside, or had awaited something that is no reply',
    ]);
  });

  test('a replay stops at a message, with the states', async () => {
    const { json } = await tandem('replay', file, '--app', GOOD, '--until', '3', '--json');
    expect(json()).toMatchObject({ messages: 3, states: { bank: { accounts: [0, 1, expect.any(Number), 0] } } });
    const { lines } = await tandem('replay', file, '--app', GOOD, '--until', '3');
    expect(lines.slice(1, 3)).toEqual(['bank:', expect.stringMatching(/^ {2}accounts: \[0, 1, \d+, 0\]$/)]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(160);
  });

  test('one actor alone', async () => {
    expect((await tandem('replay', file, '--app', DEFECTIVE, '--actor', 'bank')).code).toBe(1);
    expect((await tandem('replay', file, '--app', DEFECTIVE, '--actor', 'watcher')).code).toBe(0);
    expect((await tandem('replay', file, '--app', GOOD, '--actor', 'watcher')).code).toBe(0);
    expect((await tandem('replay', file, '--app', GOOD, '--actor', 'nobody')).code).toBe(2);
    expect((await tandem('replay', file, '--app', GOOD, '--placement', 'teller')).code).toBe(2);
    expect((await tandem('bisect', file, '--app', GOOD, '--against', 'teller')).code).toBe(2);
  });
});

test('a folder is a regression suite', async () => {
  const { code, lines } = await tandem('replay', folder, '--app', GOOD);
  expect(lines).toEqual([
    expect.stringMatching(/^same {4}.*frames\.mcap: \d+ messages$/),
    expect.stringMatching(/^same/),
    '2 recordings, 0 differ',
  ]);
  expect(code).toBe(0);
  const other = await tandem('replay', folder, '--app', DEFECTIVE);
  expect([other.code, other.lines.at(-1)]).toEqual([1, '2 recordings, 2 differ']);
});

/** Where the container's chunks begin. */
function chunksOf(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 8; at + 9 < bytes.length; at += 9 + new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(1, true))
    if (bytes[at] === 6) found.push(at);
  return found;
}

test('a damaged file is played up to there, and says how far that was', async () => {
  const bytes = await recordBank('inputs', async (world) => {
    for (let second = 0; second < 12; second++) {
      await depositTwenty(world);
      await world.pass(1000);
    }
  });
  const damaged = join(mkdtempSync(join(tmpdir(), 'tandem-damaged-')), 'damaged.mcap');
  bytes[chunksOf(bytes)[2] + 100] ^= 0x40;
  writeFileSync(damaged, bytes);
  const { code, lines, notes } = await tandem('replay', damaged, '--app', GOOD);
  expect(notes).toEqual([expect.stringMatching(/damaged recording, at byte \d+: .*; it is played up to there$/)]);
  expect(lines).toEqual([expect.stringMatching(/^[1-9]\d* messages, nothing differs up to where the file is damaged/)]);
  expect(code).toBe(3);
  const { json } = await tandem('replay', damaged, '--app', GOOD, '--json');
  expect(json()).toMatchObject({ identical: true, messages: expect.any(Number), damage: expect.stringContaining('at byte') });
  expect((await tandem('bisect', damaged, '--app', GOOD, '--against', 'js')).code).toBe(3);
});

test('what was not played is said, and is not the same', async () => {
  const apart = mkdtempSync(join(tmpdir(), 'tandem-part-'));
  const out = join(apart, 'part.mcap');
  await tandem('filter', join(folder, 'frames.mcap'), '--filter', 'to:bank', '--out', out);
  const { code, lines, notes } = await tandem('replay', out, '--app', GOOD);
  expect([code, lines]).toEqual([
    1,
    [expect.stringMatching(/^of \d+ messages 0 were played, at least \d+ steps are missing in the recording, so nothing was compared/)],
  ]);
  expect(notes).toEqual([expect.stringMatching(/^\d+ messages could not be played: bank: /)]);
  const { json } = await tandem('replay', out, '--app', GOOD, '--json');
  expect(json()).toMatchObject({ identical: true, messages: 0, unreplayed: { messages: expect.any(Number) } });
  expect(json().missing).toBeGreaterThan(0);
  expect((await tandem('replay', apart, '--app', GOOD)).lines[0]).toMatch(/^differs .*: of \d+ messages 0 were played/);
  expect((await tandem('bisect', out, '--app', GOOD, '--against', 'js')).code).toBe(1);
});

test.each([0, 1, 2])('a file whose chunk %i was damaged is recovered, and played without a false difference', async (chunk) => {
  const bytes = await recordBank('inputs', async (world) => {
    for (let second = 0; second < 12; second++) {
      await depositTwenty(world);
      await world.pass(1000);
    }
  });
  const [damaged, out] = [join(folder, `bit${chunk}.bad`), join(folder, `bit${chunk}.good`)];
  bytes[chunksOf(bytes)[chunk] + 100] ^= 1;
  writeFileSync(damaged, bytes);
  await tandem('recover', damaged, '--out', out);
  const { code, json } = await tandem('replay', out, '--app', GOOD, '--json');
  expect(json()).toMatchObject({ firstDifference: null, missing: 1 });
  expect(json().unreplayed.messages).toBeGreaterThan(0);
  expect(code).toBe(1);
});

test('a message beyond the end is not silently the end', async () => {
  const file = join(folder, 'frames.mcap');
  const beyond = [expect.stringMatching(/^there is no message 99999: this is the end, after message \d+$/)];
  expect(await tandem('replay', file, '--app', GOOD, '--until', '99999')).toMatchObject({ code: 0, notes: beyond });
  const { code, lines, notes } = await tandem('why', file, '--app', GOOD, '--at', '99999', 'bank');
  expect([code, notes]).toEqual([0, beyond]);
  expect(lines[0]).toMatch(/^bank is \{/);
});

test('two recordings are compared message by message', async () => {
  const changed = join(folder, 'changed.other');
  writeFileSync(
    `${changed}.mcap`,
    await recordBank('frames', async (world) => {
      world.teller.send(bank.receives.deposit, { account: 1, amount: 2 });
      await world.pass(100);
    }),
  );
  const { code, json } = await tandem('bisect', join(folder, 'frames.mcap'), '--against', `${changed}.mcap`, '--json');
  expect(code).toBe(1);
  expect(json().firstDifference).toMatchObject({ number: 1, actor: 'bank', path: 'bank.deposit.amount', first: 1, second: 2 });
  expect(await tandem('bisect', join(folder, 'frames.mcap'), '--against', join(folder, 'frames.mcap'))).toMatchObject({
    code: 0,
    notes: [],
  });
  const without = await tandem('bisect', join(folder, 'frames.mcap'), '--against', join(folder, 'inputs.mcap'));
  expect(without.notes).toEqual([expect.stringMatching(/inputs\.mcap has no frames: .* --trace frames/)]);
});

test('what makes no sense is said in one line', async () => {
  const file = join(folder, 'frames.mcap');
  expect(await tandem('replay', join(folder, 'none.mcap'), '--app', GOOD)).toMatchObject({
    code: 3,
    notes: [expect.stringContaining('cannot be opened')],
  });
  expect(await tandem('replay', file, '--app', 'nowhere.js')).toMatchObject({ code: 2 });
  expect(await tandem('replay', file, '--app', GOOD, '--until', 'soon')).toMatchObject({ code: 2 });
  expect(await tandem('replay', file, '--app', GOOD, '--placement', 'wasm')).toMatchObject({
    code: 3,
    notes: ['bank has no twin in Wasm: use --placement bank=js'],
  });
  expect(await tandem('why', file, 'bank.vault', '--app', GOOD)).toMatchObject({ code: 2 });
  expect(await tandem('bisect', file)).toMatchObject({ code: 2 });
});

test('an actor whose steps are missing is played on from its next snapshot', async () => {
  const recording = await recordingIn(await recordBank('inputs', depositTwenty, 10));
  const gap = {
    facts: recording.facts,
    truncated: false,
    packed: async () => [],
    async *steps() {
      for await (const steps of recording.steps()) {
        const lost = { type: 'level', vm: 'js', at: steps[0].at, level: 'headers', why: 'lost', missing: 3 } as const;
        const third = Math.floor(steps.length / 3);
        yield [...steps.slice(0, third), lost, ...steps.slice(third + 3)];
      }
    },
  };
  const { identical, messages, unreplayed } = await replay(gap, new Cast(application, noGuests));
  expect(identical).toBe(true);
  expect(messages).toBeGreaterThan(20);
  expect(unreplayed.messages).toBeGreaterThan(0);
  expect(unreplayed.reasons[0]).toContain('3 steps of VM js are missing');
});
