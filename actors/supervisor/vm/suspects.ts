/**
 * Where a VM has hung, or its threads have ended, lately: when that happens a second time, the recovering incarnation treats the message as
 * poison.
 */
import type { Place, ProgressReader, Suspect } from '../../contract/progress.js';
import type { HangNotice } from './watchdog.js';

/** More than the number of a VM's restarts before a message at which it hung is either handled or poison. */
const SUSPECTS_MAX = 32;

/** The VM is lost. It is judged once its thread is gone: only then is it certain what it was busy with. */
interface Loss {
  readonly reason: string;
  /** Signs of life of the incarnation that is lost. */
  readonly progress: ProgressReader;
  /** The count at which it hung; null when its thread ended unasked. */
  readonly hungAt: number | null;
}

/** What it was busy with; null when with nothing. */
function placeOf({ progress, hungAt }: Loss): Place | null {
  const { busy, count, place } = hungAt === null ? progress.left() : progress.read();
  return busy && (hungAt === null || count === hungAt) ? place : null;
}

export class Suspects {
  private known: readonly Suspect[] = [];
  private pending: Loss | null = null;
  private progress: ProgressReader | null = null;

  /** The next incarnation has started, and gives these signs of life. */
  began(progress: ProgressReader | null): void {
    this.progress = progress;
  }

  /** It hangs, and is ended for that. */
  hung({ progress, count }: HangNotice, reason: string): void {
    this.pending = { reason, progress, hungAt: count };
  }

  /** Its thread has ended unasked. If it was ended for a hang, that is known already. */
  ended(reason: string): void {
    const { progress } = this;
    if (!progress || this.pending) return;
    const [firstLine] = reason.split('\n', 1);
    this.pending = { reason: `its thread ended at it: ${firstLine}`, progress, hungAt: null };
  }

  /** Address of the party at which it seems to hang, until its thread is gone. */
  get hungParty(): number | undefined {
    const loss = this.pending;
    return loss && loss.hungAt !== null ? loss.progress.read().place?.address : undefined;
  }

  /** To be called when the thread that was lost is gone. @returns suspects, oldest first */
  judge(): readonly Suspect[] {
    const { pending: loss } = this;
    this.pending = null;
    const place = loss && placeOf(loss);
    if (!loss || !place) return this.known;
    const { reason } = loss;
    const hung = loss.hungAt !== null;
    // A thread that may have been done with the frame is not reported: it only counts as an attempt.
    this.known = [...this.known, { ...place, reason, hung, reported: !hung && !place.certain }].slice(-SUSPECTS_MAX);
    return this.known;
  }

  /** The recovered VM has reported where it hung. */
  reported(): void {
    this.known = this.known.map((suspect) => ({ ...suspect, reported: true }));
  }

  /** The VM has recovered: what an actor does besides handling frames is done, or is not asked for any more. */
  passed(): void {
    this.known = this.known.filter(({ position, source }) => position >= 0 || source !== 0);
  }
}
