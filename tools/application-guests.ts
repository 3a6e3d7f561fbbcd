/** Builds the Wasm twins of a generated application where its definition looks for them. */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GuestSource, Problem } from './generated-application.js';
import { buildGuests, inputsOf } from './guests.js';
import { ownGuestLibrary } from './own-package.js';

export interface GuestsBuilt {
  /** What does not compile, with the compiler's words. */
  readonly problems: readonly Problem[];
  /** Paths of the modules that were written, from the root. */
  readonly written: readonly string[];
  /** Absolute paths of the files that they were built from. */
  readonly files: readonly string[];
}

/**
 * Builds the guests that are not up to date. A guest that does not compile keeps nobody else from being built, and its former module stays.
 * @param root folder of the application
 * @param debug whether they are for a debugger
 */
export async function buildApplicationGuests(root: string, guests: readonly GuestSource[], debug = false): Promise<GuestsBuilt> {
  const problems: Problem[] = [];
  const written: string[] = [];
  for (const { source, built, module } of guests) {
    if (source === null) {
      if (built !== undefined && copied(built, join(root, module))) written.push(module);
      continue;
    }
    try {
      const modulePath = () => module;
      await buildGuests({ root, sources: [source], modulePath, library: ownGuestLibrary(), debug, built: () => written.push(module) });
    } catch (error) {
      problems.push(...compilerProblems(source, error instanceof Error ? error.message : String(error)));
    }
  }
  const files = guests.flatMap(({ source, module }) => (source === null ? [] : [join(root, source), ...inputsOf(root, module)]));
  return { problems, written, files };
}

/** @returns whether there was anything to copy */
function copied(from: string, to: string): boolean {
  const isSame = (path: string) => existsSync(path) && readFileSync(path).equals(readFileSync(from));
  if (isSame(to)) return false;
  mkdirSync(dirname(to), { recursive: true });
  for (const extension of ['', '.map']) copyFileSync(from + extension, to + extension);
  return true;
}

/** The compiler's report: `ERROR TS2322: Type …` and, below it, `in src/actors/basket.wasm.ts(12,5)`. */
const REPORTED = /ERROR (?:TS|AS)(\d+): (.*)[\s\S]*?in ([^\s(]+)\((\d+),(\d+)\)/g;

function compilerProblems(source: string, report: string): Problem[] {
  const found = [...report.matchAll(REPORTED)].map(([, , text, file, line, column]) => ({
    ...{ file, line: Number(line), column: Number(column) },
    text: `does not compile: ${text}${adviceFor(text)}`,
  }));
  return found.length ? found : [{ file: source, text: `does not compile: ${report}` }];
}

/** What to do about what the language lacks, so far as there is something. */
function adviceFor(text: string): string {
  return /'console'/.test(text) ? "; a guest has no console: import { log } from 'tandem/guest'" : '';
}
