/** The state of one actor in storage: read when the actor starts, written when it has changed, one write at a time. */
import type { Storage, StorageError } from '../../contract/storage.js';
import type { PersistenceStatus, StorageChange } from '../../contract/storage-change.js';
import type { ChangeFeed } from '../../supervisor/change-feed.js';
import { asStorageError, StateSlots, type StoredState } from './state-slots.js';

export interface PersistentActor {
  readonly actor: string;
  /** Of its state's schema. */
  readonly fingerprint: bigint;
}

export class PersistentState {
  private readonly slots: StateSlots;
  private readonly actor: string;
  /** Waits for the write that is under way. Only the newest is of interest. */
  private wanted: Uint8Array | null = null;
  private writing: Promise<void> | null = null;
  private failure: StorageError | null = null;

  constructor(
    storage: Storage,
    { actor, fingerprint }: PersistentActor,
    private readonly changes: ChangeFeed,
  ) {
    this.actor = actor;
    this.slots = new StateSlots(storage, actor, fingerprint);
  }

  get status(): PersistenceStatus {
    return { actor: this.actor, generation: this.slots.newest[0]?.generation ?? 0, failure: this.failure };
  }

  private tell(change: StorageChange): void {
    this.changes.emit({ type: 'storage', ...change });
  }

  /** Newest first. Once they are known, storage is not asked again. @throws StorageError */
  async read(): Promise<readonly StoredState[]> {
    if (this.slots.known) return this.slots.newest;
    const { states, discarded } = await this.slots.read();
    for (const record of discarded) this.tell({ event: 'discarded', actor: this.actor, ...record });
    return states;
  }

  /** Resolves when this or a newer state is written, or could not be. @returns false when it could not */
  async write(snapshot: Uint8Array): Promise<boolean> {
    this.wanted = snapshot;
    this.writing ??= this.writeAll().finally(() => {
      this.writing = null;
    });
    await this.writing;
    return this.failure === null;
  }

  /** Nothing is kept of this actor, and nothing will be. */
  get isForGood(): boolean {
    return this.failure?.isForGood ?? false;
  }

  /** What was written may be gone: the next write is made in any case, and looks first at what is there. */
  doubt(detail: string): void {
    this.slots.doubt();
    this.tell({ event: 'lost', actor: this.actor, detail });
  }

  fail(error: StorageError): void {
    this.failure = error;
    this.tell({ event: 'failed', actor: this.actor, error });
  }

  private async writeAll(): Promise<void> {
    for (let next = this.take(); next !== null; next = this.take()) {
      try {
        const newest = this.slots.newest[0]?.snapshot;
        if (!newest || !equal(newest, next)) await this.slots.write(next);
        this.failure = null;
      } catch (error) {
        this.fail(asStorageError(error, `write ${this.actor}`));
      }
    }
  }

  private take(): Uint8Array | null {
    const { wanted } = this;
    this.wanted = null;
    return wanted;
  }
}

const equal = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && one.every((byte, i) => byte === other[i]);
