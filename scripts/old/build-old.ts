/**
 * Builds a page for old engines: classic scripts in ES5. One, `old.js`, is for the page and its workers, with what such engines lack in front of it
 * (prelude/). The page is the one that has a document; a worker's address says which VM it is: `old.js?vm=js`. What is imported when it is needed is a
 * script of its own, and so is what engines since 2018 have: the language until then.
 *
 *   rolldown bundles ──> parts.ts makes modules functions ──> SWC lowers the syntax and minifies
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { transform as lower, type Options } from '@swc/core';
import { build } from 'esbuild';
import type { Plugin } from 'rolldown';
import { ownName } from '../own-name.js';
import type { Files } from '../page.js';
import { bundleParts, type Code } from './parts.js';

export interface OldBuild {
  /** Entry files of the page and of each VM's worker by its name. */
  readonly page: string;
  readonly workers: Readonly<Record<string, string>>;
  /** What the page loads later in other builds, and at once in this one. */
  readonly alsoAtOnce: readonly string[];
}

export interface OldBuilt {
  /** Scripts and their source maps, by name. */
  readonly files: Files;
  /** Absolute paths of what was read. */
  readonly read: readonly string[];
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

/** @throws with the compilers' reports */
export async function buildOld({ page, workers, alsoAtOnce }: OldBuild): Promise<OldBuilt> {
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
  const files: Files = new Map();
  const scripts: [string, Code][] = [[MAIN, main], [LANGUAGE, { code: language, map: '' }], ...parts.later];
  for (const [name, source] of scripts) {
    const { code, map } = await compile(name, source, name === MAIN ? banner : '');
    files.set(name, Buffer.from(code)).set(`${name}.map`, Buffer.from(map));
  }
  return { files, read: [...parts.sources, ...ownFiles()] };
}

const ownFiles = (): string[] =>
  readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name))
    .map((name) => join(import.meta.dirname, name));

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
