/** What came of a message that was tried. Plain data: it crosses the control plane. */
export interface Trial {
  /** Null when it was handled to the end. */
  readonly trap: { readonly reason: string; readonly stack: string; readonly position: string } | null;
  /** What was wrong with its bytes; empty when they could be read. */
  readonly malformed: string;
  /** What the actor would have sent, oldest first. `target` is empty for a publication: it goes to those who follow. */
  readonly emitted: readonly { readonly kindName: string; readonly target: string; readonly frame: Uint8Array }[];
}
