/**
 * What tracing may cost: so many records and bytes in a window of 100 ms. Nothing is measured while messages flow: only when they are used up
 * is it asked whether the window is over.
 *
 * The costs are those of a laptop, a byte a tenth of a nanosecond. A record of the flight recorder takes a quarter of a microsecond, with the
 * clock; one at level `frames` several times that, since the host decodes it on a core that it shares with the VMs. A recording may cost as
 * much as it takes up to ten times as many: what it leaves out is missing in every replay.
 */
import type { TraceLevel } from '../../../trace/step.js';

const WINDOW_MICROS = 100_000;
/** What is traced, and why: a person looks on, or it is recorded. */
export type TraceCost = TraceLevel | 'recording';
const RECORD_MICROS = { off: 0.25, headers: 0.25, frames: 2.5, recording: 0.25 } as const;
const BYTE_MICROS = 0.000_1;
/** Share of the time: of what is always on, and of what somebody has asked for. */
const SHARE = { off: 0.03, headers: 0.03, frames: 0.1, recording: 0.1 } as const;
/** Three quarters of the memory of a session: more in one window would be overwritten before it is read. */
const WINDOW_BYTES_MAX = 3 << 20;

/** How long less is traced after a flood. If that second was calm, all is traced again. */
const CALM_MICROS = 1_000_000;

export class TraceBudget {
  private readonly recordsMax: number;
  private readonly bytesMax: number;
  private records = 0;
  private bytes = 0;
  private from: number;
  /** Estimated share of the time, 0 to 1, in the last window that was used up. */
  private usedUpShare = 0;

  /** @param bounded false where time is not real: then only memory bounds what is traced */
  constructor(
    private readonly cost: TraceCost,
    bounded: boolean,
    private readonly now: () => number,
  ) {
    this.recordsMax = bounded ? (WINDOW_MICROS * SHARE[cost]) / RECORD_MICROS[cost] : Number.POSITIVE_INFINITY;
    this.bytesMax = bounded ? WINDOW_BYTES_MAX : Number.POSITIVE_INFINITY;
    this.from = now();
  }

  /** Estimated share of the time, 0 to 1: in the window that is open, once it lasts as long as one may; until then in the one before. */
  get share(): number {
    const passed = this.now() - this.from;
    return passed < WINDOW_MICROS ? this.usedUpShare : this.shareOf(passed);
  }

  private shareOf(passed: number): number {
    const { records, bytes, cost } = this;
    return Math.min(1, (records * RECORD_MICROS[cost] + bytes * BYTE_MICROS) / Math.max(1, passed));
  }

  /** A record was written. @returns what there were too many of; null when all is well */
  spend(bytes: number): 'records' | 'bytes' | null {
    this.bytes += bytes;
    if (++this.records < this.recordsMax && this.bytes < this.bytesMax) return null;
    return this.usedUp();
  }

  private usedUp(): 'records' | 'bytes' | null {
    const { records, recordsMax } = this;
    const now = this.now();
    const passed = now - this.from;
    this.usedUpShare = this.shareOf(passed);
    this.records = 0;
    this.bytes = 0;
    this.from = now;
    // The clock may have been set back.
    if (passed < 0 || passed >= WINDOW_MICROS) return null;
    return records >= recordsMax ? 'records' : 'bytes';
  }
}

/** Counts what happens while it is not traced, to notice when the flood is over. */
export class FloodGauge {
  /** Messages that were not traced. */
  skipped = 0;
  private counted = 0;
  private from: number;
  private readonly calm: number;

  constructor(
    cost: TraceCost,
    private readonly now: () => number,
  ) {
    this.from = now();
    // Each message takes two records, of its way here and of its handling.
    this.calm = (CALM_MICROS * SHARE[cost]) / RECORD_MICROS[cost] / 2;
  }

  /** So many messages were handled. @returns whether the last second was calm */
  count(messages: number): boolean {
    this.skipped += messages;
    this.counted += messages;
    const now = this.now();
    const passed = now - this.from;
    if (passed >= 0 && passed < CALM_MICROS) return false;
    const isCalm = this.counted * CALM_MICROS < this.calm * Math.max(CALM_MICROS, passed);
    this.counted = 0;
    this.from = now;
    return isCalm;
  }
}
