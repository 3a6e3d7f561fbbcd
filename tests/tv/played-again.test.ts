/** A recording of the television, played again by the commands of docs/TRACING.md; and a defect of one twin of focus, found by them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import { actorSpecs, parties, portVms } from '../../examples/tv/application.js';
import { FRAME_MICROS, simStage } from '../../examples/tv/headless/stage.js';
import type { Key } from '../../host-shim/common/ports/input-port.js';
import { openDisplay, openInput, openTimerPort } from '../../host-shim/sim/index.js';
import { telemetry } from '../../protocol/generated/telemetry.js';
import { MemoryFile } from '../../trace/memory-file.js';
import { tandem } from '../replay/command.js';
import { ROOT } from '../tree/tree.js';

const DEFECTIVE = fileURLToPath(new URL('../replay/applications/defective-focus.ts', import.meta.url));
const FRAMES = 600;
const FRAMES_PER_KEY = 12;
/** Into a film and back, again and again. */
const KEYS: readonly Key[] = ['down', 'right', 'right', 'enter', 'back', 'right'];

const folder = mkdtempSync(join(tmpdir(), 'tandem-television-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function recordTelevision(): Promise<Uint8Array> {
  const stage = await simStage({ seed: 1, onPortError: (_port, error) => expect.fail(String(error)) });
  const { host, vm } = stage;
  openTimerPort(vm, host.timers);
  vm.openPort(telemetry, { onFlush() {} });
  const [display, input] = [openDisplay(vm, host as never), openInput(vm)];
  const file = new MemoryFile();
  const system = await startSystem(host, { parties, portVms, actors: actorSpecs(1), placement: 'wasm', record: { sink: file } });
  const start = host.clock.nowMicros();
  for (let frame = 1; frame <= FRAMES; frame++) {
    const key = KEYS[Math.floor(frame / FRAMES_PER_KEY) % KEYS.length];
    if (frame % FRAMES_PER_KEY === 0) input.key(key, 'down');
    if (frame % FRAMES_PER_KEY === 1 && frame > FRAMES_PER_KEY) input.key(key, 'up');
    display.tick(start + frame * FRAME_MICROS);
    await stage.frame();
  }
  await stage.settle(system);
  const stopped = system.stop();
  for (let frame = 0; frame < 60; frame++) await stage.frame();
  await stopped;
  return file.bytes;
}

beforeAll(async () => {
  const bytes = await recordTelevision();
  mkdirSync(join(folder, 'recordings'));
  for (const name of ['run.mcap', 'other.mcap', 'recordings/run.mcap']) writeFileSync(join(folder, name), bytes);
});

const page = readFileSync(join(ROOT, 'docs/TRACING.md'), 'utf8');
const commands = [...page.slice(page.indexOf('## Played again')).matchAll(/^ {4}npx tandem (.*?) {2,}\S.*$/gm)].map(([, words]) => words);

/** Files and nodes of the page, as they are here: 553 is a picture of the film that is shown at message 412. */
function hereOf(word: string): string {
  if (word === 'other/dist/app.js') return DEFECTIVE;
  return /\.mcap$|^recordings\/$|^tests\/copied$/.test(word) ? join(folder, word) : word.replaceAll("'", '').replace('[412]', '[553]');
}

test('the commands of the page do what it says', async () => {
  expect(commands.length).toBeGreaterThanOrEqual(10);
  for (const command of commands) {
    const words = command.split(' ').map(hereOf);
    const { code, notes } = await tandem(...words);
    expect({ command, code, notes }).toEqual({ command, code: 0, notes: [] });
  }
});

test('the message after Back at which one twin goes wrong is found', async () => {
  const file = join(folder, 'run.mcap');
  expect((await tandem('replay', file, '--app', DEFECTIVE)).code).toBe(0);
  const { code, json } = await tandem('bisect', file, '--against', 'js', '--app', DEFECTIVE, '--json');
  const { number, kind, actor, from, sides } = json().firstDifference;
  expect([code, actor, kind, from]).toEqual([1, 'focus', 'focus.focus', 'page']);
  expect(sides[0].source).toMatch(/^wasm-actors\/focus\.ts:\d+$/);
  expect(sides[1].source).toMatch(/defective-twins\.ts:\d+$/);
  const why = await tandem('why', file, 'focus.wanted', '--at', `${number}`, '--app', DEFECTIVE, '--json');
  const { setBy, causes } = why.json();
  expect(setBy).toMatchObject({ number, kind: 'focus.focus', source: 'page' });
  expect(causes.map((cause: { kind: string; source: string }) => `${cause.kind} of ${cause.source}`)).toEqual([
    'network.request.reply of network',
    'network.request of page',
    'history.current of history',
    'history.back of page',
    'page.backRequested of focus',
    'focus.key of input',
  ]);
  const keys = await tandem('cat', file, '--filter', `kind:focus.key number<${number}`);
  expect(keys.lines.filter((line) => line.includes('phase: "down"')).at(-1)).toContain('key: "back"');
  const made = await tandem('test', file, '--at', `${number}`, '--out', join(folder, 'made'), '--app', DEFECTIVE, '--json');
  expect(made.json()).toMatchObject({ messages: 1, actor: 'focus', differs: true });
});
