/**
 * Loads modules of an application as they are now, in TypeScript or JavaScript, without a loader in this process: esbuild bundles them into a
 * folder that is removed again, and Node imports what it wrote. Packages are not bundled. Modules that several of them import are loaded
 * once, so that a schema is the same object everywhere; each call loads all anew.
 *
 * The catch: what was loaded stays in this process's memory until it ends.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { type BuildFailure, build, type Message, type OutputFile } from 'esbuild';
import type { Problem } from './generated-application.js';

/** By a file's path from the root, the paths of the application's files whose code it uses. */
export type Imports = ReadonlyMap<string, readonly string[]>;

export interface LoadedModules {
  /** Exports of each file that loads, by its path as it was given. */
  readonly modules: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Why the others do not. */
  readonly problems: readonly Problem[];
  /** Absolute paths of all files that were read, but for packages. */
  readonly files: readonly string[];
  /** What each of them imports of the others, from the root. */
  readonly imports: Imports;
}

/** Imported for their effect on a page, which there is none of here. */
const WITHOUT_CONTENT = ['.css', '.scss', '.sass', '.less', '.svg', '.png', '.jpg', '.webp', '.woff2', '.wasm'];

/**
 * @param root folder of the application, from which packages are found
 * @param files from the root
 */
export async function loadModules(root: string, files: readonly string[]): Promise<LoadedModules> {
  if (files.length === 0) return { modules: new Map(), problems: [], files: [], imports: new Map() };
  mkdirSync(join(root, 'node_modules/.tandem'), { recursive: true });
  const folder = mkdtempSync(join(root, 'node_modules/.tandem/load-'));
  try {
    const { outputFiles, metafile } = await bundle(root, folder, files);
    for (const { path, contents } of outputFiles) writeFileSync(path, contents);
    const read = Object.keys(metafile.inputs).map((path) => resolve(root, path));
    const imports = new Map(
      Object.entries(metafile.inputs).map(([path, { imports: used }]) => [path, used.flatMap((one) => (one.external ? [] : [one.path]))]),
    );
    return { ...(await importAll(root, folder, files, outputFiles)), files: read, imports };
  } catch (error) {
    const { errors } = error as Partial<BuildFailure>;
    if (!errors) throw error;
    return { modules: new Map(), problems: errors.map(problemOf), files: files.map((file) => resolve(root, file)), imports: new Map() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Name of the module that a file becomes, by the file's place in the list: two files may have one name. */
const nameOf = (index: number): string => `module-${index}`;

const bundle = (root: string, folder: string, files: readonly string[]) =>
  build({
    absWorkingDir: resolve(root),
    entryPoints: files.map((file, index) => ({ in: resolve(root, file), out: nameOf(index) })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    loader: Object.fromEntries(WITHOUT_CONTENT.map((extension) => [extension, 'empty'] as const)),
    sourcemap: 'external',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });

const problemOf = ({ text, location }: Message): Problem => ({
  file: location?.file ?? '',
  ...(location && { line: location.line, column: location.column + 1 }),
  text: `does not compile: ${text}`,
});

async function importAll(root: string, folder: string, files: readonly string[], written: readonly OutputFile[]) {
  const modules = new Map<string, Readonly<Record<string, unknown>>>();
  const problems: Problem[] = [];
  for (const [index, file] of files.entries()) {
    try {
      modules.set(file, await import(pathToFileURL(join(folder, `${nameOf(index)}.mjs`)).href));
    } catch (error) {
      const text = `does not load: ${error instanceof Error ? error.message : String(error)}`;
      const place = error instanceof Error ? placeOf(error, root, folder, written) : null;
      problems.push(place ? { ...place, text } : { file, text });
    }
  }
  return { modules, problems };
}

/** The line of the application at which something was thrown: the topmost of its stack that is in the folder. */
function placeOf({ stack = '' }: Error, root: string, folder: string, written: readonly OutputFile[]): Omit<Problem, 'text'> | null {
  for (const [, name, line, column] of stack.matchAll(/[\\/]([^\\/\n]+\.mjs):(\d+):(\d+)/g)) {
    const map = written.find(({ path }) => path === join(folder, `${name}.map`));
    if (!map) continue;
    const found = originalPositionFor(new TraceMap(map.text), { line: Number(line), column: Number(column) - 1 });
    if (found.source === null) continue;
    return { file: relative(root, resolve(folder, found.source)), line: found.line, column: found.column + 1 };
  }
  return null;
}
