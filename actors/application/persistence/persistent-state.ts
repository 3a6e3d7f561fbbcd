/** The state of one actor in storage: read when the actor starts, written when it has changed, one write at a time. */
import type { SnapshotBytes } from '../../../protocol/names.js';
import { isSame } from '../../contract/snapshot.js';
import { type PersistenceStatus, type Storage, type StorageChange, StorageError } from '../../contract/storage.js';
import { isA } from '../../contract/thrown.js';
import type { ChangeFeed } from '../../supervisor/change-feed.js';
import { decodeRecord, encodeRecord, RecordError, type StateRecord } from './record.js';

export interface PersistentActor {
  readonly actor: string;
  /** Fingerprint of the schema of the state. */
  readonly fingerprint: string;
}

export class PersistentState {
  private readonly slots: StateSlots;
  private readonly actor: string;
  /** Waits for the write that is under way. Only the newest snapshot is of interest. */
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

  /** The stored states, newest first. Once they are known, storage is not asked again. @throws StorageError */
  async read(): Promise<readonly StoredState[]> {
    if (this.slots.known) return this.slots.newest;
    const { states, discarded } = await this.slots.read();
    for (const record of discarded) this.tell({ event: 'discarded', actor: this.actor, ...record });
    return states;
  }

  /** Resolves when this or a newer state is written, or writing has failed. @returns false when it has failed */
  async write(snapshot: SnapshotBytes): Promise<boolean> {
    this.wanted = snapshot;
    this.writing ??= this.writeAll().finally(() => {
      this.writing = null;
    });
    await this.writing;
    return this.failure === null;
  }

  /** True when nothing is kept of this actor, and nothing ever will be. */
  get isForGood(): boolean {
    return this.failure?.isForGood ?? false;
  }

  /** What was written may be gone: the next write is made in any case, after a new look at what is there. */
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
        if (!newest || !isSame(newest, next)) await this.slots.write(next);
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

/** The two slots that are written in turn, and the one for what is set aside. */
const SLOTS = ['0', '1', 'other'] as const;
const ASIDE = 2;

/** A file that another program holds, or a database that was just closed, can be read a moment later. */
const READ_ATTEMPTS_MAX = 2;

/** A state from storage. */
export type StoredState = Pick<StateRecord, 'generation' | 'snapshot'>;

/** damaged: no whole record. version: of another version of the schema. */
export interface UnreadableRecord {
  readonly reason: 'damaged' | 'version';
  readonly detail: string;
}

export interface Found {
  /** States that can be used, newest first. */
  readonly states: readonly StoredState[];
  readonly discarded: readonly UnreadableRecord[];
}

interface Slot {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly record: StateRecord;
}

/**
 * The records of one actor in storage: two slots that are written in turn, so that the one that is not being written holds the last good
 * state, and a third, in which a record of another version of the schema is set aside before it would be overwritten.
 *
 * The catch: writing moves on to the other slot only after a success. After a failure, whatever it has left, the next write goes to the
 * same slot.
 */
export class StateSlots {
  private states: readonly StoredState[] = [];
  private generation = 0;
  private target = 0;
  /** Newest record of another version that has not been set aside yet. */
  private foreign: Slot | null = null;
  private isKnown = false;

  constructor(
    private readonly storage: Storage,
    private readonly actor: string,
    private readonly fingerprint: string,
  ) {}

  /** The newest state and the one before it, as far as they exist. */
  get newest(): readonly StoredState[] {
    return this.states;
  }

  /** Whether the slots have been read. */
  get known(): boolean {
    return this.isKnown;
  }

  /** Notes that the slots may have changed: they are read again before anything is written. */
  doubt(): void {
    this.isKnown = false;
    this.states = [];
  }

  /** @throws StorageError when a slot cannot be read: then nothing is known, and nothing is written until it can be read */
  async read(): Promise<Found> {
    const discarded: UnreadableRecord[] = [];
    const slots = (await this.load(discarded)).sort((a, b) => b.record.generation - a.record.generation);
    const own = slots.filter(({ record }) => record.fingerprint === this.fingerprint);
    const others = slots.filter(({ record }) => record.fingerprint !== this.fingerprint);
    this.generation = slots[0]?.record.generation ?? 0;
    this.states = own.map(({ record: { generation, snapshot } }) => ({ generation, snapshot }));
    this.foreign = others[0] && others[0].index !== ASIDE ? others[0] : null;
    const holdsNewest = [own[0], others[0]].find((slot) => slot && slot.index !== ASIDE);
    this.target = holdsNewest?.index === 0 ? 1 : 0;
    this.isKnown = true;
    if (slots[0] && slots[0] === others[0])
      discarded.push({ reason: 'version', detail: `generation ${this.generation} is of another version of the schema` });
    return { states: this.states, discarded };
  }

  /** Resolves when the state would outlive a loss of power. Calls must not overlap. @throws StorageError */
  async write(snapshot: SnapshotBytes): Promise<void> {
    if (!this.isKnown) await this.read();
    if (this.foreign?.index === this.target) await this.setAside();
    const state = { generation: this.generation + 1, snapshot };
    await this.storage.put(this.keyOf(this.target), encodeRecord({ ...state, fingerprint: this.fingerprint }));
    this.generation = state.generation;
    this.states = [state, ...this.states.slice(0, 1)];
    this.target = 1 - this.target;
    if (this.foreign) await this.setAside();
  }

  private async setAside(): Promise<void> {
    if (this.foreign) await this.storage.put(this.keyOf(ASIDE), this.foreign.bytes);
    this.foreign = null;
  }

  /**
   * Reads the slots. Bytes that are no record are damaged. A slot that cannot be read is not: it may hold the newest record, and must not
   * be overwritten.
   */
  private async load(discarded: UnreadableRecord[]): Promise<Slot[]> {
    const contents = await Promise.all(SLOTS.map((_, index) => this.get(index, READ_ATTEMPTS_MAX)));
    return contents.flatMap((bytes, index) => {
      if (bytes === null) return [];
      try {
        return [{ index, bytes, record: decodeRecord(bytes) }];
      } catch (error) {
        if (!(error instanceof RecordError)) throw error;
        discarded.push({ reason: 'damaged', detail: `slot ${SLOTS[index]}: ${error.message}` });
        return [];
      }
    });
  }

  private async get(index: number, attempts: number): Promise<Uint8Array | null> {
    try {
      return await this.storage.get(this.keyOf(index));
    } catch (error) {
      if (attempts <= 1) throw error;
      return this.get(index, attempts - 1);
    }
  }

  private keyOf(index: number): string {
    return `${this.actor}/${SLOTS[index]}`;
  }
}

/** Turns whatever a storage throws into a StorageError. */
export const asStorageError = (error: unknown, operation: string): StorageError =>
  isA(error, StorageError) ? error : new StorageError('failed', operation, { cause: error });
