/**
 * Notices a VM that hangs: it is busy, and what it leaves as signs of life has not changed for `hangMs`. One that is slow but gets on is left alone.
 *
 *   tick: for each VM ── not busy, or another count ──> observed anew
 *                    └── the same count for `hangMs` ──> onHang, and watched no longer
 *
 * The catch: time in which this thread was stopped says nothing about the others, since whoever stopped it may have stopped them too. A tick that comes
 * late, or while somebody debugs, begins all observation anew.
 */
import type { Host, VmHandle } from '../host.js';
import type { VmName } from '../instance.js';
import type { ProgressReader } from '../vm/progress.js';

/** Ticks in the time after which a VM hangs: it is noticed at most a quarter later. */
const TICKS_PER_HANG = 4;
/** A tick that comes after so many intervals came late. */
const LATE_INTERVALS = 2;

/** What was read when it was noticed. */
export interface HangNotice {
  readonly progress: ProgressReader;
  readonly count: number;
}

interface Watched {
  readonly progress: ProgressReader;
  readonly onHang: (notice: HangNotice) => void;
  count: number;
  sinceMicros: number;
}

export class Watchdog {
  private readonly watched = new Map<VmName, Watched>();
  private stopBeat: (() => void) | null = null;
  private lastTickMicros = 0;

  constructor(
    private readonly host: Pick<Host, 'beat' | 'clock' | 'debugging'>,
    readonly hangMs: number,
  ) {}

  /** In place of the former VM of this name. @param onHang called once; from then on it is watched no longer */
  watch({ name, progress }: VmHandle, onHang: (notice: HangNotice) => void): void {
    this.forget(name);
    if (!progress || this.hangMs === Number.POSITIVE_INFINITY) return;
    const now = this.host.clock.nowMicros();
    this.watched.set(name, { progress, onHang, count: progress.read().count, sinceMicros: now });
    if (this.stopBeat) return;
    this.lastTickMicros = now;
    this.stopBeat = this.host.beat(this.intervalMs, () => this.tick());
  }

  forget(vm: VmName): void {
    this.watched.delete(vm);
    if (this.watched.size > 0) return;
    this.stopBeat?.();
    this.stopBeat = null;
  }

  private get intervalMs(): number {
    return this.hangMs / TICKS_PER_HANG;
  }

  private tick(): void {
    const now = this.host.clock.nowMicros();
    const passedMicros = now - this.lastTickMicros;
    this.lastTickMicros = now;
    // The clock may have been set back, too.
    const anew = passedMicros < 0 || passedMicros > LATE_INTERVALS * this.intervalMs * 1000 || this.host.debugging;
    for (const [name, watched] of [...this.watched]) this.look(name, watched, now, anew);
  }

  private look(name: VmName, watched: Watched, now: number, anew: boolean): void {
    const { progress } = watched;
    const { busy, count } = progress.read();
    const owes = busy || progress.asked;
    if (anew || !owes || count !== watched.count) {
      watched.count = count;
      watched.sinceMicros = now;
      if (!owes) progress.ask();
    } else if (now - watched.sinceMicros >= this.hangMs * 1000) {
      this.forget(name);
      watched.onHang({ progress, count });
    }
  }
}
