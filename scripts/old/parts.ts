/**
 * Bundles an application into parts that classic scripts can hold: modules become functions of what they export, in a registry
 * (prelude/registry.js).
 *
 *   import { a as b } from './base.js'   ->  var b = tandemPart("base.js").a
 *   export { b as a }                    ->  exports.a = b
 *   import('./later.js')                 ->  tandemImport(["shared.js", "later.js"])
 *
 * An import is read once, as its part is made: a part has no cycle with another one, and what it exports is not assigned again. Both are checked.
 */
import { encodedMap, FlattenMap } from '@jridgewell/trace-mapping';
import { type Node, parse } from 'acorn';
import { full } from 'acorn-walk';
import { analyze } from 'eslint-scope';
import { type OutputChunk, type Plugin, rolldown } from 'rolldown';

export interface Parts {
  /** What the page and each worker need at once, in one script. */
  readonly atOnce: Code;
  /** What is imported when it is needed, by the names of its files. */
  readonly later: ReadonlyMap<string, Code>;
  /** Absolute paths of what was bundled. */
  readonly sources: readonly string[];
}

export interface Code {
  readonly code: string;
  /** Empty where nothing of it is written by hand. */
  readonly map: string;
}

/** Imports in TypeScript name the file that is made of theirs. */
const EXTENSIONS = { '.js': ['.ts', '.js'] };
/** What more than one of the entries needs at once. */
const BASE = { groups: [{ name: 'base', tags: ['$initial' as const], minShareCount: 2 }] };

/**
 * @param entries paths by the names of their parts
 * @throws with the bundler's report
 */
export async function bundleParts(entries: Readonly<Record<string, string>>, plugins: Plugin[]): Promise<Parts> {
  const bundle = await rolldown({
    input: entries,
    platform: 'browser',
    plugins,
    resolve: { extensionAlias: EXTENSIONS },
    transform: { target: 'esnext', define: { 'import.meta.url': 'tandemBase', 'process.env.NODE_ENV': '"development"' } },
    experimental: { chunkOptimization: false },
    logLevel: 'warn',
  });
  const { output } = await bundle.generate({
    ...{ format: 'esm', sourcemap: true, codeSplitting: BASE },
    ...{ entryFileNames: '[name]', chunkFileNames: 'old-[name]-[hash].js' },
  });
  const sources = await bundle.watchFiles;
  await bundle.close();
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
  const first = neededBy(chunks, Object.keys(entries));
  const part = (name: string) =>
    partOf(chunks.get(name)!, (imported) => neededBy(chunks, [imported]).filter((one) => one === imported || !first.includes(one)));
  return {
    sources,
    atOnce: joined(first.map(part)),
    later: new Map([...chunks.keys()].filter((name) => !first.includes(name)).map((name) => [name, part(name)])),
  };
}

type Chunks = ReadonlyMap<string, OutputChunk>;

/** @returns names of the parts and of all that they need, each after what it needs. @throws where parts need one another */
function neededBy(chunks: Chunks, names: readonly string[]): readonly string[] {
  const needed: string[] = [];
  const visit = (name: string, from: readonly string[]): void => {
    if (from.includes(name)) throw new Error(`parts need one another: ${[...from, name].join(' -> ')}`);
    if (needed.includes(name)) return;
    for (const imported of chunks.get(name)!.imports) visit(imported, [...from, name]);
    needed.push(name);
  };
  for (const name of names) visit(name, []);
  return needed;
}

interface Specifier {
  readonly local: { readonly name: string };
  readonly imported?: { readonly name: string };
  readonly exported: { readonly name: string };
}

interface Found extends Node {
  readonly source?: { readonly value?: string };
  readonly specifiers: readonly Specifier[];
  readonly declaration?: Node | null;
  readonly regex?: { readonly pattern: string; readonly flags: string };
  readonly bigint?: string;
}

const nameIn = (source: string): string => source.replace(/^\.\//, '');

/** Flags or properties of Unicode that engines this old cannot read: such an engine would refuse the whole file. */
const isUnreadable = ({ pattern, flags }: { pattern: string; flags: string }): boolean =>
  /[usvy]/.test(flags) || /\(\?<|\\[pP]\{/.test(pattern);

function replacementOf(node: Found, neededBy: (name: string) => readonly string[]): string | null {
  const from = node.source?.value === undefined ? '' : `tandemPart(${JSON.stringify(nameIn(node.source.value))})`;
  const of = (name: string) => (name === '*' ? from : `${from}.${name}`);
  if (node.type === 'ImportDeclaration') {
    const imports = node.specifiers.map(({ local, imported }) => `${local.name} = ${of(imported?.name ?? '*')}`);
    return imports.length === 0 ? `${from};` : `var ${imports.join(', ')};`;
  }
  if (node.type === 'ExportNamedDeclaration' && !node.declaration)
    return node.specifiers.map(({ local, exported }) => `exports.${exported.name} = ${from ? of(local.name) : local.name};`).join(' ');
  if (/^Export/.test(node.type)) throw new Error(`an export that the old build cannot hold: ${node.type}`);
  // What is not a part is an address at run time: of a module, which no engine of this build can load.
  if (node.type === 'ImportExpression')
    return from ? `tandemImport(${JSON.stringify(neededBy(nameIn(node.source!.value!)))})` : 'tandemModule()';
  // Such an engine could not even read it; where it is needed, the engine has the function.
  if (node.bigint !== undefined) return `BigInt(${JSON.stringify(node.bigint)})`;
  if (node.regex && isUnreadable(node.regex))
    return `tandemPattern(${JSON.stringify(node.regex.pattern)}, ${JSON.stringify(node.regex.flags)})`;
  return null;
}

function partOf({ fileName, code, map }: OutputChunk, neededBy: (name: string) => readonly string[]): Code {
  const pieces: string[] = [];
  const replaced: { readonly node: Found; readonly text: string }[] = [];
  const exported: string[] = [];
  const tree = parse(code, { ecmaVersion: 'latest', sourceType: 'module', ranges: true });
  full(tree, (node) => {
    const found = node as Found;
    if (found.type === 'ExportNamedDeclaration') exported.push(...found.specifiers.map(({ local }) => local.name));
    const text = replacementOf(found, neededBy);
    if (text !== null) replaced.push({ node: found, text });
  });
  const { set } = analyze(tree as never, { ecmaVersion: 2022, sourceType: 'module' }).globalScope!.childScopes[0];
  const again = exported.filter((name) => set.get(name)?.references.some((use) => use.isWrite() && !use.init));
  if (again.length) throw new Error(`${fileName} exports what is assigned again: ${again.join(', ')}`);
  let at = 0;
  for (const { node, text } of replaced.sort((a, b) => a.node.start - b.node.start)) {
    pieces.push(code.slice(at, node.start), text);
    at = node.end;
  }
  const body = (pieces.join('') + code.slice(at)).replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
  return {
    code: `tandemParts[${JSON.stringify(fileName)}] = function (exports) { 'use strict'; ${body}};\n`,
    map: map ? JSON.stringify(map) : '',
  };
}

/** One script of several, with one map. */
function joined(parts: readonly Code[]): Code {
  let line = 0;
  const sections = parts.flatMap(({ code, map }) => {
    const offset = { line, column: 0 };
    line += code.split('\n').length - 1;
    return map ? [{ offset, map: JSON.parse(map) as object }] : [];
  });
  const map = encodedMap(new FlattenMap(JSON.stringify({ version: 3, sections })));
  return { code: parts.map(({ code }) => code).join(''), map: map ? JSON.stringify(map) : '' };
}
