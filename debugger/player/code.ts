/**
 * The source of a handler, or of the place where it ended, as it lies on this machine. What a recording says of places is not trusted: only files of
 * code in the folders above the application are read.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { originalPositionFor, type SourceMapInput, TraceMap } from '@jridgewell/trace-mapping';
import type { Cast, Side } from '../../host-shim/replay/cast.js';
import { handlerLine } from '../../host-shim/replay/handler-line.js';

/** Lines before and after the one that is meant. */
const BEFORE = 6;
const AFTER = 12;
const PLACE = /^((?:[\w@-][\w@.-]*\/)*[\w@-][\w@.-]*\.[cm]?[jt]sx?):(\d+)(?::(\d+))?$/;

export interface Code {
  /** As `wasm-actors/focus.ts:120`. */
  readonly place: string;
  /** Whether it ended there; else its handler begins there. */
  readonly isEnd: boolean;
  /** Path on this machine. */
  readonly file: string;
  readonly line: number;
  /** Number of the first line that is shown. */
  readonly from: number;
  readonly lines: readonly string[];
}

export interface CodeQuestion {
  readonly actor: string;
  readonly side: Side;
  /** Name of the kind that was handled. */
  readonly kind: string;
  /** Where it ended; empty when it did not, or that is not known. */
  readonly position: string;
}

/** @param app path of the application's module @throws Error when it is not known, or not here */
export async function codeOf(cast: Cast, app: string, { actor, side, kind, position }: CodeQuestion): Promise<Code> {
  const isEnd = PLACE.test(position);
  const place = isEnd ? position : await handlerLine(cast, actor, side, kind);
  const [, path, line, column = '1'] = PLACE.exec(place) ?? [];
  if (path === undefined)
    throw new Error(`where ${actor} handles ${kind} is not known: its module has no source map, or no handler of its own`);
  const file = fileOf(path, app);
  if (!file) throw new Error(`${place}: that file is not here, nor above ${dirname(app)}`);
  return excerptOf(original(file, Number(line), Number(column)), isEnd);
}

/** In the folder of the application, or the nearest one above it. */
function fileOf(path: string, app: string): string | null {
  for (let folder = dirname(resolve(app)); ; folder = dirname(folder)) {
    for (const below of ['', 'dist', 'src']) {
      const file = join(folder, below, path);
      if (existsSync(file)) return file;
    }
    if (folder === dirname(folder)) return null;
  }
}

interface Line {
  readonly file: string;
  readonly line: number;
}

/** What a file was compiled from, if that is known and here. */
function original(file: string, line: number, column: number): Line {
  const map = `${file}.map`;
  if (!existsSync(map)) return { file, line };
  const found = originalPositionFor(new TraceMap(JSON.parse(readFileSync(map, 'utf8')) as SourceMapInput), { line, column: column - 1 });
  const source = found.source === null ? null : resolve(dirname(file), found.source);
  return source !== null && PLACE.test(`x/${source.split(sep).at(-1)}:1`) && existsSync(source)
    ? { file: source, line: found.line ?? 1 }
    : { file, line };
}

function excerptOf({ file, line }: Line, isEnd: boolean): Code {
  const lines = readFileSync(file, 'utf8').split('\n');
  const from = Math.max(1, line - BEFORE);
  const place = `${relative(process.cwd(), file).split(sep).join('/')}:${line}`;
  return { place, isEnd, file, line, from, lines: lines.slice(from - 1, line + AFTER) };
}
