/** Who keeps the states of actors from one life of the application to the next, as a supervisor needs it. */
import type { SpawnSpec } from './control.js';
import type { PersistenceStatus } from './storage-change.js';

/** What an actor may start with: a saved state of this life, or a state from storage. */
export type StartState = Pick<SpawnSpec, 'snapshot' | 'stored'>;

export interface StateKeeper {
  readonly statuses: readonly PersistenceStatus[];
  /**
   * Starts an actor with what it left in this life; else with the newest state that is kept and that it takes, or none.
   * @param spawn rejects with a ControlError `failed` when the actor did not take what it was given
   * @throws what `spawn` throws otherwise, and what it throws without a state
   */
  start(actor: string, savedState: Uint8Array | undefined, spawn: (state: StartState) => Promise<void>): Promise<void>;
  /** The actor may have changed. */
  note(actor: string): void;
  /** An actor was stopped, and this is what it left. */
  leave(actor: string, savedState: Uint8Array): void;
  /** From now on nothing is written: what is kept was good once, and what runs now may be what fails. What is under way completes. */
  hold(): void;
  /** Writes what has changed. Never rejects. */
  flush(): Promise<void>;
}
