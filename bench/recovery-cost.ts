/**
 * What recovery costs in throughput: the same application, built with and without it, takes turns at sending messages.
 *
 * The catch: which of its functions an engine inlines, and on which core a thread runs, is decided anew for each thread, and shifts either
 * build by a tenth. So there are several pairs, one after another, each with threads of its own that have sent enough to be optimised.
 */
import { BusRun } from './bus-run.js';
import { median, race, ratio } from './rounds.js';
import { weightOfFirst } from './sample.js';

export interface RecoveryCostSizes {
  readonly pairs: number;
  readonly warmUpRounds: number;
  readonly rounds: number;
  readonly samples: number;
}

export interface RecoveryCostFigures {
  /** Share of the throughput. */
  readonly recoveryCost: number;
  /** Of the pairs. */
  readonly range: readonly [number, number];
  /** Messages handled per second. */
  readonly withPerSecond: number;
  readonly withoutPerSecond: number;
}

/** Of the build that scripts/build-bare.ts makes: all that it imports is that build's own. */
async function bareBusRun(): Promise<BusRun> {
  const file = new URL('../bare/bench/bus-run.js', import.meta.url);
  const bare = (await import(file.href)) as { readonly BusRun: typeof BusRun };
  return new bare.BusRun();
}

export async function measureRecoveryCost({ pairs, warmUpRounds, rounds, samples }: RecoveryCostSizes): Promise<RecoveryCostFigures> {
  const sum = weightOfFirst(samples);
  const perSecond = async (run: BusRun) => (samples / (await run.send(samples, sum))) * 1000;
  const [withIt, without]: number[][] = [[], []];
  const costs: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const [bus, bare] = [new BusRun(), await bareBusRun()];
    const systems = [await bus.start(), await bare.start()];
    try {
      const figures = await race(rounds, { bus: () => perSecond(bus), bare: () => perSecond(bare) }, warmUpRounds);
      withIt.push(median(figures.bus));
      without.push(median(figures.bare));
      costs.push(1 - ratio(figures.bus, figures.bare));
    } finally {
      await Promise.all(systems.map((system) => system.stop()));
    }
  }
  return {
    recoveryCost: median(costs),
    range: [Math.min(...costs), Math.max(...costs)],
    withPerSecond: median(withIt),
    withoutPerSecond: median(without),
  };
}
