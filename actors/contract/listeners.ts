/** Those who are told of changes. One that throws disturbs neither who tells nor the others: its error surfaces from a timer. */
import type { Timers } from './host.js';

export class Listeners<Change> {
  private readonly listeners = new Set<(change: Change) => void>();

  constructor(private readonly timers: Timers) {}

  /** @returns a function that takes the listener away */
  add(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(change: Change): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(change);
      } catch (error) {
        this.timers.set(0, () => {
          throw error;
        });
      }
    }
  }
}
