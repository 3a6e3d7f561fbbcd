/**
 * How far a VM has got as its host was told: what the VM told last (progress-teller.ts), or the batch that it has journaled since.
 *
 * The catch: what was told in order must be taken in order, journal entries and all.
 */
import { readU32 } from '../../protocol/frame.js';
import type { ProgressReading } from '../contract/progress.js';

export class ToldProgress {
  private last: ProgressReading = { busy: false, count: 0, place: null };
  private count = 0;

  readonly told = (reading: ProgressReading): void => {
    this.last = reading;
    this.count++;
  };

  /** A batch begins. @param entry as for the journal's mirror @param position where it is in that */
  journaled(entry: Uint8Array, position: number): void {
    const place = { address: readU32(entry, 0), position, index: 0, source: 0, sequence: 0, attempts: 0, certain: false };
    this.told({ busy: true, count: 0, place });
  }

  /** @param asked the VM owes an answer: otherwise what it told last may merely be old, and it is not busy any more */
  read(asked: boolean): ProgressReading {
    return { ...this.last, busy: this.last.busy && asked, count: this.count };
  }
}
