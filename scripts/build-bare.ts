/**
 * Copies the built runtime and benchmarks to dist/bare, with `RECOVERABLE` switched off: the benchmarks run both, and the difference is what
 * journal, sequences and output gate cost. Nothing else may use it.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const dist = resolve(import.meta.dirname, '../dist');
const FOLDERS = ['protocol', 'bus', 'actors', 'host-shim', 'bench'];
const SWITCH = 'RECOVERABLE = true;';

/** @throws Error when the switch is not where it is looked for */
export function buildBare(): void {
  const bare = resolve(dist, 'bare');
  rmSync(bare, { recursive: true, force: true });
  // What is noted beside a module belongs to where it was built.
  const filter = (source: string) => !source.endsWith('.inputs.json');
  for (const folder of FOLDERS) cpSync(resolve(dist, folder), resolve(bare, folder), { recursive: true, filter });
  const file = resolve(bare, 'bus/recoverable.js');
  const text = readFileSync(file, 'utf8');
  if (!text.includes(SWITCH)) throw new Error(`${file} has no ${SWITCH}`);
  writeFileSync(file, text.replace(SWITCH, 'RECOVERABLE = false;'));
}
