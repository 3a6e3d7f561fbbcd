/**
 * Keeps the states of an application's persistent actors in storage: says what an actor starts with, and writes what has changed.
 *
 *   VM: changed(actor) ── PERSIST_DELAY_MS ──> snapshot(actor) ──> differs from what storage holds? ──> write
 *
 * The catch: a storage may hang. Whoever waits for it stops waiting after STORAGE_DEADLINE_MS and goes on; so does the hanging write, and
 * until that has settled, no other write of its actor begins.
 */

import { PERSIST_DELAY_MS, STORAGE_DEADLINE_MS } from '../../../protocol/limits.js';
import type { SavedStateBytes } from '../../../protocol/names.js';
import { ControlError, inTime, type TimerHandle, type Timers } from '../../contract/host.js';
import { decodeSavedState, withoutVersions } from '../../contract/snapshot.js';
import type { PersistenceStatus, StartState, StateKeeper } from '../../contract/storage.js';
import { type Storage, StorageError } from '../../contract/storage.js';
import type { ChangeFeed } from '../../supervisor/change-feed.js';
import type { Directory } from '../../supervisor/directory.js';
import { asStorageError, type PersistentActor, PersistentState, type StoredState } from './persistent-state.js';

/** Which states from storage actors begin with: the newest that they accept, one before the newest, or none. */
export type Stored = 'newest' | 'before' | 'none';

export interface PersistentActors {
  readonly actors: readonly PersistentActor[];
  readonly stored: Stored;
}

export class Persistence implements StateKeeper {
  private readonly states: ReadonlyMap<string, PersistentState>;
  private readonly changed = new Set<string>();
  private readonly underway = new Set<Promise<void>>();
  private timer: TimerHandle | null = null;
  private readonly stored: Stored;
  private held = false;

  /** @param storage where their states are kept */
  constructor(
    storage: Storage,
    { actors, stored }: PersistentActors,
    private readonly timers: Timers,
    private readonly directory: Directory,
    private readonly changes: ChangeFeed,
  ) {
    this.stored = stored;
    this.states = new Map(actors.map((actor) => [actor.actor, new PersistentState(storage, actor, changes)]));
    storage.onLost = (detail) => this.doubt(detail);
  }

  private doubt(detail: string): void {
    for (const [actor, state] of this.states) {
      state.doubt(detail);
      this.note(actor);
    }
  }

  get statuses(): readonly PersistenceStatus[] {
    return [...this.states.values()].map(({ status }) => status);
  }

  /**
   * Starts an actor with the state that it left in this life; otherwise, when it is persistent, with the newest state from storage that
   * `stored` allows and the actor accepts, or with none.
   * @param spawn rejects with a ControlError `failed` when the actor did not accept the state
   * @throws any other error of `spawn`, and what it throws without a state
   */
  async start(actor: string, savedState: SavedStateBytes | undefined, spawn: (state: StartState) => Promise<void>): Promise<void> {
    if (savedState || !this.states.has(actor)) return spawn({ snapshot: savedState });
    for (const { generation, snapshot } of await this.statesOf(actor)) {
      try {
        await spawn({ stored: snapshot });
        this.changes.emit({ type: 'storage', event: 'restored', actor, generation });
        return;
      } catch (error) {
        if (!(error instanceof ControlError && error.code === 'failed')) throw error;
        const detail = `generation ${generation}: ${error.message}`;
        this.changes.emit({ type: 'storage', event: 'discarded', actor, reason: 'refused', detail });
      }
    }
    await spawn({});
    this.changes.emit({ type: 'storage', event: 'fresh', actor });
  }

  /** States that the actor may begin with, newest first: none when storage cannot be read in time. Never rejects. */
  private async statesOf(actor: string): Promise<readonly StoredState[]> {
    const state = this.states.get(actor);
    if (!state || this.stored === 'none') return [];
    try {
      const states = await this.inTime(state.read(), `read ${actor}`);
      return this.stored === 'before' ? states.slice(1) : states;
    } catch (error) {
      state.fail(asStorageError(error, `read ${actor}`));
      return [];
    }
  }

  private isKept(actor: string): boolean {
    return this.states.get(actor)?.isForGood === false;
  }

  /** Ends writing: what storage holds was good once, and what runs now may be the cause of the failure. Writes under way complete. */
  hold(): void {
    this.held = true;
    this.timers.clear(this.timer);
  }

  /** Notes that the actor may have changed. */
  note(actor: string): void {
    if (this.held || !this.isKept(actor)) return;
    this.changed.add(actor);
    this.timer ??= this.timers.set(PERSIST_DELAY_MS, () => void this.flush());
  }

  /** Takes the state that a stopped actor left. */
  leave(actor: string, savedState: SavedStateBytes): void {
    if (!this.isKept(actor)) return;
    this.changed.delete(actor);
    void this.write(actor, savedState);
  }

  /** Writes what has changed. Resolves when all is written, or has failed, or storage does not answer. Never rejects. */
  async flush(): Promise<void> {
    this.timers.clear(this.timer);
    this.timer = null;
    const actors = [...this.changed];
    this.changed.clear();
    await Promise.all(actors.map((actor) => this.collect(actor)));
    await Promise.all(this.underway);
  }

  private async collect(actor: string): Promise<void> {
    let savedState: Uint8Array;
    try {
      savedState = await this.directory.controlOf(actor).snapshot(actor);
    } catch {
      this.changed.add(actor); // it restarts, or is gone
      return;
    }
    await this.write(actor, savedState);
  }

  private async write(actor: string, savedState: SavedStateBytes): Promise<void> {
    if (this.held) return;
    const write = this.tryWrite(actor, savedState).finally(() => this.underway.delete(write));
    this.underway.add(write);
    await write;
  }

  /** Writes a state. After a failure it is tried again with the next change of any actor. */
  private async tryWrite(actor: string, savedState: SavedStateBytes): Promise<void> {
    const state = this.states.get(actor)!;
    const operation = `write ${actor}`;
    try {
      const written = await this.inTime(state.write(withoutVersions(decodeSavedState(savedState).snapshot)), operation);
      if (!written && !state.isForGood) this.changed.add(actor);
    } catch (error) {
      this.changed.add(actor);
      state.fail(asStorageError(error, operation));
    }
  }

  private inTime<T>(answer: Promise<T>, operation: string): Promise<T> {
    return inTime(this.timers, STORAGE_DEADLINE_MS, answer, () => new StorageError('late', operation));
  }
}
