/** What README.md says, as steps: blocks of code to write, to run, or to expect. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../tree/tree.js';

export const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

export const section = (title: string): string => {
  const start = readme.indexOf(`\n## ${title}\n`);
  if (start < 0) throw new Error(`README.md has no section ${title}`);
  return readme.slice(start, readme.indexOf('\n## ', start + 1));
};

export type Step =
  | { readonly type: 'file'; readonly path: string; readonly text: string }
  | { readonly type: 'run'; readonly command: string };

/** A path in bold names the block that follows. */
export function stepsOf(text: string): readonly Step[] {
  const blocks = text.matchAll(/(?:^\*\*([^*\n]+)\*\*\n\n)?^```(ts|sh)\n([\s\S]*?)^```$/gm);
  return [...blocks].flatMap(([, path, language, body]): Step[] => {
    if (language === 'ts') return [{ type: 'file', path, text: body }];
    const commands = body.trim().split('\n');
    return commands.map((command) => ({ type: 'run', command }));
  });
}
