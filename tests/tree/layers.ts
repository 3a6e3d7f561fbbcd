/** Which folder may import which, and which names it may use: what the compiler cannot check, and that it checks the rest. */
import { posix } from 'node:path';
import { importsOf, isAssemblyScript, isCode, lineAt, type Tree, withoutComments } from './tree.js';

interface Layer {
  readonly folders: readonly string[];
  readonly packages: readonly string[];
}

const LAYERS: Readonly<Record<string, Layer>> = {
  protocol: { folders: [], packages: ['@msgpack/msgpack'] },
  bus: { folders: ['protocol'], packages: [] },
  trace: { folders: ['protocol', 'bus'], packages: ['@msgpack/msgpack', 'fflate'] },
  actors: { folders: ['protocol', 'bus', 'trace'], packages: ['@msgpack/msgpack', 'xstate'] },
  'js-actors': { folders: ['protocol', 'actors'], packages: [] },
  'wasm-actors': { folders: ['protocol'], packages: ['rt'] },
  'host-shim': {
    folders: ['protocol', 'bus', 'trace', 'actors', 'js-actors'],
    packages: ['@jridgewell/trace-mapping', 'as-bind', 'comlink', 'wasm-feature-detect', 'ws'],
  },
  debugger: {
    folders: ['protocol', 'trace', 'host-shim'],
    packages: ['@jridgewell/trace-mapping', 'comlink', 'esbuild', 'launch-editor', 'ws'],
  },
  ui: { folders: ['protocol', 'actors', 'js-actors'], packages: ['react', 'solid-js'] },
  tools: { folders: ['protocol', 'debugger'], packages: ['@jridgewell/trace-mapping', 'assemblyscript', 'esbuild', 'vite'] },
};

/** Folders that know no platform. */
const PURE = ['protocol', 'bus', 'trace', 'actors', 'js-actors', 'wasm-actors'];

/** In the language's own library, so the compiler lets them pass: time, chance, the global object, and a way to what is not there. */
const UNSEEN_BY_COMPILER =
  /\b(Date|Math\.random|globalThis|eval|Intl|console|process|performance)\b(?!\s*[:?])|\bnew Function\b|\bdeclare\s+(?:const(?!\s+\w+: unique symbol)|let|var|function|global|module|namespace|class)\b/g;

/** Where guests name what the host gives them: the golden list of the ABI says what that may be. */
const GUEST_IMPORTS = 'wasm-actors/kit/env.ts';

/** Whose result is not the same bits in every engine, so that twins would differ. Powers of two are exact. */
const INEXACT =
  /\bMath(?:f)?\.(?:sinh?|cosh?|tanh?|asinh?|acosh?|atanh?|atan2|pow|exp|expm1|log|log2|log10|log1p|cbrt|hypot)\b|(?<!\b2 )\*\*/g;

const topFolder = (path: string): string => path.split('/')[0];

/** Imports that go against the order of the folders, or bring in a package that has no place there. */
export function wrongImports(tree: Tree): string[] {
  const findings: string[] = [];
  for (const [path, text] of tree) {
    const layer = LAYERS[topFolder(path)];
    if (!layer || !isCode(path)) continue;
    for (const { specifier, target, line } of importsOf(path, text)) {
      const folder = target && topFolder(target);
      const allowed = folder
        ? folder === topFolder(path) || layer.folders.includes(folder)
        : layer.packages.some((name) => specifier === name || specifier.startsWith(`${name}/`)) ||
          (specifier.startsWith('node:') && /^(host-shim\/node|tools|debugger\/(?:server|player))\//.test(path));
      if (!allowed) findings.push(`${path}:${line} imports ${specifier}`);
    }
  }
  return findings;
}

/** As applications import it. */
const LANGUAGE = 'tandem/schema';

/** A schema knows other schemas and the language alone: the build generates their codecs before all else, and anew when one of these changes. */
export function worldlySchemas(tree: Tree): string[] {
  const findings: string[] = [];
  for (const [path, text] of tree) {
    const folder = /^(.*\/)?protocol\/(?:.*\/)?(?=(?:messages|ports)\/[^/]+\.ts$)/.exec(path)?.[0];
    if (folder === undefined) continue;
    for (const { specifier, target, line } of importsOf(path, text)) {
      const known =
        specifier === LANGUAGE ||
        (target !== null && !target.includes('/generated/') && [folder, 'protocol/'].some((one) => target.startsWith(one)));
      if (!known) findings.push(`${path}:${line} imports ${specifier}`);
    }
  }
  return findings;
}

/** Written in what both languages have in common, and compiled by both. They import nothing. */
const COMMON = ['protocol/limits.ts', 'protocol/version.ts'];

/** What is there in AssemblyScript alone: its library's runtime, and what an application's actors and their codecs are made of. */
const GUEST_PACKAGES = /^(rt\/|tandem\/guest(\/exports)?$|tandem\/protocol\/(generated\/)?assembly\/)/;

/** An import across the border of the two languages, which share file extensions but nothing else. */
export function mixedLanguages(tree: Tree): string[] {
  const findings: string[] = [];
  for (const [path, text] of tree) {
    if (!isCode(path)) continue;
    for (const { specifier, target, line } of importsOf(path, text)) {
      const crosses =
        target === null ? isAssemblyScript(path) && !GUEST_PACKAGES.test(specifier) : isAssemblyScript(path) !== isAssemblyScript(target);
      if ((crosses && !COMMON.includes(target ?? '')) || COMMON.includes(path))
        findings.push(`${path}:${line} imports ${specifier} of the other language`);
    }
  }
  return findings;
}

/** A bound that twins have each a copy of: what one of them is given, the other does not see. */
export function copiedConstants(tree: Tree): string[] {
  const shared = new Map<string, string>();
  for (const [path, text] of tree) {
    if (!COMMON.includes(path) && !/(^|\/)protocol\/(.*\/)?(messages|ports)\/[^/]+\.ts$/.test(path)) continue;
    for (const [, name] of text.matchAll(/^export const ([A-Z][A-Z0-9_]*) = /gm)) shared.set(name, path);
  }
  const findings: string[] = [];
  for (const [path, text] of tree) {
    if (!isAssemblyScript(path)) continue;
    for (const match of text.matchAll(/^(?:export )?const ([A-Z][A-Z0-9_]*)\b/gm))
      if (shared.has(match[1]))
        findings.push(`${path}:${lineAt(text, match.index)} has ${match[1]} of its own, which is in ${shared.get(match[1])}`);
  }
  return findings;
}

/** Guests outside of wasm-actors: an application's own actor builds on the kit and the protocol alone. */
export function wrongGuestImports(tree: Tree): string[] {
  const findings: string[] = [];
  for (const [path, text] of tree) {
    if (!isAssemblyScript(path) || LAYERS[topFolder(path)]) continue;
    for (const { specifier, target, line } of importsOf(path, text)) {
      const folder = target && topFolder(target);
      if (folder && folder !== 'protocol' && folder !== 'wasm-actors' && folder !== topFolder(path))
        findings.push(`${path}:${line} imports ${specifier}`);
    }
  }
  return findings;
}

/** Plain JavaScript runs what was built. A build that is not the first may still have what lost its source. */
export function missingSources(tree: Tree): string[] {
  const findings: string[] = [];
  for (const [path, text] of tree) {
    if (!path.endsWith('.mjs')) continue;
    for (const { specifier, target, line } of importsOf(path, text)) {
      const source = target?.startsWith('dist/') ? target.slice('dist/'.length) : null;
      if (source?.endsWith('.ts') && !/\/generated\//.test(source) && !tree.has(source))
        findings.push(`${path}:${line} imports ${specifier}, which has no source`);
    }
  }
  return findings;
}

/** An example knows the runtime as its user does: by the package's name. */
export function wrongExampleImports(tree: Tree): string[] {
  const findings: string[] = [];
  for (const [path, text] of tree) {
    const [, example] = /^(examples\/(?:small\/[^/]+|(?!small\/)[^/]+)\/)/.exec(path) ?? [];
    if (!example || !isCode(path)) continue;
    for (const { specifier, target, line } of importsOf(path, text))
      if (target && !target.startsWith(example)) findings.push(`${path}:${line} imports ${specifier}, and not the package by its name`);
  }
  return findings;
}

/** Ways in that tools which read sources do not find, or find elsewhere: package.json says where they are once built. */
export function wrongWaysIn(tree: Tree): string[] {
  type Way = string | { readonly default: string };
  const { name, exports = {} } = JSON.parse(tree.get('package.json') ?? '{}') as { name?: string; exports?: Record<string, Way> };
  const { paths = {} } = JSON.parse(tree.get('tsconfig.json') ?? '{}').compilerOptions ?? {};
  const wanted = Object.entries(exports)
    .map(([entry, way]) => [entry, typeof way === 'string' ? way : way.default])
    .filter(([, file]) => file.endsWith('.js'))
    .map(([entry, file]) => [entry.replace('.', name ?? ''), file.replace('./dist/', './').replace(/\.js$/, '.ts')]);
  return [
    ...wanted
      .filter(([entry, file]) => paths[entry]?.[0] !== file)
      .map(([entry, file]) => `tsconfig.json does not lead ${entry} to ${file}`),
    ...Object.keys(paths)
      .filter((entry) => !wanted.some(([one]) => one === entry))
      .map((entry) => `tsconfig.json leads ${entry} somewhere, and package.json nowhere`),
  ];
}

/** What is published and imports what is not: it would be found where the package is installed, and nowhere else. */
export function unpublishedImports(tree: Tree): string[] {
  const { files = [] } = JSON.parse(tree.get('package.json') ?? '{}') as { files?: string[] };
  const published = files.flatMap((pattern) => {
    const [, folder, names] = /^dist\/([^*{]+)(?:\{([^}]+)\}\/)?\*\*/.exec(pattern) ?? [];
    return folder === undefined ? [] : (names?.split(',') ?? ['']).map((name) => posix.join(folder, name, '/'));
  });
  const isPublished = (path: string): boolean => published.some((folder) => path.startsWith(folder));
  const findings: string[] = [];
  for (const [path, text] of tree) {
    if (!isCode(path) || isAssemblyScript(path) || !isPublished(path)) continue;
    for (const { specifier, target, line } of importsOf(path, text))
      if (target && !isPublished(target)) findings.push(`${path}:${line} imports ${specifier}, which is not published`);
  }
  return findings;
}

/** Platform, clock and chance where there are none, and mathematics that would make twins differ. */
export function wrongNames(tree: Tree): string[] {
  const findings: string[] = [];
  for (const [path, text] of tree) {
    if (!isCode(path) || !PURE.includes(topFolder(path))) continue;
    const code = withoutComments(text);
    const inActors = ['js-actors', 'wasm-actors'].includes(topFolder(path));
    for (const names of inActors ? [UNSEEN_BY_COMPILER, INEXACT] : [UNSEEN_BY_COMPILER]) {
      for (const match of code.matchAll(names))
        if (path !== GUEST_IMPORTS) findings.push(`${path}:${lineAt(code, match.index)} uses ${match[0]}`);
    }
  }
  return findings;
}

/** A folder's tsconfig that would let the compiler look away. */
export function openConfigs(tree: Tree): string[] {
  const findings: string[] = [];
  const base = JSON.parse(tree.get('tsconfig.base.json') ?? '{}').compilerOptions ?? {};
  if (JSON.stringify(base.types) !== '[]' || JSON.stringify(base.lib) !== '["ES2024"]')
    findings.push('tsconfig.base.json knows a platform');
  for (const folder of PURE.filter((name) => name !== 'wasm-actors')) {
    const path = `${folder}/tsconfig.json`;
    const config = JSON.parse(tree.get(path) ?? '{}');
    if (config.extends !== '../tsconfig.base.json') findings.push(`${path} does not extend the common one`);
    if (config.compilerOptions?.types || config.compilerOptions?.lib) findings.push(`${path} knows a platform`);
    for (const { path: reference } of (config.references ?? []) as { path: string }[]) {
      const other = reference.replace('../', '');
      if (!LAYERS[folder].folders.includes(other)) findings.push(`${path} refers to ${other}`);
    }
  }
  return findings;
}

/** Every file of host-shim/node has its counterpart in host-shim/browser: what differs between platforms is found by one name. */
export function lonelyPlatformFiles(tree: Tree): string[] {
  return [...tree.keys()]
    .filter((path) => path.startsWith('host-shim/node/') && !tree.has(path.replace('/node/', '/browser/')))
    .map((path) => `${path} has no counterpart in host-shim/browser`);
}

/** The way in of an application's actors, and where it leads. */
const GUEST = 'tandem/guest';
const GUEST_FILE = 'wasm-actors/kit/index.ts';

/** AssemblyScript that no guest is built from. The compiler of TypeScript and its tools do not see these files. */
export function deadAssemblyScript(tree: Tree): string[] {
  const entries = [...tree].filter(
    ([path, text]) => isAssemblyScript(path) && (path.startsWith('tests/guests/') || /^start\(/m.test(text)),
  );
  const alive = new Set<string>();
  const visit = (path: string): void => {
    const text = tree.get(path);
    if (text === undefined || alive.has(path)) return;
    alive.add(path);
    for (const { specifier, target } of importsOf(path, text)) visit(specifier === GUEST ? GUEST_FILE : (target ?? ''));
  };
  for (const [path] of entries) visit(path);
  return [...tree.keys()].filter((path) => isAssemblyScript(path) && !alive.has(path)).map((path) => `${path} is in no guest`);
}
