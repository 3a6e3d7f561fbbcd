/** The ladder's report, as a table for people and as JSON. */
import { basename } from 'node:path';
import type { PackedSizes } from './packed-sizes.js';
import type { Climbed, Times } from './rung.js';

const HEADER = ['engine', 'build', 'links', 'in Wasm', 'steps', 'first picture', 'frame mean / p99', 'work mean / p99', 'loaded', 'pixels'];

const cellsOf = (climbed: Climbed, sizes: PackedSizes): readonly string[] => {
  const { name, version, build, links, placement, passed, steps, firstPictureMs, frameMs, workMs, loaded, pixelDifference } = climbed;
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
    `${(sizes.of(loaded) / 1000).toFixed(0)} KB`,
    pixelDifference === null ? '' : `${(pixelDifference * 100).toFixed(1)} %`,
  ];
};

const timesText = (times: Times | null): string => (times ? `${times.mean.toFixed(1)} / ${times.p99.toFixed(1)} ms` : '');

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** What came of a rung, in one line. */
export function lineOf({ name, version, build, missing, passed, steps }: Climbed): string {
  if (missing !== null) return `${name} did not run: ${missing}`;
  const failed = steps.find((step) => !step.passed);
  const told = failed ? `; ${failed.name}: ${failed.told}` : '';
  return `${name} (${version}), ${build || 'no'} build: ${passed} of ${steps.length} steps${told}`;
}

/** In Markdown; below it a line for each rung that did not run or has not passed. */
export function tableOf(ladder: readonly Climbed[], sizes: PackedSizes): string {
  const rows = ladder.map((climbed) =>
    climbed.missing === null ? row(cellsOf(climbed, sizes)) : row([climbed.name, 'did not run', ...HEADER.slice(2).map(() => '')]),
  );
  const amiss = ladder.filter(({ missing, failed }) => missing !== null || failed > 0);
  const told = amiss.flatMap((climbed) => [lineOf(climbed), ...climbed.lines.slice(0, 5).map((line) => `  ${line}`)]);
  return [row(HEADER), row(HEADER.map(() => '---')), ...rows, '', ...told].join('\n');
}

/** One line. */
export const jsonOf = (ladder: readonly Climbed[], sizes: PackedSizes): string =>
  JSON.stringify({
    engines: ladder.map((climbed) => {
      const { painted, lines, loaded, ...told } = climbed;
      const loadedFiles = loaded.filter((path) => !path.endsWith('.map')).map((path) => basename(path));
      return { ...told, line: lineOf(climbed), loadedBytes: sizes.of(loaded), loadedFiles, lines: lines.slice(0, 20) };
    }),
  });
