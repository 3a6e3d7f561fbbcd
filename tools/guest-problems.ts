/** What the AssemblyScript compiler says is wrong, as problems with their places. */
import type { Problem } from './generated-application.js';
import { REFUSED } from './refused-imports.js';

/** Some guests do not compile. */
export class GuestBuildError extends Error {
  override readonly name = 'GuestBuildError';

  constructor(
    readonly problems: readonly Problem[],
    reports: readonly string[],
  ) {
    super(reports.join('\n'));
  }
}

/** `└─ in src/actors/basket.wasm.ts(12,9)` */
const PLACE = /└─ in (.+)\((\d+),(\d+)\)/;
const FIRST_LINE = /^ERROR (\w+): (.*)/;

/**
 * @param report on its standard error
 * @param source that it was to compile, which is the place of what has none
 */
export function problemsOfReport(report: string, source: string): Problem[] {
  const errors = report.split(/^(?=ERROR |FAILURE )/m).filter((part) => part.startsWith('ERROR '));
  if (errors.length === 0) return [{ file: source, text: `does not compile: ${report.trim()}` }];
  return errors.map((part) => {
    const [, code, said = part] = FIRST_LINE.exec(part) ?? [];
    const [, file, line, column] = PLACE.exec(part) ?? [];
    const place = file === undefined ? { file: source } : { file, line: Number(line), column: Number(column) };
    return { ...place, text: code === REFUSED ? said : `does not compile: ${said} (${code})` };
  });
}
