/** Rules for files as text: names, length, leftovers, links. */
import { posix } from 'node:path';
import { isAssemblyScript, isCode, lineAt, type Tree } from './tree.js';

/** A file holds one thing. A contract suite may be longer, since it is looked up and not read through. */
const LINES_MAX = 500;
const TEST_LINES_MAX = 1000;
const ARCHITECTURE_LINES_MAX = 200;
/** Longest line of AssemblyScript, which the formatter does not read. */
const WIDTH_MAX = 140;

/** Written in pieces, so that this file passes its own test. */
const word = (...pieces: string[]): string => pieces.join('');

const LEFTOVERS = new RegExp(
  [
    `\\b(?:${word('TO', 'DO')}|${word('FIX', 'ME')}|${word('X', 'XX')}|${word('HA', 'CK')}|${word('W', 'IP')})\\b`,
    word('[Nn]ot ', '(?:yet )?implemented'),
    word('\\b(?:test|it|describe)\\.(?:sk', 'ip|on', 'ly|to', 'do)\\b'),
    // What is AssemblyScript is not for the compiler of TypeScript.
    word('^\\s*// @ts-', '(?:ignore|nocheck)(?!: AssemblyScript$)'),
    // Where a person has said why.
    word('(?<!lint/suspicious/noDebugger: [^\\n]*\\n\\s*)\\bde', 'bugger;'),
    word('<<<<', '<<< '),
  ].join('|'),
  'gm',
);

/** Names of the places and tools with which this was written: they mean nothing to a reader. */
const FOREIGN = new RegExp(
  [
    word('/wo', 'rk/'),
    word('/ho', 'me/'),
    word('shared/', 'DESIGN'),
    word('BRI', 'EF\\.md'),
    word('issues ', 'show'),
    word('\\b[Cc]la', 'ude\\b'),
    word('\\b[Aa]nth', 'ropic\\b'),
  ].join('|'),
  'g',
);

/** Words in whose place the glossary has others, and docstrings that say whose thing something is before they say what it is. */
const ODD = new RegExp(
  [
    `\\b(?:${[word('[Vv]ig', 'il'), word('[Ll]ife', 'line'), word('[Nn]ew', 'comers'), word('Runtime', 'Voice'), word('Kept', 'View')].join('|')})\\b`,
    `\\b(?:${[word('gave', 'Up'), word('[Hh]ope', 'less'), word('[Cc]ul', 'prit'), word('(?:may)?[Ss]tands?', 'In')].join('|')})\\b`,
    word('/\\*\\* ', 'Of '),
  ].join('|'),
  'g',
);

function matches(tree: Tree, pattern: RegExp, says: string): string[] {
  const findings: string[] = [];
  for (const [path, text] of tree) {
    for (const match of text.matchAll(pattern)) findings.push(`${path}:${lineAt(text, match.index)} ${says} '${match[0]}'`);
  }
  return findings;
}

/** In AssemblyScript a directive to editors stands above decorated functions, which TypeScript does not know. */
export const leftovers = (tree: Tree): string[] =>
  matches(tree, LEFTOVERS, 'has the leftover').filter(
    (finding) => !(isAssemblyScript(finding.split(':')[0]) && finding.includes('// @ts-')),
  );
export const oddWords = (tree: Tree): string[] => matches(tree, ODD, 'says');
export const foreignWords = (tree: Tree): string[] => matches(tree, FOREIGN, 'names');

/** One name in four places: an actor's schema, its twins, and the suite that both keep. */
export function incompleteActors(tree: Tree): string[] {
  const findings: string[] = [];
  const places = [/^protocol\/messages\/([\w-]+)\.ts$/, /^js-actors\/(?!index)([\w-]+)\.ts$/, /^wasm-actors\/([\w-]+)\.ts$/];
  const inFolders = [/^js-actors\/([\w-]+)\//, /^wasm-actors\/(?!kit\/)([\w-]+)\//];
  const names = new Set([...tree.keys()].flatMap((path) => [...places, ...inFolders].flatMap((place) => place.exec(path)?.[1] ?? [])));
  for (const name of names) {
    const files = [`protocol/messages/${name}.ts`, `js-actors/${name}.ts`, `wasm-actors/${name}.ts`, `tests/actors/${name}.test.ts`];
    for (const file of files) if (!tree.has(file)) findings.push(`actor ${name} has no ${file}`);
  }
  return findings;
}

export function longFiles(tree: Tree): string[] {
  const findings: string[] = [];
  for (const [path, text] of tree) {
    if (!isCode(path)) continue;
    const lines = text.trimEnd().split('\n');
    const max = path.endsWith('.test.ts') ? TEST_LINES_MAX : LINES_MAX;
    if (lines.length > max) findings.push(`${path} has ${lines.length} lines, more than ${max}`);
    const wide = isAssemblyScript(path) ? lines.findIndex((line) => line.length > WIDTH_MAX) : -1;
    if (wide >= 0) findings.push(`${path}:${wide + 1} is wider than ${WIDTH_MAX}`);
  }
  return findings;
}

export function oddNames(tree: Tree): string[] {
  return [...tree.keys()]
    .filter((path) => isCode(path) && !/^[a-z0-9][a-z0-9.-]*\.(ts|mts|mjs|js)$/.test(posix.basename(path)))
    .map((path) => `${path} is not named in lower case with hyphens`);
}

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

function linksOf(path: string, text: string): { target: string; line: number }[] {
  return [...text.matchAll(LINK)]
    .filter(([, target]) => !/^(https?:|#|mailto:)/.test(target))
    .map((match) => ({ target: posix.join(posix.dirname(path), match[1].split('#')[0]), line: lineAt(text, match.index) }));
}

/** Links that lead nowhere, pages to which neither the two overviews nor their folder's lead, and an architecture page that is no longer an overview. */
export function brokenDocs(tree: Tree): string[] {
  const findings: string[] = [];
  const pages = [...tree].filter(([path]) => path.endsWith('.md'));
  const folders = new Set([...tree.keys()].flatMap((path) => path.split('/').map((_, i, all) => all.slice(0, i).join('/'))));
  const reached = new Set<string>();
  for (const [path, text] of pages) {
    for (const { target, line } of linksOf(path, text)) {
      if (/^(README|docs\/ARCHITECTURE|docs\/\w+\/README)\.md$/.test(path)) reached.add(target);
      if (!tree.has(target) && !folders.has(target.replace(/\/$/, '')))
        findings.push(`${path}:${line} links to ${target}, which does not exist`);
    }
  }
  for (const [path] of pages) {
    if (path.startsWith('docs/') && !reached.has(path)) findings.push(`${path} is linked from neither README.md nor docs/ARCHITECTURE.md`);
  }
  const lines = (tree.get('docs/ARCHITECTURE.md') ?? '').trimEnd().split('\n').length;
  if (lines > ARCHITECTURE_LINES_MAX) findings.push(`docs/ARCHITECTURE.md has ${lines} lines, more than ${ARCHITECTURE_LINES_MAX}`);
  return findings;
}
