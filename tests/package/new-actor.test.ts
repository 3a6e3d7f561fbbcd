/** A new actor in both languages, from `tandem new` to its passing tests; and what is said of an AssemblyScript that asks for what no guest has. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test, vi } from 'vitest';
import { COMMANDS, run } from '../../cli/main.js';
import { ROOT } from '../tree/tree.js';

const root = mkdtempSync(join(tmpdir(), 'tandem-new-'));
afterAll(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, 'node_modules'));
symlinkSync(ROOT, join(root, 'node_modules/tandem'));
for (const name of ['vitest', 'vite']) symlinkSync(join(ROOT, 'node_modules', name), join(root, 'node_modules', name));

async function tandem(...words: string[]) {
  const [lines, notes]: [string[], string[]] = [[], []];
  const output = { line: (text: string) => void lines.push(text), note: (text: string) => void notes.push(text) };
  return { code: await run([...words, '--root', root], COMMANDS, output, new AbortController().signal), lines, notes };
}

/** A program of this repository, run in the application's folder as somebody else's. */
async function program(name: string, ...words: string[]): Promise<string> {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(FORCE_COLOR$|VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$)/.test(key)),
  );
  const options = { cwd: root, env: { ...environment, NO_COLOR: '1', FORCE_COLOR: '0' }, maxBuffer: 16 << 20 };
  const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules/.bin', name), words, options);
  return stdout;
}

const GUEST = join(root, 'src/actors/basket.wasm.ts');
const BUILT = join(root, 'src/tandem/guests/basket.wasm');
const edit = (from: string, to: string): void => writeFileSync(GUEST, readFileSync(GUEST, 'utf8').replace(from, to));

test('its files compile, and its tests pass, in TypeScript and in AssemblyScript, which may log', async () => {
  expect((await tandem('new', 'basket', '--wasm')).code).toBe(0);
  expect((await tandem('new', 'till')).code).toBe(0);
  // Where the actor is there already, its twin follows from its schema, with handlers to be filled in.
  expect((await tandem('new', 'till', '--wasm')).lines).toEqual(['wrote src/actors/till.wasm.ts']);
  edit('{ Actor, Reader, start }', '{ Actor, log, Reader, start }');
  edit('this.state.sum += message.amount;', "this.state.sum += message.amount;\n    log('now ' + this.state.sum.toString());");
  const built = await tandem('build', '--debug');
  expect(built).toMatchObject({ code: 0, notes: [] });
  expect(built.lines.filter((line) => line.endsWith('.wasm')).sort()).toEqual(
    ['basket', 'till'].map((name) => `wrote src/tandem/guests/${name}.wasm`),
  );
  expect(WebAssembly.Module.customSections(new WebAssembly.Module(readFileSync(BUILT)), 'name')).toHaveLength(1);
  const compilerOptions = {
    module: 'preserve',
    target: 'es2023',
    lib: ['es2024', 'dom'],
    strict: true,
    noEmit: true,
    types: [],
    skipLibCheck: true,
  };
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  expect(await program('tsc', '-p', '.')).toBe('');
  const said = await program('vitest', 'run', '--root', '.', '--reporter', 'verbose');
  expect(said).toMatch(/Tests\s+7 passed/);
  expect(said).toContain('tandem: basket says: now 5');
});

test('what no guest has is told with its place, and the module that was there stays', async () => {
  // As where tests run for others: the compiler may then write in colours.
  vi.stubEnv('FORCE_COLOR', '1');
  const built = readFileSync(BUILT);
  edit(
    'onTotal(message: BasketTotal): void {',
    "onTotal(message: BasketTotal): void {\n    console.log('total');\n    if (Date.now() > 0 && Math.random() > 2) return;",
  );
  const place = (text: string) => {
    const before = readFileSync(GUEST, 'utf8').split(text)[0].split('\n');
    return `src/actors/basket.wasm.ts:${before.length}:${before[before.length - 1].length + 1}`;
  };
  const { code, lines } = await tandem('build', '--debug');
  expect(code).toBe(1);
  expect([...lines].sort()).toEqual(
    [
      `${place('console.log')}: uses the console, which a guest does not have: import { log } from 'tandem/guest' and write log('…')`,
      `${place('Date.now')}: uses a clock, which an actor does not have, since it must do the same when it is run again: the time of the message is this.now`,
      `${place('Math.random')}: uses chance, which an actor does not have, since it must do the same when it is run again: let the sender put a random number into the message`,
    ].sort(),
  );
  edit('message.amount', 'message.amont');
  expect((await tandem('build', '--debug', '--json')).lines.map((line) => JSON.parse(line).problems)).toEqual([
    [
      {
        ...{ file: 'src/actors/basket.wasm.ts', line: expect.any(Number), column: expect.any(Number) },
        text: expect.stringContaining("does not compile: Property 'amont' does not exist on type 'src/tandem/assembly/basket/BasketAdd'."),
      },
    ],
  ]);
  expect(readFileSync(BUILT)).toEqual(built);
});
