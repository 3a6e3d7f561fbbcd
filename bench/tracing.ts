/**
 * What tracing costs: the messages of bus-run.ts without any, at headers (the flight recorder, which is always on), at frames, and recorded.
 *
 * The catch: each of these sends more than its budget allows, and steps down; so it is for the flood that the figures are.
 */
import type { System } from '../actors/application/supervised-system.js';
import { BusRun } from './bus-run.js';
import { median, race, ratio } from './rounds.js';
import { weightOfFirst } from './sample.js';

export interface TracingSizes {
  readonly rounds: number;
  readonly samples: number;
  readonly echoRounds: number;
  readonly echoes: number;
}

type Way = 'off' | 'headers' | 'frames' | 'recording';
const WAYS: readonly Way[] = ['off', 'headers', 'frames', 'recording'];
type ByWay = Readonly<Record<Way, number>>;

export interface TracingFigures {
  /** Messages handled per second; median. */
  readonly perSecond: ByWay;
  /** As a share of `off`. */
  readonly throughput: Omit<ByWay, 'off'>;
  /** Median, in microseconds. */
  readonly roundTripMicros: ByWay;
  /** As a multiple of `off`. */
  readonly roundTrip: Omit<ByWay, 'off'>;
}

/** A recording that goes nowhere: the disk is not measured. */
const nowhere = () => ({ write() {}, close() {} });

/** Two systems: one has no flight recorder. */
class TracedRuns {
  private readonly untraced = new BusRun(0);
  private readonly traced = new BusRun();
  private systems: readonly System[] = [];

  async start(): Promise<void> {
    this.systems = await Promise.all([this.untraced.start(), this.traced.start()]);
  }

  /** Runs something on the system that is traced in this way. */
  async run<T>(way: Way, work: (bus: BusRun) => Promise<T>): Promise<T> {
    if (way === 'off') return work(this.untraced);
    const end = await this.begin(way);
    const result = await work(this.traced);
    await end();
    return result;
  }

  private async begin(way: Way): Promise<() => Promise<void>> {
    const [, system] = this.systems;
    if (way === 'recording') {
      const recording = await system.record(nowhere());
      return () => recording.stop();
    }
    const level = way === 'frames' ? 'frames' : 'off';
    await system.trace({ level });
    return () => system.trace({ level: 'off' });
  }

  async end(): Promise<void> {
    await Promise.all(this.systems.map((system) => system.stop()));
  }
}

const shares = (figures: Readonly<Record<Way, readonly number[]>>): Omit<ByWay, 'off'> => ({
  headers: ratio(figures.headers, figures.off),
  frames: ratio(figures.frames, figures.off),
  recording: ratio(figures.recording, figures.off),
});

const medians = (figures: Readonly<Record<Way, readonly number[]>>): ByWay =>
  Object.fromEntries(WAYS.map((way) => [way, median(figures[way])])) as Record<Way, number>;

export async function measureTracing({ rounds, samples, echoRounds, echoes }: TracingSizes): Promise<TracingFigures> {
  const runs = new TracedRuns();
  await runs.start();
  try {
    const sum = weightOfFirst(samples);
    const send = (way: Way) => () => runs.run(way, async (bus) => (samples / (await bus.send(samples, sum))) * 1000);
    const echo = (way: Way) => () => runs.run(way, async (bus) => median(await bus.pace(echoes)) * 1000);
    const contenders = (contender: typeof send) =>
      Object.fromEntries(WAYS.map((way) => [way, contender(way)])) as Record<Way, ReturnType<typeof send>>;
    const perSecond = await race(rounds, contenders(send), 2);
    const roundTrip = await race(echoRounds, contenders(echo));
    return {
      perSecond: medians(perSecond),
      throughput: shares(perSecond),
      roundTripMicros: medians(roundTrip),
      roundTrip: shares(roundTrip),
    };
  } finally {
    await runs.end();
  }
}
