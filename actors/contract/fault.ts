/** A fault to order: what an actor's instance is to do at a frame, instead of handling it. */

/** hang: the handler never returns. */
export type FaultKind = 'trap' | 'hang';

export interface Fault {
  readonly kind: FaultKind;
  /** Number of the frame in a batch. */
  readonly frame: number;
}
