/**
 * Tries seeds in threads, which take them in turn. Says on standard error how far it is; a signal that ends the process ends the threads,
 * and what was done until then counts.
 */
import { Worker } from 'node:worker_threads';
import type { SeedOptions } from './options.js';
import { addTally, emptyTally, type Tally } from './seeds.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const PROGRESS_MS = 10_000;

export interface Seeds {
  readonly tally: Tally;
  /** The signal that ended it before all seeds were tried. */
  readonly ended: NodeJS.Signals | null;
}

class Threads {
  readonly tally = emptyTally();
  ended: NodeJS.Signals | null = null;
  private readonly workers = new Set<Worker>();

  constructor(
    private readonly options: SeedOptions,
    private readonly guests: URL,
  ) {}

  /** Resolves when the thread of this job has tried its seeds, or was ended. */
  run(job: number): Promise<void> {
    const { seed, seeds, jobs, kinds } = this.options;
    const count = Math.ceil((seeds - job) / jobs);
    const worker = new Worker(new URL('./seeds-worker.js', import.meta.url), {
      workerData: { seeds: { first: seed + job, count, step: jobs }, kinds, guests: this.guests.href },
    });
    this.workers.add(worker);
    worker.on('message', (tally: Tally) => addTally(this.tally, tally));
    return new Promise((resolve, reject) => worker.once('error', reject).once('exit', () => resolve()));
  }

  readonly end = (signal: NodeJS.Signals): void => {
    this.ended = signal;
    for (const worker of this.workers) void worker.terminate();
  };

  readonly say = (): void => {
    const { seeds, failures } = this.tally;
    console.error(`  ${seeds} of ${this.options.seeds} seeds, ${failures.length} failed`);
  };
}

/** @param guests folder of the built guests */
export async function trySeedsInThreads(options: SeedOptions, guests: URL): Promise<Seeds> {
  const threads = new Threads(options, guests);
  const saying = setInterval(threads.say, PROGRESS_MS);
  for (const signal of SIGNALS) process.once(signal, threads.end);
  try {
    await Promise.all(Array.from({ length: options.jobs }, (_, job) => threads.run(job)));
  } finally {
    clearInterval(saying);
    for (const signal of SIGNALS) process.off(signal, threads.end);
  }
  threads.tally.failures.sort((a, b) => a.seed - b.seed);
  return { tally: threads.tally, ended: threads.ended };
}
