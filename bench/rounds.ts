/**
 * Contenders take turns: each round runs all of them, one after another, so that other work of the machine hits all alike. The ratio
 * is taken within a round, and the median over the rounds is reported.
 */

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** @param share 0.5 for the median, 0.99 for the bound that 99 of 100 stay below */
export function percentile(values: readonly number[], share: number): number {
  const ascending = sorted(values);
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))];
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Runs one round of a contender. @returns its figure */
export type Contender = () => number | Promise<number>;

/** Figures of each contender, round by round. */
export type Rounds<N extends string> = Record<N, number[]>;

/** @param warmUpRounds are run first and do not count */
export async function race<N extends string>(rounds: number, contenders: Record<N, Contender>, warmUpRounds = 1): Promise<Rounds<N>> {
  const names = Object.keys(contenders) as N[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Rounds<N>;
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const name of names) {
      const figure = await contenders[name]();
      if (round >= 0) figures[name].push(figure);
    }
  }
  return figures;
}

/** Median over the rounds of `of` divided by `by`. */
export const ratio = (of: readonly number[], by: readonly number[]): number => median(of.map((figure, round) => figure / by[round]));

export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
