/** Problems of an application as Vite shows them: in the overlay of the page, and where its build ends. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ErrorPayload } from 'vite';
import type { Problem } from './generated-application.js';

const PLUGIN = 'tandem';
/** Lines above and below the one that is shown. */
const CONTEXT = 2;

export const lineOf = ({ file, line, column, text }: Problem): string =>
  `${[file, line, column].filter((part) => part !== undefined && part !== '').join(':')}: ${text}`;

/** The first problem has its place and its lines; all are in the message. */
export function overlayOf(root: string, problems: readonly Problem[]): ErrorPayload {
  const [first] = problems;
  const file = resolve(root, first.file);
  const loc = first.line === undefined ? undefined : { file, line: first.line, column: first.column ?? 1 };
  const frame = first.line === undefined ? undefined : frameOf(file, first.line);
  return { type: 'error', err: { message: problems.map(lineOf).join('\n'), stack: '', id: file, plugin: PLUGIN, frame, loc } };
}

function frameOf(file: string, line: number): string | undefined {
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const from = Math.max(0, line - 1 - CONTEXT);
  const shown = lines.slice(from, line + CONTEXT);
  return shown.map((text, index) => `${from + index + 1 === line ? '> ' : '  '}${from + index + 1} | ${text}`).join('\n');
}
