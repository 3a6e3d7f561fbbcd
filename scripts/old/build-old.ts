/**
 * Builds a page for old engines: classic scripts in ES5. One, `old.js`, is for the page and its workers, with what such engines lack in front of it
 * (prelude/). The page is the one that has a document; a worker's address says which VM it is: `old.js?vm=js`. What is imported when it is needed is a
 * script of its own, and so is what engines since 2018 have: the language until then.
 *
 *   rolldown bundles ──> parts.ts makes modules functions ──> SWC lowers the syntax and minifies
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { transform as lower, type Options } from '@swc/core';
import { build } from 'esbuild';
import type { Plugin } from 'rolldown';
import { ownName } from '../own-name.js';
import { bundleParts, type Code } from './parts.js';

export interface OldBuild {
  /** Entry files of the page and of each VM's worker by its name. */
  readonly page: string;
  readonly workers: Readonly<Record<string, string>>;
  /** What the page loads later in other builds, and at once in this one. */
  readonly alsoAtOnce: readonly string[];
  /** Folder that keeps what was built last: nothing is compiled again that has not changed. */
  readonly keptIn: string;
}

const ROOT = resolve(import.meta.dirname, '../..');
const PRELUDE = join(import.meta.dirname, 'prelude');
const REGISTRY = join(import.meta.dirname, 'registry.js');
/** Files of the build. */
const MAIN = 'old.js';
const LANGUAGE = 'old-language.js';
/** Part of `MAIN`. */
const FIRST = 'prelude';

/** What the application's code does not do, so that less code does without it. */
const ASSUMPTIONS = {
  constantSuper: true,
  ignoreFunctionLength: true,
  ignoreFunctionName: true,
  ignoreToPrimitiveHint: true,
  mutableTemplateObject: true,
  noClassCalls: true,
  noDocumentAll: true,
  objectRestNoSymbols: true,
  privateFieldsAsProperties: true,
  pureGetters: true,
  setClassMethods: true,
  setComputedProperties: true,
  setPublicClassFields: true,
  setSpreadProperties: true,
};

/** Nothing that is iterated has to know that its loop ended early. That is said by `loose`, which would also take what is spread for arrays: so by itself. */
const LOOPS: Options = { env: { targets: { chrome: '120' }, include: ['transform-for-of'], loose: true } };
const SYNTAX: Options = {
  // Symbols that are objects have to look like objects to what makes them.
  env: { targets: { ie: '10' }, exclude: ['transform-typeof-symbol'] },
  // Breakpoints, and the test whether a debugger stops threads, are `debugger` statements.
  jsc: { assumptions: ASSUMPTIONS, minify: { ecma: 5, compress: { ecma: 5, passes: 3, drop_debugger: false }, mangle: true } },
  minify: true,
};

/** In the place of what engines this old cannot run, or would not need. */
const REPLACED: Readonly<Record<string, string>> = {
  comlink: join(ROOT, 'host-shim/common/plain-comlink.ts'),
};
const replacements: Plugin = { name: 'replacements', resolveId: (id) => REPLACED[id] };

/** What runs once the engine has the language: prelude, then the page or the VM that this is. */
function beginning(workers: OldBuild['workers']): string {
  const entries = JSON.stringify({ '': 'page', ...Object.fromEntries(Object.keys(workers).map((vm) => [vm, vm])) });
  return `tandemBegin(${JSON.stringify(LANGUAGE)}, function () {
  tandemPart(${JSON.stringify(FIRST)});
  tandemPart(${entries}[typeof document === 'undefined' ? /[?&]vm=(\\w+)/.exec(location.search)[1] : '']);
});\n`;
}

/** Bundles a script that does what it does as it is run. Its package says of its files that they do nothing by themselves. */
async function bundled(name: string): Promise<string> {
  const { outputFiles } = await build({
    ...{ entryPoints: [join(PRELUDE, name)], bundle: true, write: false, format: 'iife', target: 'esnext' },
    ...{ ignoreAnnotations: true, logLevel: 'warning' },
  });
  return outputFiles[0].text;
}

/** @returns scripts and their source maps, by name @throws with the compilers' reports */
export async function buildOld({ page, workers, alsoAtOnce, keptIn }: OldBuild): Promise<ReadonlyMap<string, string>> {
  const also = Object.fromEntries(alsoAtOnce.map((path, index) => [`also${index}`, path]));
  const [parts, prelude, language] = await Promise.all([
    bundleParts({ page, ...workers, ...also }, [replacements, ownName()]),
    bundled('prelude.ts'),
    bundled('language.ts'),
  ]);
  const { code, map } = parts.atOnce;
  const end = `tandemParts[${JSON.stringify(FIRST)}] = function () {\n${prelude}};\n${beginning(workers)}`;
  const main: Code = { code: code + end, map };
  const banner = readFileSync(REGISTRY, 'utf8');
  const kept = new Kept(keptIn);
  const built = new Map<string, string>();
  const scripts: [string, Code][] = [[MAIN, main], [LANGUAGE, { code: language, map: '' }], ...parts.later];
  for (const [name, source] of scripts) {
    const { code, map } = await kept.get(name, source, name === MAIN ? banner : '');
    built.set(name, code).set(`${name}.map`, map);
  }
  kept.write();
  return built;
}

/** @param banner plain script before it, which has no place in the map */
async function compile(name: string, source: Code, banner: string): Promise<Code> {
  const { code, map } = await lowered(SYNTAX, await lowered(LOOPS, source));
  const first = banner && (await lowered(SYNTAX, { code: banner, map: '' })).code;
  return { code: `${first}\n${code}\n//# sourceMappingURL=${name}.map\n`, map: lineLater(map) };
}

async function lowered(options: Options, { code, map }: Code): Promise<Code> {
  const plain: Options = { configFile: false, swcrc: false, isModule: false, sourceMaps: true };
  const result = await lower(code, { ...plain, ...options, inputSourceMap: map || undefined });
  return { code: result.code, map: result.map! };
}

/** @returns a map of what stands a line further down than it says */
function lineLater(map: string): string {
  const { mappings, ...rest } = JSON.parse(map) as { readonly mappings: string };
  return JSON.stringify({ ...rest, mappings: `;${mappings}` });
}

/** What was built last: it is built again if its source, or this file, is another one. */
class Kept {
  private readonly file: string;
  private readonly before: Readonly<Record<string, Code>>;
  private readonly now: Record<string, Code> = {};

  constructor(private readonly folder: string) {
    this.file = join(folder, 'old.json');
    this.before = existsSync(this.file) ? (JSON.parse(readFileSync(this.file, 'utf8')) as Record<string, Code>) : {};
  }

  async get(name: string, source: Code, banner: string): Promise<Code> {
    const hash = createHash('sha256').update(readFileSync(import.meta.filename));
    for (const text of [name, source.code, source.map, banner]) hash.update(text).update('\0');
    const print = hash.digest('hex');
    const built = this.before[print] ?? (await compile(name, source, banner));
    this.now[print] = built;
    return built;
  }

  write(): void {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.file, JSON.stringify(this.now));
  }
}
