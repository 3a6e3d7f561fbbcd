/** The television on the simulation: one seed gives the same state for every placement and any trap rate, and nothing is lost. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { StateSlots } from '../../actors/application/persistence/persistent-state.js';
import { PlacementError } from '../../actors/application/placement.js';
import { decodeSnapshot } from '../../actors/contract/snapshot.js';
import { RING } from '../../examples/tv/app/theme.js';
import { OptionError, parseHeadlessOptions } from '../../examples/tv/headless/options.js';
import { type Report, wrongWith } from '../../examples/tv/headless/report.js';
import { runHeadless } from '../../examples/tv/headless/run.js';
import { SteadyViewer } from '../../examples/tv/headless/steady-viewer.js';
import type { Picture } from '../../host-shim/common/ports/picture.js';
import { openStorage } from '../../host-shim/node/ports/storage.js';
import { fingerprintOf } from '../../protocol/fingerprint.js';
import { history } from '../../protocol/generated/history.js';
import { TEXT_ITEM, VIEW_ITEM } from '../../protocol/ports/display.js';

const MAIN = fileURLToPath(new URL('../../dist/examples/tv/headless/main.js', import.meta.url));

/** Runs it like a person: the last printed line is one JSON object. */
async function run(input: string): Promise<Report> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...input.split(' '), '--json']);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Report;
}

/** The same run in this process, which need not load everything anew. */
const runHere = (input: string): Promise<Report> => runHeadless(parseHeadlessOptions(input.split(' ')));

function expectWhole(report: Report): void {
  expect(report.messages.sent).toBe(report.messages.delivered);
  expect(report).toMatchObject({ messages: { lost: 0, duplicated: 0 }, divergent: 0, errors: [] });
  expect(report.restarts).toBe(report.traps);
}

describe.each([3, 11])('seed %i', (seed) => {
  test('every placement and trap rate ends in the same state', async () => {
    const calm = await runHere(`--host sim --placement js --seed ${seed} --frames 400`);
    expectWhole(calm);
    expect(calm.focusMoves).toBeGreaterThan(10);
    for (const others of ['--placement wasm', '--placement mixed', '--placement scene=wasm,history=wasm']) {
      const report = await runHere(`--host sim ${others} --seed ${seed} --frames 400`);
      expectWhole(report);
      expect(report.stateHash, others).toBe(calm.stateHash);
    }
    for (const rate of [0.01, 0.3]) {
      const report = await runHere(`--host sim --placement wasm --trap-rate ${rate} --seed ${seed} --frames 400`);
      expectWhole(report);
      expect(report.traps).toBeGreaterThan(0);
      expect(report.stateHash, `trap rate ${rate}`).toBe(calm.stateHash);
    }
  });
});

test('another seed ends in another state: the hash depends on the state', async () => {
  const [one, other] = [await runHere('--host sim --seed 1 --frames 200'), await runHere('--host sim --seed 2 --frames 200')];
  expect(one.stateHash).not.toBe(other.stateHash);
});

test('a spy prints messages on standard error, up to its limit, and changes nothing', async () => {
  const words = '--host sim --seed 1 --frames 200 --json'.split(' ');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, ...words, '--spy', 'all']);
  const lines = stderr.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(1001);
  expect(lines.filter((line) => / input -> focus focus\.key .* \{key: "/.test(line)).length).toBeGreaterThan(10);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(await runHere('--host sim --seed 1 --frames 200'))));
});

describe('on real threads', () => {
  test.each(['js', 'wasm', 'mixed'])('placement %s: nothing lost, nothing doubled', async (placement) => {
    const report = await run(`--host node --placement ${placement} --seed 5 --frames 300`);
    expect(report).toMatchObject({ frames: 300, messages: { lost: 0, duplicated: 0 }, traps: 0, divergent: 0, errors: [] });
    expect(report.focusMoves).toBeGreaterThan(5);
  });

  test('with traps: each is followed by a restart, and still nothing is lost or doubled', async () => {
    const report = await run('--host node --placement wasm --trap-rate 0.1 --seed 5 --frames 300');
    expect(report).toMatchObject({ messages: { lost: 0, duplicated: 0 }, divergent: 0, errors: [] });
    expect(report.traps).toBeGreaterThan(5);
    expect(report.restarts).toBe(report.traps);
  });
});

/** Late enough that the deadlines of the page's first requests have passed. */
const STEADY = '--viewer steady --request-deadline-ms 800 --frames 200';

test.each(['--host sim', '--host node --frame-ms 16'])('every key has an effect, even past all deadlines: %s', async (host) => {
  const report = await run(`${host} ${STEADY}`);
  expect(report).toMatchObject({ messages: { lost: 0, duplicated: 0 }, errors: [] });
  expect(report.keys).toBeGreaterThan(20);
});

test('keys without effect are reported, and so is a picture without anything to look at', () => {
  const viewer = new SteadyViewer();
  viewer.end(100);
  const dark = { itemCount: 0 } as Picture;
  expect([viewer.next(1, dark), viewer.keys]).toEqual([null, 0]);
  expect(viewer.complaints).toEqual(['there was nothing to look at in 100 frames: no key was pressed']);
  const items = [
    { type: VIEW_ITEM, colour: RING, x: 0, y: 0, width: 10, height: 10 },
    { type: TEXT_ITEM, x: 1, y: 1 },
  ];
  const frozen = { itemCount: 2, itemAt: (index: number) => items[index], stringOf: () => 'Vertigo' } as unknown as Picture;
  const pressed = Array.from({ length: 400 }, (_, frame) => viewer.next(frame, frozen)).filter((key) => key !== null);
  expect(pressed).toEqual(['right', 'left']);
  expect(viewer.complaints[1]).toBe('key 1 (right) had no effect: the focus stays on Vertigo');
});

test('lost or doubled messages are errors of a run', () => {
  const counted = { sent: 10, delivered: 8, lost: 3, duplicated: 1, conflated: 0, dropped: 0 };
  expect(wrongWith(counted)).toEqual(['3 messages were lost', '1 messages were delivered twice']);
  expect(wrongWith({ ...counted, lost: 0, duplicated: 0 })).toEqual([]);
});

test('a trap rate beyond the budget of restarts is reported, not thrown: the JSON names the actors that are down', async () => {
  const failed = await run('--host sim --placement wasm --trap-rate 1 --restart-budget 20 --seed 5 --frames 300').catch(
    ({ code, stdout }) => ({
      code,
      report: JSON.parse(stdout.trimEnd().split('\n').at(-1)) as Report,
    }),
  );
  expect(failed).toMatchObject({ code: 1, report: { frames: 300, stateHash: null } });
  expect((failed as { report: Report }).report.errors).toContainEqual(expect.stringMatching(/^\w+ is exhausted: /));
});

test('after a killed run the next one continues at the viewer’s place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-place-'));
  const storage = await openStorage(folder);
  const entriesKept = async () => {
    const { states } = await new StateSlots(storage, history.name, fingerprintOf(history.state)).read();
    if (states.length === 0) return [];
    return decodeSnapshot(history, states[0].snapshot).state.entries;
  };
  const child = spawn(process.execPath, [MAIN, '--storage', folder, '--frames', '100000'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  let entries = await entriesKept();
  // Read while nothing moves, so that this is the viewer's place when it is killed.
  while (!entries.at(-1)?.focus) {
    child.kill('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGSTOP');
    entries = await entriesKept();
  }
  child.kill('SIGKILL');
  await ended;
  entries = await entriesKept();
  const { route, focus } = entries.at(-1)!;
  const { begin } = await run(`--storage ${folder} --frames 1`);
  expect(begin).toEqual({ route, focus, depth: entries.length - 1 });
  expect(begin?.focus).toBeGreaterThan(0);
  rmSync(folder, { recursive: true });
});

test('options that make no sense are refused by name', () => {
  for (const [input, error] of [
    ['--host moon', OptionError],
    ['--frames 0', OptionError],
    ['--frames many', OptionError],
    ['--trap-rate 2', OptionError],
    ['--restart-budget -1', OptionError],
    ['--nonsense', OptionError],
    ['--spy nobody', OptionError],
    ['--viewer nobody', OptionError],
    ['--frame-ms 0', OptionError],
    ['--request-deadline-ms soon', OptionError],
    ['--host sim --storage folder', OptionError],
    ['--seed -1', OptionError],
    ['--seed ', OptionError],
    ['--placement radio=wasm', PlacementError],
    ['--placement scene=venus', PlacementError],
  ] as const) {
    expect(() => parseHeadlessOptions(input.split(' ')), input).toThrow(error);
  }
});
