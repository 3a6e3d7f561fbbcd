/**
 * Says when a VM that can be lost makes a checkpoint, and gives back what one covers: the journal's entries, and the room in its links of
 * the frames that were drained before it.
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
import type { Journal } from '../../bus/journal.js';
import type { Mailbox } from '../../bus/mailbox.js';
import type { OpenRequests } from '../../bus/requests.js';
import type { ReaderRetention } from '../../bus/retention.js';
import { CHECKPOINT_JOURNAL_SHARE_MAX, CHECKPOINT_MICROS_MAX, CHECKPOINT_SHARE_MAX } from '../../protocol/limits.js';
import { type ActorCheckpoint, type Checkpoint, CheckpointEncoder, type HeldFrame, newestCheckpoint } from '../contract/checkpoint.js';
import type { ActorCell } from './cell/cell.js';
import type { CheckpointMemory } from './checkpoint-memory.js';
import type { Tap, TapListener } from './tap.js';

export interface CheckpointerOptions {
  readonly journal: Journal;
  readonly tap: Tap;
  readonly readers: () => readonly ReaderRetention[];
  readonly cells: () => readonly ActorCell[];
  /** Of actors and ports. */
  readonly mailboxes: () => readonly Mailbox[];
  /** Actors that were stopped, and whose host may not know what they left. */
  readonly stopped: () => readonly ActorCheckpoint[];
  /** What has not left of parties that are not here any more, and of the VM's runtime. */
  readonly orphaned: () => readonly HeldFrame[];
  /** Publishes to the links what was emitted. */
  readonly flush: () => void;
  /** What was published and could be lost with this VM. */
  readonly sent: () => readonly Uint8Array[];
  /** Of the actors. */
  readonly requests: () => OpenRequests;
  /** Null where the host does not see the VM's memory. */
  readonly memory: CheckpointMemory | null;
  /** Resolves when the host holds it, in whose place it is kept. */
  readonly keep: (bytes: Uint8Array, neededFrom: number) => Promise<void>;
  readonly now: () => number;
  /** A checkpoint is kept: there is room again. */
  readonly onKept: () => void;
}

/** Journal position before which no actor of the VM needs anything to be restarted. */
export function neededFrom(journal: Journal, cells: Iterable<ActorCell>): number {
  let needed = journal.position;
  for (const cell of cells) needed = Math.min(needed, cell.core.neededFrom);
  return needed;
}

/** Frames that were drained before one moment. */
interface Drained {
  /** Whether all of them have left the mailboxes. */
  readonly passed: () => boolean;
  readonly release: () => void;
}

export class Checkpointer implements TapListener {
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

  constructor(private readonly options: CheckpointerOptions) {
    this.position = options.journal.position;
    this.needed = this.position;
  }

  /** The newest that former incarnations made. @param held by the host, if any */
  former(held: Uint8Array | undefined): Checkpoint | undefined {
    const newest = newestCheckpoint([held, this.options.memory?.read()]);
    this.serial = newest?.serial ?? 0;
    return newest;
  }

  done(_party: number, micros: number): void {
    this.handledMicros += micros;
  }

  /** To be called between batches. @param quiet all mailboxes are empty */
  look(quiet: boolean): void {
    if (quiet) for (const reader of this.options.readers()) reader.release();
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
    const { readers, mailboxes } = this.options;
    const marks = mailboxes().map((mailbox) => mailbox.mark());
    const releases = readers().map((reader) => reader.mark());
    return {
      passed: () => marks.every((passed) => passed()),
      release: () => {
        for (const release of releases) release();
      },
    };
  }

  /** The journal is full: makes room at once, or soon. One checkpoint after another for the same entries would keep the restart out that makes room. */
  hurry(): void {
    const { journal, cells } = this.options;
    const makesRoom = journal.position !== this.position || neededFrom(journal, cells()) > this.needed;
    if (this.onTheirWay === 0 && makesRoom) this.makeInBackground();
  }

  /** Resolves when it is kept. */
  async make(): Promise<void> {
    if (this.gone) return;
    const { journal, cells, memory, keep, now, tap } = this.options;
    const started = now();
    const bytes = this.take();
    tap.checkpoint(bytes);
    const { release } = this.markDrained();
    const needed = neededFrom(journal, cells());
    this.position = journal.position;
    this.handledMicros = 0;
    const kept = memory?.write(bytes) ?? false;
    this.costMicros = now() - started;
    if (!kept) {
      this.onTheirWay++;
      await keep(CheckpointEncoder.keep(bytes), needed);
      this.onTheirWay--;
      if (this.gone) return;
    }
    this.forget(needed, release);
  }

  /** A checkpoint is kept: gives back what it covers. */
  private forget(needed: number, release: () => void): void {
    const { journal, cells, onKept } = this.options;
    release();
    this.drained = null;
    this.needed = Math.min(needed, neededFrom(journal, cells()));
    journal.truncate(this.needed);
    onKept();
  }

  /** What was emitted is published first: it is not in the snapshots. */
  private take(): Uint8Array {
    const { cells, stopped, orphaned, flush, sent, requests } = this.options;
    flush();
    return this.encoder.encode({
      serial: ++this.serial,
      actors: [...cells().map((cell) => cell.checkpoint()), ...stopped()],
      orphaned: orphaned(),
      sent: sent(),
      requests: requests(),
    });
  }

  /** The VM is gone: its memory is another's. */
  end(): void {
    this.gone = true;
  }

  /** Every reader is asked whether it is crowded: it has to be told apart from one that becomes so as it goes to sleep. */
  private get due(): boolean {
    const { journal, readers } = this.options;
    const crowded = readers().filter((reader) => reader.crowded);
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
