/**
 * When a debugger stopped a thread last. Deadlines of requests ask for it as they fall due: nobody could answer meanwhile, so a request
 * whose time it was gets its whole time again. Only in development; in production nobody asks, and nothing is recorded.
 *
 *   a request is late ──> its VM asks the host ──> the host asks every thread ──┬── all answer, and none has stood still since ──> it is late
 *                                                                              └── else: does a debugger stop threads? ── no ──> it is late
 *                                                                                                                      └─ yes ─> its time begins anew
 */
import type { Clock, Host, VmHandle } from '../../actors/contract/host.js';
import type { Microseconds } from '../../protocol/names.js';
import { platformBeat } from './timers.js';

/** How often a thread notes that it runs. */
const BEAT_MS = 250;
/** A thread that has noted nothing for so long was stopped, or busy. */
const STOPPED_MS = 1_000;

/** Notes when this thread stood still last. */
export class StopRecord {
  private until: Microseconds = 0;
  private last: Microseconds;
  readonly end: () => void;

  constructor(private readonly clock: Clock) {
    this.last = clock.nowMicros();
    this.end = platformBeat(BEAT_MS, () => void this.look());
  }

  /** @returns when the last stop ended; 0 when there was none */
  look(): Microseconds {
    const now = this.clock.nowMicros();
    if (now - this.last > STOPPED_MS * 1000) this.until = now;
    this.last = now;
    return this.until;
  }
}

/** A thread that can be asked. */
export interface StoppableThread {
  /** When its last stop ended; 0 when there was none; null when it does not answer. Never rejects. */
  stoppedUntil(): Promise<Microseconds | null>;
}

export class Stops {
  private readonly own: StopRecord;
  private readonly threads = new Map<VmHandle['name'], StoppableThread>();

  constructor(private readonly host: Pick<Host, 'clock' | 'debugging' | 'probeDebugger'>) {
    this.own = new StopRecord(host.clock);
  }

  /** Its host ends. */
  end(): void {
    this.own.end();
  }

  /** In place of the former thread of this VM. */
  watch(name: VmHandle['name'], thread: StoppableThread): void {
    this.threads.set(name, thread);
  }

  /** @returns when a debugger stopped a thread last, if it was after `since`: now, when one is stopped; 0 when it was not. Never rejects */
  async until(since: Microseconds): Promise<Microseconds> {
    const { host } = this;
    const answers = await Promise.all([...this.threads.values()].map((thread) => thread.stoppedUntil()));
    const last = answers.includes(null) ? host.clock.nowMicros() : Math.max(this.own.look(), ...answers.map(Number));
    if (last <= since) return 0;
    return host.debugging || (await host.probeDebugger?.()) ? last : 0;
  }
}
