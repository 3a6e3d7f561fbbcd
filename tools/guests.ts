/**
 * Builds Wasm guests from AssemblyScript: each source becomes a module, with its source map next to it. The inputs of a build are recorded
 * there, too, with a hash of each file, and a guest with unchanged inputs is not rebuilt. An `asconfig.json` next to a source adds
 * compiler options.
 *
 * A source imports what it is built on by the runtime's package, wherever that is installed, and the generated codecs of its schema.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { GuestCompiler } from './guest-compiler.js';
import { GuestBuildError, problemsOfReport } from './guest-problems.js';
import type { GuestLibrary } from './library.js';
import { COMPILER_PROCESS } from './own-package.js';
import { refusedImports } from './refused-imports.js';
import { functionStarts } from './wasm-functions.js';

export interface GuestBuild {
  /** Folder that all paths are relative to, also in crash reports. */
  readonly root: string;
  /** Paths of the sources, one for each actor. */
  readonly sources: readonly string[];
  /** Path of a source's module; next to the source when not given. */
  readonly modulePath?: (source: string) => string;
  readonly library: GuestLibrary;
  /** For a debugger: not optimised, with the names of functions and variables, so that it stops at every line. False when not given. */
  readonly debug?: boolean;
  /** Number of compiler processes that run in parallel, or those to use, which then are kept; 1 when not given. */
  readonly compilers?: number | readonly GuestCompiler[];
  /** Called with the name and source of each guest that was compiled. */
  readonly built?: (name: string, source: string) => void;
}

/** Compared with shrink level 1, a frame takes a third less time, and a compressed module is a twentieth larger. */
const OPTIMIZED = ['--optimizeLevel', '3', '--shrinkLevel', '0'];
const DEBUG = ['--optimizeLevel', '0', '--debug'];

const COMPILER_OPTIONS = [
  // The kit collects garbage between batches, when nothing is on the stack. It counts allocations to know when it should.
  ...['--runtime', 'minimal', '--exportRuntime', '--use', '__new=__countedNew', '--use', '__renew=__countedRenew'],
];

/** Files that shape every module without being read by the compiler: these tools, as they run, and the compiler's package, whose version stands in there. */
const TOOLS = [
  ...['guests', 'guest-compiler', 'refused-imports', 'wasm-functions'].map((name) =>
    resolve(import.meta.dirname, name + extname(import.meta.filename)),
  ),
  ...COMPILER_PROCESS,
  join(dirname(createRequire(import.meta.url).resolve('assemblyscript/transform')), '../package.json'),
];

/**
 * Builds the sources that are not up to date, also when one of them does not compile.
 * @returns paths of the modules
 * @throws GuestBuildError with all of the compiler's reports
 */
export async function buildGuests({ root, sources, library, ...build }: GuestBuild): Promise<string[]> {
  const { modulePath = (source) => source.replace(/\.ts$/, '.wasm'), compilers = 1, built = () => {}, debug = false } = build;
  const files = new GuestFiles(root, library, debug);
  const stale = sources.filter((source) => !files.isCurrent(modulePath(source)));
  const failed = new Map<string, string>();
  const kept = typeof compilers === 'number' ? [] : compilers;
  const own = typeof compilers === 'number' ? Array.from({ length: compilers }, () => new GuestCompiler(root, library)) : [];
  const all = [...kept, ...own];
  const expected = stale.length / all.length;
  const work = async (compiler: GuestCompiler): Promise<void> => {
    for (let source = stale.shift(); source !== undefined; source = stale.shift()) {
      const report = await compileGuest(source, modulePath(source), { compiler, expected, files });
      if (report === null) built(basename(source, '.ts'), source);
      else failed.set(source, report);
    }
  };
  try {
    await Promise.all(all.map(work));
  } finally {
    for (const compiler of own) compiler.end();
  }
  if (failed.size > 0) throw guestBuildError(failed);
  return sources.map(modulePath);
}

const guestBuildError = (failed: ReadonlyMap<string, string>): GuestBuildError =>
  new GuestBuildError(
    [...failed].flatMap(([source, report]) => problemsOfReport(report, source)),
    [...failed].map(([source, report]) => `${source} does not compile\n${report}`),
  );

interface Compiling {
  readonly compiler: GuestCompiler;
  /** Number of modules of this build for each compiler. */
  readonly expected: number;
  readonly files: GuestFiles;
}

/** @returns the compiler's report when it does not compile */
async function compileGuest(source: string, module: string, { compiler, expected, files }: Compiling): Promise<string | null> {
  const config = join(dirname(source), 'asconfig.json');
  const words = [
    source,
    ...['--baseDir', files.root, '--outFile', module, '--sourceMap', `./${basename(module)}.map`],
    ...(files.debug ? DEBUG : OPTIMIZED),
    ...[...COMPILER_OPTIONS, '--maximumMemory', String(files.library.memoryPagesMax)],
    ...['--config', existsSync(join(files.root, config)) ? config : 'none'],
  ];
  const { problem, outputs, inputs } = await compiler.compile(words, expected);
  if (problem !== null) return problem;
  const bytes = outputs.get(module) as Uint8Array;
  const refused = refusedImports(bytes, source, files.read(source) ?? '');
  if (refused.length) return refused.join('\n');
  const map = finishSourceMap(String(outputs.get(`${module}.map`)), bytes, files.library);
  files.write(`${module}.map`, map);
  files.write(module, bytes);
  files.note(module, inputs);
  return null;
}

/** In place of a path: the library, or what is compiled for. */
const OTHER_SETTINGS = 'the installed package';

interface Inputs {
  /** Hash of what the library says about itself. */
  readonly library: string | null;
  /** Hash of each file, by its path; null where there was none. */
  readonly files: Readonly<Record<string, string | null>>;
}

const hash = (text: string | null): string | null => text && createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Reads and writes files below the root, and knows the inputs of each module. */
class GuestFiles {
  private readonly tools: readonly string[];

  constructor(
    readonly root: string,
    readonly library: GuestLibrary,
    readonly debug: boolean,
  ) {
    this.tools = TOOLS.map((file) => relative(root, file));
  }

  isCurrent(module: string): boolean {
    return existsSync(join(this.root, module)) && this.changedInputs(module).length === 0;
  }

  /** Paths of what has changed since a module was built. */
  changedInputs(module: string): readonly string[] {
    const noted = this.read(inputsPath(module));
    if (!noted) return [inputsPath(module)];
    const { library, files } = JSON.parse(noted) as Inputs;
    if (library !== this.settings) return [OTHER_SETTINGS];
    return Object.entries(files ?? {}).flatMap(([path, known]) => (hash(this.read(path)) === known ? [] : [path]));
  }

  /** The folder is left out: the same library elsewhere gives the same module. */
  private get settings(): string | null {
    return hash(JSON.stringify({ ...this.library, folder: '', ...(this.debug && { debug: true }) }));
  }

  note(module: string, inputs: ReadonlyMap<string, string | null>): void {
    const read = [...this.tools.map((path) => [path, this.read(path)] as const), ...inputs];
    const noted: Inputs = { library: this.settings, files: Object.fromEntries(read.map(([path, text]) => [path, hash(text)])) };
    this.write(inputsPath(module), JSON.stringify(noted, null, 1));
  }

  /** Writes to a temporary file and renames it, so that nobody who builds or loads at the same time sees half a file. */
  write(path: string, contents: string | Uint8Array): void {
    const file = resolve(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, contents);
    renameSync(`${file}.${process.pid}`, file);
  }

  read(path: string): string | null {
    const file = resolve(this.root, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  }
}

/** Absolute paths of the files that a module was built from, so far as they are known. */
export function inputsOf(root: string, module: string): readonly string[] {
  const noted = join(root, inputsPath(module));
  if (!existsSync(noted)) return [];
  const { files } = JSON.parse(readFileSync(noted, 'utf8')) as Inputs;
  return Object.entries(files).flatMap(([path, found]) => (found === null ? [] : [resolve(root, path)]));
}

/** Which of the inputs of a module have changed since it was built, whether for a debugger or not: their paths; or what else has. */
export function changedInputs(root: string, module: string, library: GuestLibrary): readonly string[] {
  const optimized = new GuestFiles(root, library, false).changedInputs(module);
  return optimized.includes(OTHER_SETTINGS) ? new GuestFiles(root, library, true).changedInputs(module) : optimized;
}

const inputsPath = (module: string): string => `${module}.inputs.json`;

/**
 * Names sources from the root, and adds `x_functionStarts`: the offset in the module at which each function's body starts, which a source
 * map does not say. A source map carries the text of its sources. That of the language's library is left out: it is most of the text, and
 * nobody debugs it.
 */
function finishSourceMap(json: string, module: Uint8Array, library: GuestLibrary): string {
  const map = JSON.parse(json) as {
    sourceRoot?: string;
    sources: string[];
    sourcesContent: (string | null)[];
    x_functionStarts?: number[];
  };
  delete map.sourceRoot;
  const ofLanguage = (name: string) => name.startsWith('~lib/') && !name.startsWith(`~lib/${library.name}/`);
  map.sourcesContent = map.sourcesContent.map((text, index) => (ofLanguage(map.sources[index]) ? null : text));
  map.x_functionStarts = functionStarts(module);
  return JSON.stringify(map);
}
