/** Where a VM has hung, as its host remembers it for the next incarnations. Plain data: it crosses the control plane. */
import type { Place } from './progress.js';

/** A frame is tried again once: a trap or hang of the moment passes, a frame at which its actor ends twice is poison. */
export const TRIES_MAX = 2;

export interface Suspect extends Place {
  /** As for a crash report. */
  readonly reason: string;
  /** The host has told of this hang. */
  readonly reported: boolean;
}

export const suspectsAt = (party: number, suspects: readonly Suspect[]): readonly Suspect[] =>
  suspects.filter(({ address }) => address === party);

/** What a report of a hang names as its cause. A loop has no stack. */
export class Hang extends Error {
  override readonly name = 'Hang';
  override readonly stack = '';
}
