/** The output of the chaos tool. */
import type { FileCoverage } from './coverage.js';
import type { LongRunReport } from './long-run.js';
import type { Tally } from './seeds.js';

export interface Durations {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Figures of the times of all recoveries; zeros when there were none. */
function durationsOf(ms: readonly number[]): Durations {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}

export const toJson = ({ seeds, faults, plans, lost, duplicated, reordered, divergent, recoveriesMs, failures }: Tally) => ({
  seeds,
  faults,
  plans,
  lost,
  duplicated,
  reordered,
  divergent,
  recoveryMs: durationsOf(recoveriesMs),
  failed: failures.map(({ seed }) => seed),
});

const line = (name: string, value: unknown): void => console.log(`${name.padEnd(12)} ${value}`);

const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ') || 'none';

export function printTally(tally: Tally): void {
  const { seeds, faults, plans, lost, duplicated, reordered, divergent, failures } = tally;
  const { p50, p99, max } = durationsOf(tally.recoveriesMs);
  line('seeds', seeds);
  line('faults', countsText(faults));
  line('plans', countsText(plans));
  for (const [name, value] of Object.entries({ lost, duplicated, reordered, divergent })) line(name, value);
  line('recovery', `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms, over ${tally.recoveriesMs.length}`);
  line('failed', failures.length);
}

export function printDurations(kind: string, ms: readonly number[]): void {
  const { p50, p99, max } = durationsOf(ms);
  line(`  ${kind}`, `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, max ${max.toFixed(2)} ms, over ${ms.length}`);
}

export const durationsByKind = (msOf: Readonly<Record<string, readonly number[]>>): Record<string, Durations> =>
  Object.fromEntries(Object.entries(msOf).map(([kind, ms]) => [kind, durationsOf(ms)]));

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;

export function printLongRun({ frames, navigations, traps, earlyBytes, lateBytes, problems }: LongRunReport, growth: number): void {
  for (const [name, value] of Object.entries({ frames, navigations, traps })) line(name, value);
  line(
    'memory',
    `${megabytes(earlyBytes)} at a tenth of the way, ${megabytes(lateBytes)} at the end: ${(growth * 100 - 100).toFixed(1)} %`,
  );
  for (const problem of problems) line('problem', problem);
}

/** Neighbours as one range: `12-15, 20`. */
function rangesOf(lines: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of lines) {
    const last = ranges.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}

export function printCoverage(files: readonly FileCoverage[]): void {
  const sum = (count: (file: FileCoverage) => number) => files.reduce((all, file) => all + count(file), 0);
  for (const { file, lines, reached, missed } of files)
    console.log(
      `${file.padEnd(40)} ${String(reached).padStart(4)} of ${String(lines).padStart(4)}${missed.length > 0 ? `   not ${rangesOf(missed)}` : ''}`,
    );
  const [reached, lines] = [sum((file) => file.reached), sum((file) => file.lines)];
  line('reached', `${reached} of ${lines} lines of the recovery code, ${((100 * reached) / lines).toFixed(1)} %`);
}
