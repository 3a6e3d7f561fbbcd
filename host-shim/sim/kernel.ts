/**
 * The heart of the simulation: a virtual clock and a queue of events. Time passes only from event to event, so a run of an hour
 * takes as long as its work does, and the same seed gives the same run.
 *
 * The catch: between two events every promise that can settle must have settled, or the order of what follows would depend on the
 * platform. So `run` lets them settle until all is quiet after each event.
 */

/** Where the virtual clock starts: 2026-01-01T00:00:00Z, in microseconds. Any fixed time would do. */
const SIMULATION_EPOCH_MICROS = 1_767_225_600_000_000;

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

interface Waiter {
  readonly done: () => boolean;
  /** @param reached whether it is done; false when no event was left before that */
  readonly end: (reached: boolean) => void;
  readonly fail: (error: unknown) => void;
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
  /** Those for whose sake events run. */
  private readonly waiters = new Set<Waiter>();
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
   * Runs events until `done` says so. Several may ask for that at a time: there is one clock, so events run for all of them.
   * @returns false when no event was left before that
   */
  run(done: () => boolean): Promise<boolean> {
    return new Promise((end, fail) => {
      this.waiters.add({ done, end, fail });
      if (this.waiters.size === 1) void this.loop();
    });
  }

  private async loop(): Promise<void> {
    await this.settle();
    while (this.waiters.size > 0) {
      const over = [...this.waiters].filter(({ done }) => done());
      if (over.length > 0) {
        this.release(over, ({ end }) => end(true));
        // Whoever goes on now may have more to do at this moment.
        if (this.waiters.size > 0) await this.settle();
        continue;
      }
      try {
        if (!this.next()) this.release([...this.waiters], ({ end }) => end(false));
      } catch (error) {
        this.release([...this.waiters], ({ fail }) => fail(error));
      }
      if (this.waiters.size > 0) await this.settle();
    }
  }

  private release(waiters: readonly Waiter[], how: (waiter: Waiter) => void): void {
    for (const waiter of waiters) this.waiters.delete(waiter);
    for (const waiter of waiters) how(waiter);
  }

  /** Runs the next event. @returns false when none is left */
  private next(): boolean {
    while (this.expected > 0 || this.options.isWatched()) {
      const event = pop(this.heap);
      if (!event) return false;
      const run = this.take(event);
      if (!run) continue;
      this.time = event.at;
      run();
      return true;
    }
    return false;
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
