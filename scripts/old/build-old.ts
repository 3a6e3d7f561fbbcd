/**
 * Builds a page for old engines: one classic script for the page and its workers, in ES5, with what such engines lack in front of it
 * (prelude/). The page is the one that has a document; a worker's address says which VM it is: `old.js?vm=js`.
 *
 *   esbuild bundles ──> patterns that not every engine can read become calls ──> SWC lowers the syntax ──> esbuild minifies
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { transform as lower } from '@swc/core';
import { type Node, parse } from 'acorn';
import { full } from 'acorn-walk';
import { build, transform as minify, type Plugin } from 'esbuild';

export interface OldBuild {
  /** Entry files of the page and of each VM's worker by its name. */
  readonly page: string;
  readonly workers: Readonly<Record<string, string>>;
  readonly tsconfig: string;
  /** Folder that keeps what was built last: nothing is compiled again that has not changed. */
  readonly keptIn: string;
}

export interface BuiltScript {
  readonly code: string;
  readonly map: string;
}

const PRELUDE = join(import.meta.dirname, 'prelude');
const ROOT = resolve(import.meta.dirname, '../..');

/** Before all else: the global object by the name that everything knows it by, and the script's own address, as `import.meta.url` of modules. */
const BANNER = `
if (typeof globalThis === 'undefined') (typeof window === 'undefined' ? self : window).globalThis = typeof window === 'undefined' ? self : window;
var tandemBase = (function () {
  if (typeof document === 'undefined') return self.location.href;
  var scripts = document.getElementsByTagName('script');
  return (document.currentScript || scripts[scripts.length - 1]).src;
})();`;

/** What the application's code does not do, so that less code does without it. */
const ASSUMPTIONS = {
  constantSuper: true,
  ignoreFunctionLength: true,
  ignoreFunctionName: true,
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
  skipForOfIteratorClosing: true,
};

/** In the place of what engines this old cannot run, or would not need. */
const REPLACED: Readonly<Record<string, string>> = {
  comlink: join(ROOT, 'host-shim/common/plain-comlink.ts'),
};

const replacements: Plugin = {
  name: 'replacements',
  setup({ onResolve }) {
    onResolve({ filter: /^comlink$/ }, ({ path }) => ({ path: REPLACED[path] }));
    // The package says of its files that they do nothing by themselves; these do.
    onResolve({ filter: /\.[jt]s$/ }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, path.replace(/\.js$/, '.ts'));
      const isOfPrelude = /^[./]/.test(path) && file.startsWith(PRELUDE);
      return isOfPrelude ? { path: file, sideEffects: true } : undefined;
    });
  },
};

/** The parts are evaluated when they are wanted: a worker has no document, a page no VM of its own. */
function entryOf({ page, workers }: OldBuild): string {
  const cases = Object.entries(workers).map(([vm, file]) => `else if (vm === '${vm}') require(${JSON.stringify(file)});`);
  return [
    `import ${JSON.stringify(join(PRELUDE, 'prelude.ts'))};`,
    `import { unicodePattern } from ${JSON.stringify(join(PRELUDE, 'regexp.ts'))};`,
    'globalThis.tandemPattern = unicodePattern;',
    `const vm = typeof document === 'undefined' ? /[?&]vm=(\\w+)/.exec(location.search)[1] : '';`,
    `if (!vm) require(${JSON.stringify(page)});`,
    ...cases,
  ].join('\n');
}

interface RegExpLiteral extends Node {
  readonly regex?: { readonly pattern: string; readonly flags: string };
}

/** Literals with flags or properties of Unicode that engines this old cannot read: an engine would refuse the whole file. */
function withReadablePatterns(code: string): string {
  const pieces: string[] = [];
  let at = 0;
  const literals: RegExpLiteral[] = [];
  full(parse(code, { ecmaVersion: 'latest' }), (node) => {
    const { regex } = node as RegExpLiteral;
    if (regex && (/[usvy]/.test(regex.flags) || /\(\?<|\\[pP]\{/.test(regex.pattern))) literals.push(node as RegExpLiteral);
  });
  for (const { start, end, regex } of literals.sort((a, b) => a.start - b.start)) {
    pieces.push(code.slice(at, start), `tandemPattern(${JSON.stringify(regex!.pattern)}, ${JSON.stringify(regex!.flags)})`);
    at = end;
  }
  return pieces.join('') + code.slice(at);
}

/** @throws with the compilers' reports */
export async function buildOld(options: OldBuild): Promise<BuiltScript> {
  const { outputFiles } = await build({
    stdin: { contents: entryOf(options), resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'esnext',
    sourcemap: 'inline',
    tsconfig: options.tsconfig,
    define: { 'import.meta.url': 'tandemBase' },
    banner: { js: BANNER },
    plugins: [replacements],
    logLevel: 'warning',
  });
  return kept(options.keptIn, outputFiles[0].text, compile);
}

async function compile(bundle: string): Promise<BuiltScript> {
  const lowered = await lower(withReadablePatterns(bundle), {
    configFile: false,
    swcrc: false,
    isModule: false,
    inputSourceMap: true,
    sourceMaps: 'inline',
    // Symbols that are objects have to look like objects to what makes them.
    env: { targets: { ie: '10' }, exclude: ['transform-typeof-symbol'] },
    jsc: { externalHelpers: false, assumptions: ASSUMPTIONS },
  });
  const { code, map } = await minify(lowered.code, {
    minify: true,
    target: 'es5',
    sourcemap: true,
    sourcefile: 'old.js',
    legalComments: 'none',
  });
  return { code: `${code}//# sourceMappingURL=old.js.map\n`, map };
}

/** What was built last, if it was built from the same, by this same file. */
async function kept(folder: string, source: string, make: (source: string) => Promise<BuiltScript>): Promise<BuiltScript> {
  const print = createHash('sha256')
    .update(source)
    .update(readFileSync(import.meta.filename))
    .digest('hex');
  const file = join(folder, 'old.json');
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BuiltScript & { print: string }) : null;
  if (before?.print === print) return before;
  const built = await make(source);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify({ print, ...built }));
  return built;
}
