/** Finds the line of a problem by the path with which its sentence begins: `basket.add.cents: …`. */
import type { Problem } from './generated-application.js';

/**
 * @param text of a file; null when there is none
 * @returns the problem, with its line where that can be found
 */
export function placed(problem: Problem, text: (file: string) => string | null): Problem {
  if (problem.line !== undefined) return problem;
  const path = /^([A-Za-z][\w.]*): /.exec(problem.text)?.[1].split('.');
  const source = path && text(problem.file);
  if (!source) return problem;
  let at = source.search(new RegExp(`\\bname:\\s*['"\`]${path[0]}['"\`]`));
  if (at < 0) return problem;
  for (const part of path.slice(1)) {
    const next = source.slice(at).search(new RegExp(`(?<![\\w.])${part.replace(/Reply$/, '')}['"]?\\s*[:,}]`));
    if (next < 0) break;
    at += next;
  }
  return { ...problem, line: source.slice(0, at).split('\n').length };
}
