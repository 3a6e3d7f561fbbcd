/** Where a VM has hung or its thread has ended, as its host remembers it for the next incarnations. Plain data: it crosses the control plane. */
import type { Place } from './progress.js';

/** A frame is tried again once: a trap or hang of the moment passes, a frame at which its actor ends twice is poison. */
export const ATTEMPTS_MAX = 2;

export interface Suspect extends Place {
  /** As for a crash report. */
  readonly reason: string;
  /** The host has told of it. */
  readonly reported: boolean;
  /** It hung there. Otherwise its thread ended: where the place is not certain, it may have been done with it. */
  readonly hung: boolean;
}

export const suspectsAt = (party: number, suspects: readonly Suspect[]): readonly Suspect[] =>
  suspects.filter(({ address }) => address === party);

/** What a report names as the cause of a hang, or of the end of a thread. A loop has no stack, nor has a thread that is gone. */
export class Hang extends Error {
  override readonly name = 'Hang';
  override readonly stack = '';
}
