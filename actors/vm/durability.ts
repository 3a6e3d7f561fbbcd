/**
 * What of a VM outlives it: the journal of what its actors are given, and checkpoints, where it can be lost. Says when one is made, and gives back what
 * it covers: the journal's entries, and the room in its links of the frames that were drained before it.
 *
 *   drained from a link ── journaled, or handled by a port: durable ─────────────> released when all that was drained before it is
 *          │
 *          └── still in a mailbox when a checkpoint is made: durable when that is kept ──> released then
 *
 * Where the host sees the VM's memory, a checkpoint is kept as soon as it is written there, in the same turn. Elsewhere, and when it is too
 * large for that memory, the host is told, and it is kept when the host has said so.
 *
 * The catch: links that are full of frames nobody has released would stop two VMs that wait for each other. So what a link retains is
 * bounded as well: a crowded one makes a checkpoint due.
 */
import { Journal } from '../../bus/journal.js';
import { CHECKPOINT_JOURNAL_SHARE_MAX, CHECKPOINT_MICROS_MAX, CHECKPOINT_SHARE_MAX, JOURNAL_BYTES } from '../../protocol/limits.js';
import { type ActorCheckpoint, type Checkpoint, CheckpointEncoder, newestCheckpoint, untouched } from '../contract/checkpoint.js';
import { decodeSavedState } from '../contract/snapshot.js';
import type { CellMap } from './cell/cell.js';
import { CheckpointMemory } from './checkpoint-memory.js';
import type { TapListener } from './tap.js';
import type { VmBus } from './vm-bus.js';
import type { VmOptions } from './vm-options.js';

/** Frames that were drained before one moment. */
interface Drained {
  /** Whether all of them have left the mailboxes. */
  readonly passed: () => boolean;
  readonly release: () => void;
}

export class Durability implements TapListener {
  readonly journal: Journal;
  /** Null where the host does not see the VM's memory. */
  private readonly memory: CheckpointMemory | null;
  private handledMicros = 0;
  private costMicros = 0;
  /** Of the last checkpoint that was made. */
  private position: number;
  /** From which journal position that checkpoint's actors needed entries. */
  private needed: number;
  private onTheirWay = 0;
  private drained: Drained | null = null;
  private gone = false;
  /** Of the last checkpoint that was made. */
  private serial = 0;
  private readonly encoder = new CheckpointEncoder();

  constructor(
    private readonly options: VmOptions,
    private readonly bus: VmBus,
    private readonly cells: CellMap,
  ) {
    const { memory, mirror } = options;
    this.journal = new Journal(memory?.journal ?? Journal.allocate(JOURNAL_BYTES, false), mirror);
    this.memory = memory?.checkpoint ? new CheckpointMemory(memory.checkpoint) : null;
    this.position = this.journal.position;
    this.needed = this.position;
  }

  /** The VM can be lost, and comes back with what is kept of it. */
  private get outlives(): boolean {
    return this.options.memory !== undefined;
  }

  /** Journal position before which no actor of the VM needs anything to be restarted. */
  private get neededFrom(): number {
    let needed = this.journal.position;
    for (const cell of this.cells.all) needed = Math.min(needed, cell.neededFrom);
    return needed;
  }

  private get neededAfterSnapshots(): number {
    let needed = this.journal.position;
    for (const cell of this.cells.all) needed = Math.min(needed, cell.neededAfterSnapshot);
    return needed;
  }

  /** The journal holds the rest of a batch whose actor waits for room. */
  get keepsRest(): boolean {
    return this.cells.all.some(({ restWaits }) => restWaits);
  }

  /** @returns false when the journal has no room yet: before an actor has restarted, or the host has a checkpoint */
  makeRoom(bytes: number): boolean {
    const { journal } = this;
    if (journal.capacity - journal.usedBytes >= bytes) return true;
    if (this.outlives) {
      this.hurry();
    } else {
      for (const cell of this.cells.all) cell.takeSnapshot();
      journal.truncate(this.neededFrom);
    }
    return journal.capacity - journal.usedBytes >= bytes;
  }

  /** The newest that former incarnations made. @param held by the host, if any */
  former(held: Uint8Array | undefined): Checkpoint | undefined {
    const newest = newestCheckpoint([held, this.memory?.read()]);
    this.serial = newest?.serial ?? 0;
    return newest;
  }

  done(_party: number, micros: number): void {
    this.handledMicros += micros;
  }

  /** To be called between batches. @param quiet all mailboxes are empty */
  look(quiet: boolean): void {
    if (!this.outlives) return;
    if (quiet) for (const reader of this.bus.links.readers) reader.release();
    else this.releaseDurable();
    const { due } = this;
    if (due && this.onTheirWay === 0) this.makeInBackground();
  }

  /** Under load the mailboxes are never all empty. */
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

  /** The journal is full: makes room at once, or soon. One checkpoint after another for the same entries would keep the restart out that makes room. */
  private hurry(): void {
    const makesRoom = this.journal.position !== this.position || this.neededAfterSnapshots > this.needed;
    if (this.onTheirWay === 0 && makesRoom) this.makeInBackground();
  }

  /** Makes a checkpoint, where the VM can be lost. Resolves when it is kept. */
  async make(): Promise<void> {
    if (this.gone || !this.outlives) return;
    const { bus, journal } = this;
    const started = bus.now();
    const bytes = this.take();
    bus.tap.checkpoint(bytes);
    const { release } = this.markDrained();
    const { neededFrom } = this;
    this.position = journal.position;
    this.handledMicros = 0;
    const kept = this.memory?.write(bytes) ?? false;
    this.costMicros = bus.now() - started;
    if (!kept) {
      this.onTheirWay++;
      await this.options.events.report({ type: 'checkpoint', bytes: CheckpointEncoder.keep(bytes), neededFrom });
      this.onTheirWay--;
      if (this.gone) return;
    }
    this.forget(neededFrom, release);
  }

  /** A checkpoint is kept: gives back what it covers, so that there is room again. */
  private forget(needed: number, release: () => void): void {
    release();
    this.drained = null;
    this.needed = Math.min(needed, this.neededFrom);
    this.journal.truncate(this.needed);
    this.bus.wake();
  }

  /** What was emitted is published first: it is not in the snapshots. */
  private take(): Uint8Array {
    const { bus, cells } = this;
    bus.links.flush();
    const kept = cells.all.map((cell) => cell.checkpoint()).filter((checkpoint) => checkpoint !== null);
    return this.encoder.encode({
      serial: ++this.serial,
      actors: [...kept, ...this.stopped],
      orphaned: bus.heldForNobody,
      sent: bus.unreleased,
      requests: bus.requests.openOf((address) => !bus.kinds.isPort(address)),
    });
  }

  /** Actors that were stopped, and whose host may not know what they left: they have nothing in the journal. */
  private get stopped(): readonly ActorCheckpoint[] {
    return [...this.cells.savedStates].map(([actor, bytes]) => {
      const savedState = decodeSavedState(bytes);
      return { ...untouched(savedState.sequence, this.journal.position), ...savedState, actor, waiting: [], held: [] };
    });
  }

  /** The VM is gone: its memory is another's. */
  end(): void {
    this.gone = true;
  }

  /** Every reader is asked whether it is crowded: it has to be told apart from one that becomes so as it goes to sleep. */
  private get due(): boolean {
    const { journal } = this;
    const crowded = this.bus.links.readers.filter((reader) => reader.crowded);
    return (
      crowded.length > 0 ||
      this.handledMicros >= Math.max(CHECKPOINT_MICROS_MAX, this.costMicros * CHECKPOINT_SHARE_MAX) ||
      journal.position - this.position >= journal.capacity * CHECKPOINT_JOURNAL_SHARE_MAX
    );
  }

  /** A host that does not take it is gone, and this VM with it. */
  private makeInBackground(): void {
    this.make().catch(() => {});
  }
}
