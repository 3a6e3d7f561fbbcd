/**
 * Notices a VM that hangs: it is busy, and its signs of life have not changed for `hangMs`. A VM that is slow but progresses is left alone.
 *
 *   tick: for each VM ── not busy, or another count ──> observed anew
 *                    └── the same count for `hangMs` ──> does a debugger stop threads? ── yes ──> observed anew
 *                                                                                      └── no ──> onHang, and watched no longer
 *
 * The catch: time in which this thread was stopped says nothing about the others, since whatever stopped it may have stopped them too.
 * A tick that comes late, or while somebody debugs, begins all observation anew.
 */
import type { Host, VmHandle } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import type { ProgressReader } from '../../contract/progress.js';

/** Ticks within `hangMs`: a hang is noticed at most a quarter of that later. */
const TICKS_PER_HANG = 4;
/** A tick that comes after so many intervals is late. */
const LATE_INTERVALS = 2;

/** What was read when the hang was noticed. */
export interface HangNotice {
  readonly progress: ProgressReader;
  readonly count: number;
}

interface Watched {
  readonly progress: ProgressReader;
  readonly onHang: (notice: HangNotice) => void;
  count: number;
  sinceMicros: number;
  /** True while it is being found out whether a debugger has stopped the VM. */
  suspected: boolean;
}

export class Watchdog {
  private readonly watched = new Map<VmName, Watched>();
  private stopBeat: (() => void) | null = null;
  private lastTickMicros = 0;

  constructor(
    private readonly host: Pick<Host, 'beat' | 'clock' | 'debugging' | 'probeDebugger'>,
    readonly hangMs: number,
  ) {}

  /** Watches a VM in place of the former one of this name. @param onHang called once; from then on the VM is not watched any more */
  watch({ name, progress }: VmHandle, onHang: (notice: HangNotice) => void): void {
    this.forget(name);
    if (!progress || this.hangMs === Number.POSITIVE_INFINITY) return;
    const now = this.host.clock.nowMicros();
    this.watched.set(name, { progress, onHang, count: progress.read().count, sinceMicros: now, suspected: false });
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
    if (watched.suspected) return;
    if (anew || !stands(watched)) observe(watched, now);
    else if (now - watched.sinceMicros >= this.hangMs * 1000) this.suspect(name, watched);
  }

  private suspect(name: VmName, watched: Watched): void {
    if (!this.host.probeDebugger) {
      this.judge(name, watched);
      return;
    }
    watched.suspected = true;
    void this.host.probeDebugger().then((stopped) => {
      watched.suspected = false;
      if (this.watched.get(name) !== watched) return;
      if (stopped || !stands(watched)) observe(watched, this.host.clock.nowMicros());
      else this.judge(name, watched);
    });
  }

  private judge(name: VmName, { onHang, progress, count }: Watched): void {
    this.forget(name);
    onHang({ progress, count });
  }
}

/** Whether a VM owes a sign of life and has given none since it was observed. */
function stands({ progress, count }: Watched): boolean {
  const reading = progress.read();
  return (reading.busy || progress.asked) && reading.count === count;
}

function observe(watched: Watched, now: number): void {
  const { progress } = watched;
  const { busy, count } = progress.read();
  watched.count = count;
  watched.sinceMicros = now;
  if (!busy && !progress.asked) progress.ask();
}
