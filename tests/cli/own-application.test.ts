/** A recording of an application is played again by what `tandem codegen` has written, without another word about it. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { startSystem } from '../../actors/index.js';
import { COMMANDS, run } from '../../cli/main.js';
import { loadCast } from '../../debugger/player/application.js';
import { createSimHost } from '../../host-shim/sim/index.js';
import { newActor } from '../../tools/templates.js';
import { MemoryFile } from '../../trace/memory-file.js';
import { put } from '../package/installed.js';
import { ROOT } from '../tree/tree.js';

const root = mkdtempSync(join(tmpdir(), 'tandem-own-'));
afterAll(() => rmSync(root, { recursive: true }));

async function tandem(...words: string[]) {
  const [lines, notes]: [string[], string[]] = [[], []];
  const output = { line: (text: string) => void lines.push(text), note: (text: string) => void notes.push(text) };
  const code = await run(words, COMMANDS, output, new AbortController().signal);
  return { code, text: [...lines, ...notes].join('\n') };
}

test('replay, with a definition in TypeScript', async () => {
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(ROOT, join(root, 'node_modules/tandem'));
  put(root, {
    'package.json': '{}',
    ...Object.fromEntries(newActor({ name: 'basket', folder: 'src/actors', wasm: false, library: 'tandem' })),
  });
  expect((await tandem('codegen', '--root', root)).code).toBe(0);
  const app = join(root, 'src/tandem/definition.ts');
  const { application } = await loadCast(app);
  const { parties, actors, javascript } = application;
  expect(actors.map(({ schema }) => schema.name)).toEqual(['basket']);

  const file = new MemoryFile();
  const host = createSimHost({ seed: 1, parties, vms: { js: { load: async () => ({ parties, actors: javascript }) } } });
  const client = parties.find(({ name }) => name === 'client')!;
  const port = host.vm.openPort(client as never, { onBasketChanged() {} } as never);
  const system = await startSystem(host, { parties, actors, placement: 'js', record: { sink: file } });
  port.send(actors[0].schema.receives.add as never, { amount: 2 } as never);
  await host.pass(100);
  await system.stop();
  const recording = join(root, 'run.mcap');
  writeFileSync(recording, file.bytes);

  const replayed = await tandem('replay', recording, '--app', app);
  expect(replayed).toEqual({ code: 0, text: '1 messages, nothing differs (basket=js)' });
  const wasm = await tandem('replay', recording, '--app', app, '--placement', 'basket=wasm');
  expect(wasm.text).toContain('basket has no twin in Wasm');
});

test('the line of a handler is that of its own actor, though another has a handler of the same name', async () => {
  put(root, Object.fromEntries(newActor({ name: 'till', folder: 'src/actors', wasm: false, library: 'tandem' })));
  expect((await tandem('codegen', '--root', root)).code).toBe(0);
  for (const name of ['basket', 'till']) {
    const text = readFileSync(join(root, `src/actors/${name}.ts`), 'utf8');
    const line = text.split('\n').findIndex((one) => /^\s*onAdd\(/.test(one)) + 1;
    expect(line).toBeGreaterThan(0);
    expect(await lineOf(name)).toBe(`actors/${name}.ts:${line}`);
  }
});

/** As the command finds it, in a process of its own: a test runner moves what it loads. */
async function lineOf(actor: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'tests/cli/handler-line.mjs'), root, actor]);
  return stdout.trim();
}
