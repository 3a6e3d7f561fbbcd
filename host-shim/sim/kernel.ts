/**
 * The heart of the simulation: a virtual clock and a queue of events. Time passes only from event to event, so a run of an hour
 * takes as long as its work does, and the same seed gives the same run.
 *
 * The catch: between two events every promise that can settle must have settled, or the order of what follows would depend on the
 * platform. So `run` lets them settle until all is quiet after each event.
 */

/** Where the virtual clock starts: 2026-01-01T00:00:00Z, in microseconds. Any fixed time would do. */
export const SIMULATION_EPOCH_MICROS = 1_767_225_600_000_000;

/** Turns within one moment: a restart takes a few dozen. What is not over by then waits for its time, as backoff does. */
const TURNS_MAX = 200;

export interface KernelOptions {
  /** Resolves when every promise has settled that could. */
  readonly turn: () => Promise<void>;
  /** False while something of this moment may still be to come. */
  readonly isQuiet: () => boolean;
  /** Whether a beat may still bring something about when nothing else is left to happen. */
  readonly isWatched: () => boolean;
}

interface Event {
  readonly at: number;
  readonly order: number;
  /** Nobody waits for it: part of a beat. */
  readonly beat: boolean;
  run: (() => void) | null;
}

export class Kernel {
  private readonly heap: Event[] = [];
  private order = 0;
  /** Events to come that are no beats and were not taken back. */
  private expected = 0;
  private time = SIMULATION_EPOCH_MICROS;

  constructor(private readonly options: KernelOptions) {}

  /** Microseconds since the Unix epoch, on the virtual clock. */
  get now(): number {
    return this.time;
  }

  /**
   * Events of the same microsecond run in the order in which they were scheduled.
   * @returns a function that takes the event back
   */
  schedule(delayMicros: number, run: () => void): () => void {
    return this.add(delayMicros, run, false);
  }

  /** An event every so often, for which nobody waits: `run` does not go on for its sake. @returns a function that ends it */
  beat(intervalMicros: number, run: () => void): () => void {
    let takeBack = () => {};
    const next = () => {
      takeBack = this.add(
        intervalMicros,
        () => {
          next();
          run();
        },
        true,
      );
    };
    next();
    return () => takeBack();
  }

  private add(delayMicros: number, run: () => void, beat: boolean): () => void {
    const event: Event = { at: this.time + Math.max(0, Math.round(delayMicros)), order: this.order++, beat, run };
    push(this.heap, event);
    if (!beat) this.expected++;
    return () => this.take(event);
  }

  /** @returns what the event does; null when it was taken before */
  private take(event: Event): (() => void) | null {
    const { run } = event;
    if (run && !event.beat) this.expected--;
    event.run = null;
    return run;
  }

  /**
   * Runs events until `done` says so.
   * @returns false when no event was left before that
   */
  async run(done: () => boolean): Promise<boolean> {
    await this.settle();
    while (!done()) {
      if (this.expected === 0 && !this.options.isWatched()) return false;
      const event = pop(this.heap);
      if (!event) return false;
      const run = this.take(event);
      if (!run) continue;
      this.time = event.at;
      run();
      await this.settle();
    }
    return true;
  }

  /** Lets everything happen that happens at this moment. */
  private async settle(): Promise<void> {
    for (let turns = 0; turns < TURNS_MAX; turns++) {
      await this.options.turn();
      if (this.options.isQuiet()) return;
    }
  }
}

const before = (a: Event, b: Event): boolean => (a.at - b.at || a.order - b.order) < 0;

function push(heap: Event[], event: Event): void {
  let i = heap.length;
  heap.push(event);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (before(heap[parent], event)) break;
    heap[i] = heap[parent];
    i = parent;
  }
  heap[i] = event;
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!last || heap.length === 0) return first;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
    if (!before(heap[child], last)) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = last;
  return first;
}
