/** The compiler's process, which the applications that are built in one process share. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Compiled, GuestCompiler } from '../../tools/guest-compiler.js';
import { ownGuestLibrary } from '../../tools/own-package.js';

const top = mkdtempSync(join(tmpdir(), 'tandem-compiler-'));
afterAll(() => rmSync(top, { recursive: true }));

/** An application's folder, whose only module returns a number. */
function application(number: number): { compile(): Promise<Compiled>; end(): void } {
  const root = mkdtempSync(join(top, 'application-'));
  writeFileSync(join(root, 'one.ts'), `export function one(): i32 { return ${number}; }\n`);
  const compiler = GuestCompiler.ofApplication(root, ownGuestLibrary());
  const words = ['one.ts', '--baseDir', root, '--outFile', 'one.wasm', '--runtime', 'stub', '--optimizeLevel', '0', '--config', 'none'];
  return { compile: () => compiler.compile(words, 1), end: () => compiler.end() };
}

async function returnedBy({ problem, outputs }: Compiled): Promise<unknown> {
  expect(problem).toBe(null);
  const { instance } = await WebAssembly.instantiate(outputs.get('one.wasm') as Uint8Array<ArrayBuffer>);
  return (instance.exports.one as () => number)();
}

const processes = (): number => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;

test('two applications have one, each its own modules; it ends when both have left, and after what it was asked for', async () => {
  const before = processes();
  const [first, second] = [application(1), application(2)];
  const compiled = await Promise.all([first.compile(), second.compile()]);
  expect(await Promise.all(compiled.map(returnedBy))).toEqual([1, 2]);
  expect(processes()).toBe(before + 1);
  first.end();
  const last = second.compile();
  second.end();
  expect(await returnedBy(await last)).toBe(2);
  await expect.poll(processes).toBe(before);
});
