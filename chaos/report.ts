/** What the chaos tool prints. */
import type { Tally } from './seeds.js';

export interface Durations {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Of the times of all recoveries; zeros when there were none. */
function durationsOf(ms: readonly number[]): Durations {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}

export const toJson = ({ seeds, faults, lost, duplicated, reordered, divergent, recoveriesMs, failures }: Tally) => ({
  seeds,
  faults,
  lost,
  duplicated,
  reordered,
  divergent,
  recoveryMs: durationsOf(recoveriesMs),
  failed: failures.map(({ seed }) => seed),
});

const line = (name: string, value: unknown): void => console.log(`${name.padEnd(12)} ${value}`);

export function printTally(tally: Tally): void {
  const { seeds, faults, lost, duplicated, reordered, divergent, failures } = tally;
  const { p50, p99, max } = durationsOf(tally.recoveriesMs);
  line('seeds', seeds);
  line(
    'faults',
    Object.entries(faults)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ') || 'none',
  );
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
