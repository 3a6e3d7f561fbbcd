/**
 * Which lines of the recovery code faults reach: runs the tool in processes of their own with V8's coverage on, and maps what was executed
 * back to the sources. The catch: a thread that is ended says nothing of what it has executed, so what only runs on real threads is known
 * from
 * the host's thread alone.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eachMapping, TraceMap } from '@jridgewell/trace-mapping';

/** Sources that recover something, or remember what a recovery needs. */
const RECOVERY_FOLDERS = ['actors/supervisor', 'actors/supervisor/tree', 'actors/vm', 'actors/vm/cell', 'actors/vm/port'];
const RECOVERY_FILES = ['actors/model/handler-table', ...namesIn('bus', 'dead-letters digest journal mailbox requests router seen')];

function namesIn(folder: string, names: string): readonly string[] {
  return names.split(' ').map((name) => `${folder}/${name}`);
}

/** Without its ending. */
function recoveryCode(built: URL): readonly string[] {
  const inFolders = RECOVERY_FOLDERS.filter((folder) => existsSync(new URL(folder, built))).flatMap((folder) =>
    readdirSync(new URL(folder, built))
      .filter((name) => name.endsWith('.js'))
      .map((name) => `${folder}/${name.slice(0, -'.js'.length)}`),
  );
  return [...inFolders, ...RECOVERY_FILES];
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}
interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

export interface FileCoverage {
  readonly file: string;
  readonly lines: number;
  readonly reached: number;
  /** Numbers of the lines of code that nothing has reached. */
  readonly missed: readonly number[];
}

/** For each character of a script whether it was executed: inner ranges come after the outer ones that they correct. */
function executed({ functions }: ScriptCoverage, length: number): Uint8Array {
  const marks = new Uint8Array(length);
  const ranges = functions.flatMap((one) => one.ranges).sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  for (const { startOffset, endOffset, count } of ranges) marks.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  return marks;
}

/** Lines of the source, and whether the script's code for them was executed. */
function linesOf(script: string, marks: Uint8Array): Map<number, boolean> {
  const text = readFileSync(script, 'utf8');
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const lines = new Map<number, boolean>();
  eachMapping(new TraceMap(readFileSync(`${script}.map`, 'utf8')), ({ originalLine, generatedLine, generatedColumn }) => {
    if (originalLine === null) return;
    const reached = marks[starts[generatedLine - 1] + generatedColumn] === 1;
    lines.set(originalLine, (lines.get(originalLine) ?? false) || reached);
  });
  return lines;
}

/** @param runs command lines of the tool @param built folder of the build */
export function measureCoverage(runs: readonly (readonly string[])[], built: URL): FileCoverage[] {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-coverage-'));
  try {
    for (const words of runs) {
      const main = fileURLToPath(new URL('chaos/main.js', built));
      const { status } = spawnSync(process.execPath, [main, ...words], {
        env: { ...process.env, NODE_V8_COVERAGE: folder },
        stdio: 'inherit',
      });
      if (status !== 0) throw new Error(`chaos ${words.join(' ')} failed`);
    }
    return collect(folder, built);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function collect(folder: string, built: URL): FileCoverage[] {
  const code = recoveryCode(built);
  const files = new Map<string, Map<number, boolean>>();
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: ScriptCoverage[] };
    for (const file of code) {
      const url = new URL(`${file}.js`, built);
      const script = result.find((one) => one.url === url.href);
      if (!script) continue;
      const path = fileURLToPath(url);
      const known = files.get(file) ?? new Map<number, boolean>();
      files.set(file, known);
      for (const [line, reached] of linesOf(path, executed(script, readFileSync(path, 'utf8').length)))
        known.set(line, (known.get(line) ?? false) || reached);
    }
  }
  const missing = code.filter((file) => !existsSync(new URL(`${file}.js`, built)));
  if (missing.length > 0) throw new Error(`no such code: ${missing.join(', ')}`);
  // What holds only types is never loaded.
  return code.filter((file) => files.has(file)).map((file) => summary(`${file}.ts`, files.get(file)!));
}

function summary(file: string, lines: ReadonlyMap<number, boolean>): FileCoverage {
  const missed = [...lines].filter(([, reached]) => !reached).map(([line]) => line);
  return { file, lines: lines.size, reached: lines.size - missed.length, missed: missed.sort((a, b) => a - b) };
}
