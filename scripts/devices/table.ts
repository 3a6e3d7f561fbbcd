/** The ladder's report, as a table for people and as JSON. */
import type { Climbed, Times } from './rung.js';

const HEADER = ['engine', 'build', 'links', 'in Wasm', 'steps', 'first picture', 'frame mean / p99', 'work mean / p99', 'loaded', 'pixels'];

const cellsOf = (climbed: Climbed): readonly string[] => {
  const { name, version, build, links, placement, passed, steps, firstPictureMs, frameMs, workMs, loadedBytes, pixelDifference } = climbed;
  const inWasm = Object.keys(placement).filter((party) => placement[party] === 'wasm');
  return [
    `${name} (${version})`,
    build,
    links,
    inWasm.join(', ') || 'none',
    `${passed} of ${steps.length}`,
    firstPictureMs === null ? '' : `${firstPictureMs} ms`,
    timesText(frameMs),
    timesText(workMs),
    `${(loadedBytes / 1000).toFixed(0)} KB`,
    pixelDifference === null ? '' : `${(pixelDifference * 100).toFixed(1)} %`,
  ];
};

const timesText = (times: Times | null): string => (times ? `${times.mean.toFixed(1)} / ${times.p99.toFixed(1)} ms` : '');

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** In Markdown; below it a line for each step that has not passed. */
export function tableOf(ladder: readonly Climbed[]): string {
  const rows = ladder.map((climbed) =>
    climbed.missing === null ? row(cellsOf(climbed)) : row([climbed.name, 'did not run', ...HEADER.slice(2).map(() => '')]),
  );
  const missing = ladder.filter((climbed) => climbed.missing !== null).map(({ name, missing }) => `${name} did not run: ${missing}`);
  return [row(HEADER), row(HEADER.map(() => '---')), ...rows, '', ...missing, ...ladder.flatMap(failuresOf)].join('\n');
}

/** The first step alone: those after it have not passed for its sake. */
function failuresOf({ name, steps, lines }: Climbed): readonly string[] {
  const first = steps.find(({ passed }) => !passed);
  return first ? [`${name}, ${first.name}: ${first.told}`, ...lines.slice(0, 5).map((line) => `  ${line}`)] : [];
}

/** One line. */
export const jsonOf = (ladder: readonly Climbed[]): string =>
  JSON.stringify({
    engines: ladder.map(({ painted, lines, loadedFiles, ...told }) => ({ ...told, loadedFiles, lines: lines.slice(0, 20) })),
  });
