/** The pages of docs/reference: the entries that each is about, the names in its tables, and its examples. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../tree/tree.js';

const FOLDER = 'docs/reference';

export interface Example {
  /** Path of its file below the folder of the examples: the page's name and a number, or the name that stands in bold above it. */
  readonly path: string;
  /** Its text, at the lines that it has in the page. */
  readonly text: string;
  /** What it says that it prints. */
  readonly prints: readonly string[];
  /** Whether it is only imported by others. */
  readonly isPart: boolean;
}

export interface Page {
  readonly path: string;
  readonly text: string;
  /** Names of entries in its title. */
  readonly entries: readonly string[];
  /** Names in the first column of its tables, by line. */
  readonly names: readonly { readonly name: string; readonly line: number }[];
  readonly examples: readonly Example[];
  /** Whether the page says that its examples are run in Chromium, and not in Node. */
  readonly isForBrowsers: boolean;
}

/** A block's name in bold, its language, and its text. */
const BLOCK = /(?:^\*\*([^*\n]+)\*\*\n\n)?^```ts\n([\s\S]*?)^```$/gm;
/** The rows of a table of names, below its heading. */
const NAMES = /^\| name \|.*\n\| --- \|.*\n((?:\|.*\n)*)/gm;
const IN_CHROMIUM = 'Its examples are run in Chromium.';

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;

function exampleOf(page: string, text: string, match: RegExpExecArray, number: number): Example {
  const [whole, name, body] = match;
  const begins = lineOf(text, match.index + whole.indexOf('```ts\n'));
  return {
    path: name === undefined ? `${page}-${number}.ts` : name,
    text: '\n'.repeat(begins) + body,
    prints: [...body.matchAll(/\/\/ prints (.*)$/gm)].map(([, said]) => said),
    isPart: name !== undefined,
  };
}

export function pageOf(path: string, text: string): Page {
  const page = path.replace(/^.*\//, '').replace(/\.md$/, '').toLowerCase();
  const [title] = text.split('\n');
  const names = [...text.matchAll(NAMES)].flatMap((table) =>
    table[1]
      .split('\n')
      .map((row, index) => ({ row, line: lineOf(text, table.index) + 2 + index }))
      .flatMap(({ row, line }) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => ({ name, line }))),
  );
  return {
    path,
    text,
    entries: [...title.matchAll(/`(tandem[^`]*)`/g)].map(([, entry]) => entry),
    names,
    examples: [...text.matchAll(BLOCK)].map((match, index) => exampleOf(page, text, match, index + 1)),
    isForBrowsers: text.includes(IN_CHROMIUM),
  };
}

export const pages: readonly Page[] = readdirSync(join(ROOT, FOLDER))
  .filter((name) => name.endsWith('.md'))
  .map((name) => pageOf(`${FOLDER}/${name}`, readFileSync(join(ROOT, FOLDER, name), 'utf8')));
