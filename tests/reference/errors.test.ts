/** docs/ERRORS.md has every code of every error, with cause and cure, and no other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../cli/command.js';
import { DECODE_PROBLEMS, ERROR_CODES } from '../../protocol/errors.js';
import { ROOT, readTree } from '../tree/tree.js';

const page = readFileSync(join(ROOT, 'docs/ERRORS.md'), 'utf8');
const tree = readTree();

const quoted = (text: string): string[] => [...text.matchAll(/'([^']+)'/g)].map(([, code]) => code);

/** The words of a union type, as its source has them; a name in it is another such type. */
function wordsOf(type: string): string[] {
  for (const [path, text] of tree) {
    const [, body] = (/\.ts$/.test(path) && new RegExp(`^export type ${type} =([^;]+);`, 'm').exec(text)) || [];
    if (body) return [...quoted(body), ...[...body.matchAll(/\b[A-Z]\w+/g)].flatMap(([other]) => wordsOf(other))];
  }
  const [, generated] =
    new RegExp(`^export type ${type} =([^;]+);`, 'm').exec(readFileSync(join(ROOT, 'protocol/generated/system.ts'), 'utf8')) ?? [];
  return quoted(generated ?? '');
}

/** Values of `type` in the union of what a system tells. */
const changes = [...(tree.get('actors/supervisor/change-feed.ts') ?? '').matchAll(/readonly type: '(\w+)'/g)].map(([, type]) => type);

/** Error classes that have no codes: their names are what is looked up. */
const classes = [...tree].flatMap(([path, text]) =>
  /^(actors|bus|protocol|trace|host-shim|tools|cli|ui)\//.test(path)
    ? [...text.matchAll(/class (\w+(?:Error|Trap)) extends \w*Error\b/g)].map(([, name]) => name)
    : [],
);

/** What is in the sources, by the page's headings. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  SendError: wordsOf('SendFailure'),
  RequestError: ERROR_CODES,
  DecodeError: DECODE_PROBLEMS,
  ControlError: wordsOf('ControlFailure'),
  SupervisionError: wordsOf('SupervisionFailure'),
  GuestError: wordsOf('GuestProblem'),
  StorageError: [...wordsOf('StorageFailure'), ...wordsOf('DiscardReason')],
  BreakpointError: wordsOf('BreakpointFailure'),
  PauseError: wordsOf('PauseFailure'),
  RecordingError: wordsOf('RecordingFailure'),
  ScreenError: wordsOf('ScreenFailure'),
  'Where an actor came to be, and why': [...wordsOf('TwinReason'), ...wordsOf('EndReason')],
  'Changes of a system': changes,
  'Exit codes of `npx tandem`': Object.values(EXIT).map(String),
};

interface Entry {
  readonly code: string;
  readonly cause: string;
  readonly cure: string;
}

/** Rows of all tables, by the heading above. */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const rows = [...section.matchAll(/^\| (`.+?`) \| (.+?) \| (.+?) \|$/gm)];
      const entries = rows.flatMap(([, codes, cause, cure]) =>
        [...codes.matchAll(/`([^`]+)`/g)].map(([, code]): Entry => ({ code, cause, cure })),
      );
      return [section.split('\n')[0], entries] as const;
    }),
);

test.each(Object.entries(CODES))('%s', (heading, codes) => {
  expect(codes.length).toBeGreaterThan(0);
  const listed = (sections.get(heading) ?? []).map(({ code }) => code);
  expect([...new Set(listed)].sort()).toEqual([...new Set(codes)].sort());
});

test('each class of errors has a section or a line', () => {
  const listed = [...sections].flatMap(([heading, entries]) => [heading, ...entries.map(({ code }) => code)]);
  expect(classes.length).toBeGreaterThan(20);
  expect(classes.filter((name) => !listed.includes(name) && !page.includes(`\`${name}\`:`))).toEqual([]);
});
