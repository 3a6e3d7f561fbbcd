/** What knows no application: the language of schemas, the bus and the actor model, and the tools that build what is written in the one and runs on the others. */
import { importsOf, isCode, lineAt, type Tree, withoutComments } from './tree.js';

/** The language, beside which stands the standard library of messages and ports. The door has both. */
const isLanguage = (path: string): boolean => /^protocol\/([^/]+|codegen\/.*|assembly\/.*)$/.test(path) && path !== 'protocol/index.ts';
const isModel = (path: string): boolean => /^(actors|bus)\//.test(path);
const isTool = (path: string): boolean => /^(host-shim\/wasm|tools)\//.test(path);

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

/** Says where the tools find their own package, and is what tells the others. */
const OWN_PACKAGE = ['tools/own-package.ts', 'tools/own-parties.ts'];

/** The part of the runtime that generating is about, and that is the generator itself. */
const OF_THE_TOOLS = /^(tools\/|protocol\/codegen\/|protocol\/(schema|bind|numbering)\.ts$|debugger\/server\/index\.ts$)/;

/** Paths of this repository in the tools that build for an application anywhere: they are told folders and specifiers. */
export function placesInTools(tree: Tree): string[] {
  const folders = [...new Set([...tree.keys()].filter((path) => path.includes('/')).map((path) => path.split('/')[0]))].join('|');
  const place = new RegExp(`(?:^.|[^\\w.-])(?:${folders})(?:\\/|.$)`);
  const inPattern = new RegExp(`(?<![\\w.-])(?:${folders})[^\\\\\\s'"\`/]*\\\\(?!\\w)`, 'g');
  const findings: string[] = [];
  for (const [path, text] of tree) {
    if (!isCode(path) || !path.startsWith('tools/') || OWN_PACKAGE.includes(path)) continue;
    const imported = importsOf(path, text);
    for (const { specifier, target, line } of imported)
      if (target !== null && !OF_THE_TOOLS.test(target)) findings.push(`${path}:${line} imports ${specifier}`);
    for (const match of text.matchAll(TEXTS)) {
      const said = match[0].startsWith('/') || imported.some(({ specifier }) => match[0].slice(1, -1) === specifier);
      if (!said && place.test(match[0])) findings.push(`${path}:${lineAt(text, match.index)} knows the place ${match[0]}`);
    }
    const code = withoutComments(text);
    for (const match of code.matchAll(inPattern)) findings.push(`${path}:${lineAt(code, match.index)} knows the place ${match[0]}`);
  }
  return findings;
}
