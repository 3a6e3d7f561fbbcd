/**
 * Local echo: what a person types is shown at once, while the actor that owns the value answers later, once for each letter.
 *
 *   typed ──> shown, sent, waits ──> the same value is published ──> waits no more: what is published is shown again
 *
 * A published value that was not typed here is another's, or the actor's own form of what was typed (as in capitals). It is shown when nothing
 * waits, or when the person has paused: so no letter is lost, and none is overtaken by an answer to an earlier one.
 */

/** After so long without a key a person looks at the whole, and no longer at a letter. */
export const ECHO_IDLE_MS = 500;

/** Sent values that wait for their answers: more than a person types in the time of one. */
const WAITING_MAX = 256;

export class Echo<T> {
  /** Sent and not yet seen again, oldest first. */
  private waiting: T[] = [];
  private typed: { readonly value: T } | null = null;

  constructor(private last: T) {}

  /** What is to be shown. */
  get value(): T {
    return this.typed ? this.typed.value : this.last;
  }

  /** Whether something was typed that was not seen again. */
  get waits(): boolean {
    return this.typed !== null;
  }

  /** The person has typed. The value is to be sent. */
  type(value: T): void {
    this.typed = { value };
    this.waiting.push(value);
    if (this.waiting.length > WAITING_MAX) this.waiting.shift();
  }

  /** The owner has published. */
  publish(value: T): void {
    this.last = value;
    const at = this.waiting.indexOf(value);
    if (at < 0) return;
    this.waiting = this.waiting.slice(at + 1);
    if (this.waiting.length === 0) this.typed = null;
  }

  /** The person has paused, or gone elsewhere: the owner's word counts. */
  settle(): void {
    this.waiting = [];
    this.typed = null;
  }
}
