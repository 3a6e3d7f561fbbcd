import type { Lane, Overflow } from '../protocol/schema.js';

/** Lanes in the order in which they are drained. */
export const LANES: readonly Lane[] = ['interactive', 'ordinary', 'idle'];
export const INTERACTIVE = 0;
export const ORDINARY = 1;
export const IDLE = 2;

/** What the mailbox must know of a frame's kind to keep it: taken from the schema once. */
export interface Delivery {
  /** Index into `LANES`. */
  readonly lane: number;
  readonly overflow: Overflow;
}

export type Admission = 'accepted' | 'full' | 'dropped' | 'conflated';

export interface MailboxStats {
  accepted: number;
  /** Frames of `drop` kinds that found it full. */
  dropped: number;
  /** Frames of `latest` kinds replaced by a newer one of the same key. */
  conflated: number;
  /** Must-deliver frames that found it full; their sender waits. */
  refused: number;
}
