/** The source tree as plain data: path from the root to text. What is installed, built or left behind by a run is no part of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Tree = ReadonlyMap<string, string>;

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

const NO_SOURCE = new Set(['.git', '.vite', 'node_modules', 'dist', 'generated', 'artifacts', 'package-lock.json']);
/** What the tool generates beside the actors of a small example. */
const GENERATED = /^examples\/small\/[^/]+\/tandem$/;
const TEXT = /\.(ts|mts|mjs|js|json|md|html|css|txt)$|(^|\/)(LICENSE|run|\.gitignore|\.npmrc)$/;
/** An application in TypeScript is bundled beside its source while a command plays it. */
const BUNDLED_APPLICATION = /(^|\/)\.[^/]+-\d+\.mjs$/;
/** Is there for who links to it, and has no text. */
const PICTURE = /\.png$/;

export function readTree(root: string = ROOT): Tree {
  const tree = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (NO_SOURCE.has(entry.name) || GENERATED.test(path) || BUNDLED_APPLICATION.test(path)) continue;
      if (entry.isDirectory()) visit(path);
      else if (TEXT.test(path)) tree.set(path, readFileSync(join(root, path), 'utf8'));
      else if (PICTURE.test(path)) tree.set(path, '');
    }
  };
  visit('');
  return tree;
}

export const isCode = (path: string): boolean => /\.(ts|mts|mjs|js)$/.test(path);
/** AssemblyScript has TypeScript's extension: its place tells. */
export const isAssemblyScript = (path: string): boolean =>
  path.endsWith('.ts') && (/(^|\/)(wasm-actors|assembly)\/|\.wasm\.ts$/.test(path) || path.startsWith('tests/guests/'));

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Path from the root of the file that is meant; null for a package. */
  readonly target: string | null;
  readonly line: number;
}

const IMPORT =
  /(?:^|\n|;)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;

/** Static, dynamic and side-effect imports, and re-exports. */
export function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3];
    const line = lineAt(text, match.index + match[0].length);
    if (!specifier.startsWith('.')) return { specifier, target: null, line };
    const target = posix.join(posix.dirname(path), specifier);
    return { specifier, target: /\.(mjs|json)$/.test(target) ? target : `${target.replace(/\.js$/, '')}.ts`, line };
  });
}

export const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length;

/** The code with comments and the text of strings blanked out, lines kept: what is said there is no use of a name. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, (match) => match.replace(/[^\n]/g, ' '));
}
