/** The command line, without a process. */
import { COMMANDS, run } from '../../cli/main.js';

/** @returns the exit code, and what was written */
export async function tandem(...words: readonly string[]) {
  const lines: string[] = [];
  const notes: string[] = [];
  const output = { line: (text: string) => void lines.push(text), note: (text: string) => void notes.push(text) };
  const code = await run(words, COMMANDS, output, new AbortController().signal);
  return { code, lines, notes, json: () => JSON.parse(lines[0]) };
}
