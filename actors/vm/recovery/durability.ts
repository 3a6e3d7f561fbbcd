/**
 * What outlives a VM that can be lost: the journal of what its actors are given, and checkpoints. Says when a checkpoint is made, and
 * frees what it covers: entries of the journal, and room in the links of the frames that were drained before it.
 *
 *   drained from a link ── journaled, or handled by a port: durable ─────────────> released when all that was drained before it is
 *          │
 *          └── still in a mailbox when a checkpoint is made: durable when that is kept ──> released then
 *
 * Where the host sees the VM's memory, a checkpoint is kept as soon as it is written there, in the same turn. Elsewhere, and when it is
 * too large for that memory, the host is told, and the checkpoint counts as kept when the host has confirmed it.
 *
 * The catch: links that are full of frames nobody has released would stop two VMs that wait for each other. So what a link retains is
 * bounded as well: a crowded one makes a checkpoint due.
 */

import { Journal } from '../../../bus/journal.js';
import type { Mailbox } from '../../../bus/mailbox.js';
import { CHECKPOINT_JOURNAL_SHARE_MAX, CHECKPOINT_MICROS_MAX, CHECKPOINT_SHARE_MAX, JOURNAL_BYTES } from '../../../protocol/limits.js';
import type { Address, Position } from '../../../protocol/names.js';
import {
  type ActorCheckpoint,
  type Checkpoint,
  CheckpointEncoder,
  CheckpointMemory,
  newestCheckpoint,
  untouched,
} from '../../contract/checkpoint.js';
import { decodeSavedState } from '../../contract/snapshot.js';
import type { VmBus } from '../bus/vm-bus.js';
import type { TapListener } from '../tap/tap.js';
import type { VmOptions } from '../vm-options.js';

/** The frames that were drained before one moment. */
interface Drained {
  /** Whether all of them have left the mailboxes. */
  readonly passed: () => boolean;
  readonly release: () => void;
}

/** The cells of a VM, as far as they are kept. */
export interface KeptCells {
  readonly all: readonly { readonly mailbox: Mailbox }[];
  readonly stateful: readonly KeptCell[];
  readonly savedStates: ReadonlyMap<string, Uint8Array>;
}

interface KeptCell {
  /** Journal position before which it needs nothing. */
  readonly neededFrom: Position;
  /** That position after a checkpoint has taken a snapshot of it. */
  readonly neededAfterSnapshot: number;
  readonly restWaits: boolean;
  takeSnapshot(): void;
  /** What the host keeps of it. */
  checkpoint(): ActorCheckpoint;
}

/** In the host's own VM are ports alone, and nothing is journaled. */
const journalBytesOf = ({ factories }: VmOptions): number => (factories.length > 0 ? JOURNAL_BYTES : EMPTY_JOURNAL_BYTES);

/** Size of a journal that is not used. */
const EMPTY_JOURNAL_BYTES = 8;

export class Durability implements TapListener {
  readonly journal: Journal;
  /** Null where the host does not see the VM's memory. */
  private readonly memory: CheckpointMemory | null;
  private handledMicros = 0;
  private costMicros = 0;
  /** Journal position of the last checkpoint. */
  private position: Position;
  /** Journal position from which that checkpoint's actors needed entries. */
  private needed: number;
  private onTheirWay = 0;
  private drained: Drained | null = null;
  private gone = false;
  /** Serial of the last checkpoint. */
  private serial = 0;
  private readonly encoder = new CheckpointEncoder();

  constructor(
    private readonly options: VmOptions,
    private readonly bus: VmBus,
    private readonly cells: KeptCells,
  ) {
    const { memory, mirror } = options;
    this.journal = new Journal(memory?.journal ?? Journal.allocate(journalBytesOf(options), false), mirror);
    this.memory = memory?.checkpoint ? new CheckpointMemory(memory.checkpoint) : null;
    this.position = this.journal.position;
    this.needed = this.position;
  }

  /** Whether the VM can be lost, and comes back with what is kept of it. */
  private get outlives(): boolean {
    return this.options.memory !== undefined;
  }

  /** Journal position before which no actor of the VM needs anything for a restart. */
  private get neededFrom(): Position {
    return this.neededBy(({ neededFrom }) => neededFrom);
  }

  private neededBy(cell: (cell: KeptCell) => number): number {
    return Math.min(this.journal.position, ...this.cells.stateful.map(cell));
  }

  /** Whether the journal holds the rest of a batch whose actor waits for room. */
  get keepsRest(): boolean {
    return this.cells.stateful.some(({ restWaits }) => restWaits);
  }

  /** @returns false when the journal has no room yet: an actor has to restart first, or the host has to get a checkpoint */
  makeRoom(bytes: number): boolean {
    const { journal } = this;
    if (journal.capacity - journal.usedBytes >= bytes) return true;
    if (this.outlives) {
      this.hurry();
    } else {
      for (const cell of this.cells.stateful) cell.takeSnapshot();
      journal.truncate(this.neededFrom);
    }
    return journal.capacity - journal.usedBytes >= bytes;
  }

  /** The newest checkpoint of former incarnations. @param held the one that the host holds, if any */
  former(held: Uint8Array | undefined): Checkpoint | undefined {
    const newest = newestCheckpoint([held, this.memory?.read()]);
    this.serial = newest?.serial ?? 0;
    return newest;
  }

  /** What keeps no state does nothing again after a loss. */
  done(party: Address, micros: number): void {
    if (!this.bus.kinds.party(party).forgets) this.handledMicros += micros;
  }

  /** To be called between batches. @param quiet all mailboxes are empty */
  look(quiet: boolean): void {
    if (!this.outlives) return;
    if (quiet) for (const reader of this.bus.links.readers) reader.release();
    else this.releaseDurable();
    const { due } = this;
    if (due && this.onTheirWay === 0) this.makeInBackground();
  }

  /** Releases what is durable. Under load, the mailboxes are never all empty. */
  private releaseDurable(): void {
    if (this.drained && !this.drained.passed()) return;
    this.drained?.release();
    this.drained = this.markDrained();
  }

  private markDrained(): Drained {
    const marks = this.cells.all.map(({ mailbox }) => mailbox.mark());
    const releases = this.bus.links.readers.map((reader) => reader.mark());
    return {
      passed: () => marks.every((passed) => passed()),
      release: () => {
        for (const release of releases) release();
      },
    };
  }

  /**
   * The journal is full: makes room at once, or soon. Repeated checkpoints of the same entries would keep out the restart that makes room.
   */
  private hurry(): void {
    const makesRoom =
      this.journal.position !== this.position || this.neededBy(({ neededAfterSnapshot }) => neededAfterSnapshot) > this.needed;
    if (this.onTheirWay === 0 && makesRoom) this.makeInBackground();
  }

  /** Makes a checkpoint if the VM can be lost. Resolves when it is kept. */
  async make(): Promise<void> {
    if (this.gone || !this.outlives) return;
    const { bus, journal } = this;
    const started = bus.tap.now();
    const bytes = this.take();
    bus.tap.tell.checkpoint(bytes);
    const { release } = this.markDrained();
    const { neededFrom } = this;
    this.position = journal.position;
    this.handledMicros = 0;
    const kept = this.memory?.write(bytes) ?? false;
    this.costMicros = bus.tap.now() - started;
    if (!kept) {
      this.onTheirWay++;
      await this.options.events.report({ type: 'checkpoint', bytes: CheckpointEncoder.keep(bytes), neededFrom });
      this.onTheirWay--;
      if (this.gone) return;
    }
    this.forget(neededFrom, release);
  }

  /** A checkpoint is kept: frees what it covers, so that there is room again. */
  private forget(needed: number, release: () => void): void {
    release();
    this.drained = null;
    this.needed = Math.min(needed, this.neededFrom);
    this.journal.truncate(this.needed);
    this.bus.wake();
  }

  /** Makes the bytes of a checkpoint. Publishes first what was emitted, since the snapshots do not contain it. */
  private take(): Uint8Array {
    const { bus, cells } = this;
    bus.links.flush();
    const kept = cells.stateful.map((cell) => cell.checkpoint());
    return this.encoder.encode({
      serial: ++this.serial,
      actors: [...kept, ...this.stopped],
      orphaned: bus.heldForNobody,
      sent: bus.links.sent,
      requests: bus.requests.openOf((address) => !bus.kinds.party(address).forgets),
    });
  }

  /** Stopped actors whose saved state the host may not have yet: they have nothing in the journal. */
  private get stopped(): readonly ActorCheckpoint[] {
    return [...this.cells.savedStates].map(([actor, bytes]) => {
      const savedState = decodeSavedState(bytes);
      return { ...untouched(savedState.sequence, this.journal.position), ...savedState, actor, waiting: [], held: [] };
    });
  }

  /** The VM is gone: its memory belongs to the next incarnation. */
  end(): void {
    this.gone = true;
  }

  /** Asks every reader, not only up to the first crowded one: each has to tell being crowded from becoming so as it goes to sleep. */
  private get due(): boolean {
    const { journal } = this;
    const crowded = this.bus.links.readers.filter((reader) => reader.crowded);
    return (
      crowded.length > 0 ||
      this.handledMicros >= Math.max(CHECKPOINT_MICROS_MAX, this.costMicros * CHECKPOINT_SHARE_MAX) ||
      journal.position - this.position >= journal.capacity * CHECKPOINT_JOURNAL_SHARE_MAX
    );
  }

  /** Makes a checkpoint. If the host does not accept it, the host is gone, and this VM with it. */
  private makeInBackground(): void {
    this.make().catch(() => {});
  }
}
