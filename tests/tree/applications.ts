/** What knows no application: the language of schemas, the bus and the actor model, and the tools that build what is written in the one and runs on the others. */
import { importsOf, isCode, lineAt, type Tree } from './tree.js';

/** The language, beside which stands the standard library of messages and ports. The door has both. */
const isLanguage = (path: string): boolean => /^protocol\/([^/]+|codegen\/.*|assembly\/.*)$/.test(path) && path !== 'protocol/index.ts';
const isModel = (path: string): boolean => /^(actors|bus)\//.test(path);
const isTool = (path: string): boolean => /^(host-shim\/wasm|scripts\/tools)\//.test(path);

const LIBRARY = /^protocol\/(messages|ports|generated)\/|^protocol\/index\.ts$/;
/** What the model itself says, and how its actors come to know the time. */
const OF_THE_MODEL = ['protocol/generated/system.ts', 'protocol/generated/timer.ts'];

/** Imports of the standard library by what it is written in, or runs on. */
export function worldlyLanguage(tree: Tree): string[] {
  const findings: string[] = [];
  for (const [path, text] of tree) {
    if (!isCode(path) || !(isLanguage(path) || isModel(path))) continue;
    for (const { specifier, target, line } of importsOf(path, text)) {
      const known = target === null || !LIBRARY.test(target) || (isModel(path) && OF_THE_MODEL.includes(target));
      if (!known) findings.push(`${path}:${line} imports ${specifier}, of the standard library`);
    }
  }
  return findings;
}

/** Comments, which may name what they like, and strings. */
const TEXTS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

/** Names of the library's actors in strings. */
export function knownActors(tree: Tree): string[] {
  const actors = [...tree.keys()].flatMap((path) => /^protocol\/messages\/([\w-]+)\.ts$/.exec(path)?.[1] ?? []);
  const name = new RegExp(`(?<![\\w-])(?:${actors.join('|')})(?![\\w-])`);
  const findings: string[] = [];
  for (const [path, text] of tree) {
    if (!isCode(path) || !actors.length || !(isLanguage(path) || isModel(path) || isTool(path))) continue;
    for (const match of text.matchAll(TEXTS)) {
      const found = match[0].startsWith('/') ? null : name.exec(match[0]);
      if (found) findings.push(`${path}:${lineAt(text, match.index)} names the actor ${found[0]}`);
    }
  }
  return findings;
}
