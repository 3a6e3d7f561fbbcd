/** What is wrong with a text that should be JSON, with its line: Node tells only a position, and not always. */
import { type BuildFailure, transformSync } from 'esbuild';
import type { Problem } from './generated-application.js';

/** @param advice what to do, besides mending the line */
export function jsonProblem(file: string, text: string, advice = ''): Problem {
  try {
    transformSync(text, { loader: 'json', logLevel: 'silent' });
    return { file, text: `is no JSON${advice}` };
  } catch (error) {
    const [first] = (error as BuildFailure).errors;
    return { file, line: first?.location?.line, text: `is no JSON: ${first?.text ?? error}${advice}` };
  }
}
