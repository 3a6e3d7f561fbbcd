/** Builds the Wasm twins of a generated application where its definition looks for them. */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GuestSource, Problem } from './generated-application.js';
import type { GuestCompiler } from './guest-compiler.js';
import { GuestBuildError } from './guest-problems.js';
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

export interface GuestsBuild {
  /** Whether they are for a debugger: compiled in half of the time, larger, and slower. False when not given. */
  readonly debug?: boolean;
  /** A compiler that is kept for the next build; one for this build when not given. */
  readonly compiler?: GuestCompiler;
}

/**
 * Builds the guests that are not up to date. A guest that does not compile keeps nobody else from being built, and its former module stays.
 * @param root folder of the application
 */
export async function buildApplicationGuests(
  root: string,
  guests: readonly GuestSource[],
  { debug = false, compiler }: GuestsBuild = {},
): Promise<GuestsBuilt> {
  const written = guests.flatMap(({ built, module }) => (built !== undefined && copied(built, join(root, module)) ? [module] : []));
  const modules = new Map(guests.flatMap(({ source, module }) => (source === null ? [] : [[source, module] as const])));
  const modulePath = (source: string) => modules.get(source) as string;
  let problems: readonly Problem[] = [];
  try {
    await buildGuests({
      ...{ root, library: ownGuestLibrary(), debug, compilers: compiler && [compiler] },
      ...{ sources: [...modules.keys()], modulePath, built: (_, source) => written.push(modulePath(source)) },
    });
  } catch (error) {
    if (!(error instanceof GuestBuildError)) throw error;
    problems = error.problems;
  }
  const files = [...modules].flatMap(([source, module]) => [join(root, source), ...inputsOf(root, module)]);
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
