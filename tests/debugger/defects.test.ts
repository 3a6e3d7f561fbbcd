/**
 * The steps of docs/DEBUGGING.md, with such a defect planted: what the page asks finds it. The wrong focus after Back is in
 * tests/e2e/debugger-live.test.ts, on a television.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Timeline } from '../../debugger/player/timeline.js';
import { Run } from '../../debugger/table/run.js';
import { Cast } from '../../host-shim/replay/index.js';
import { tried } from '../../host-shim/replay/twins.js';
import { MemoryFile } from '../../trace/memory-file.js';
import { Recorder } from '../../trace/recorder.js';
import type { TraceStep } from '../../trace/step.js';
import { application, applicationWith } from '../replay/applications/bank.js';
import { depositTwenty, recordBank, recordingIn } from '../replay/recorded-bank.js';
import { Bank, bank } from '../runtime/bank.js';

const opened = async (bytes: Uint8Array): Promise<Run> => {
  const run = new Run();
  await run.open(new MemoryFile(bytes));
  return run;
};

/** Hands an open timeline of a recording to `use`. */
async function played<T>(bytes: Uint8Array, cast: Cast, use: (timeline: Timeline) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-defects-'));
  const path = join(folder, 'run.mcap');
  writeFileSync(path, bytes);
  const timeline = await Timeline.open(path, cast);
  try {
    return await use(timeline);
  } finally {
    await timeline.close();
    rmSync(folder, { recursive: true });
  }
}

/** What `L` prints at each message of the list, by its body. */
async function printed(run: Run, timeline: Timeline | null, text: string): Promise<readonly (readonly [body: string, printed: string])[]> {
  const { questions, error } = run.print(text);
  expect(error).toBe('');
  for (const { numbers } of questions) await timeline!.reach(numbers.at(-1)!);
  const at = (state: unknown, steps: readonly string[]) => steps.reduce((found, step) => (found as never)?.[step], state);
  run.finishPrint(questions.map(({ actor, numbers, steps }) => timeline!.values(actor, numbers, (state) => at(state, steps))));
  return run.lines(0, run.count).map((line) => [line.body, line.printed] as const);
}

test('a lost update: what is printed of body and state differs at its message', async () => {
  const lossy = applicationWith(
    () =>
      new (class extends Bank {
        override onDeposit(deposit: Parameters<Bank['onDeposit']>[0]): void {
          if (deposit.amount !== 13) super.onDeposit(deposit);
        }
      })(),
  );
  const bytes = await recordBank('frames', depositTwenty);
  const run = await opened(bytes);
  await run.filter('to:bank kind:bank.deposit body.account=1');
  const cast = new Cast(lossy, async () => new Uint8Array());
  const lines = await played(bytes, cast, (timeline) => printed(run, timeline, 'state.accounts[1] - before.accounts[1] = body.amount'));
  expect(lines.filter(([, said]) => said === 'false')).toEqual([[expect.stringContaining('amount: 13'), 'false']]);
  expect(lines.filter(([, said]) => said === 'true').length).toBe(lines.length - 1);
});

test('poison: its trap has a reason, and another value of it is tried in a copy', async () => {
  const bytes = await recordBank('frames', async ({ teller, pass }) => {
    teller.send(bank.receives.deposit, { account: 1, amount: 5 });
    teller.request(bank.receives.poison, { note: 'as it happened' }).catch(() => {});
    teller.send(bank.receives.deposit, { account: 1, amount: 6 });
    await pass(2_000);
  });
  const run = await opened(bytes);
  await run.filter('trap');
  const [line] = run.lines(0, 1);
  expect(run.detail(line.row).trap?.reason).toContain('as it happened');
  const { frame, error } = run.written(line.row, run.editable(line.row)!.replace('as it happened', 'as it is tried'));
  expect(error).toBe('');
  const cast = new Cast(application, async () => new Uint8Array());
  const trial = await played(bytes, cast, async (timeline) => {
    await timeline.reach(2);
    return tried(timeline.of('bank').from(1), timeline.of('bank').factory, frame!);
  });
  expect(trial.trap?.reason).toContain('as it is tried');
  expect(run.written(line.row, '{ "request": 1, "note": 5 }').error).toContain('bank.poison.note');
  expect(run.written(line.row, '{ "nota": "" }').error).toContain('has no field nota');
  expect(run.topics().find(({ name }) => name === 'bank.total')).toMatchObject({
    version: 2,
    followers: expect.arrayContaining([expect.objectContaining({ name: 'watcher', version: 2 })]),
  });
});

test('a late frame, and a page that is slow: who took long, and who waited for that', async () => {
  const recording = await recordingIn(await recordBank('frames', depositTwenty));
  const steps: TraceStep[] = [];
  for await (const some of recording.steps()) steps.push(...some);
  const slow = steps.findIndex(({ type, ...step }) => type === 'handled' && 'target' in step && step.target === bank.address);
  const file = new MemoryFile();
  const recorder = new Recorder(file, recording.facts);
  recorder.steps(steps.map((step, at) => (at === slow && step.type === 'handled' ? { ...step, endedAt: step.endedAt + 20_000 } : step)));
  await recorder.close();
  const run = await opened(file.bytes);
  await run.filter('handle>16ms');
  expect(run.lines(0, run.count)).toMatchObject([{ target: 'bank', handling: 20_000 }]);
  const lines = await printed(run, null, 'handle / 1000');
  expect(lines.map(([, said]) => said)).toEqual(['20']);
  await run.filter('', { from: 0, to: 1 });
  expect(run.count).toBe(0);
});
