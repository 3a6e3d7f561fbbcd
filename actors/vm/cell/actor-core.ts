/**
 * Everything that one actor is in its VM between two batches: its instance, its entries in the journal, its last snapshot, its gate. The
 * life of the actor (actor-cell.ts), its return after a loss of the VM and its move to another (actor-recovery.ts) build on it.
 *
 * Invariant: a journal entry before `handledTo` was handled and its output has left; an entry after it was not. So a restart never sends
 * twice and never skips.
 */
import { pairsOf, seenOf } from '../../../bus/seen.js';
import { frameLength } from '../../../protocol/frame.js';
import type { Position, SavedStateBytes, SnapshotBytes } from '../../../protocol/names.js';
import type { PartySchema } from '../../../protocol/schema.js';
import { type ActorCheckpoint, untouched } from '../../contract/checkpoint.js';
import type { ActorHealth, SpawnSpec } from '../../contract/control.js';
import type { CrashReport } from '../../contract/events.js';
import type { ActorFactory, ActorTrap } from '../../contract/instance.js';
import { decodeSavedState, encodeSavedState } from '../../contract/snapshot.js';
import { firstSequenceOf } from '../bus/gate.js';
import type { Runtime } from '../runtime.js';
import { Cell, type CellCounts } from './cell.js';
import { CellJournal, type JournalEntry } from './cell-journal.js';
import { asTrap, Incarnations } from './incarnations.js';
import { Rehearsal } from './rehearsal.js';
import { Sent } from './sent.js';
import { type Snapshot, SnapshotKeeper } from './snapshots.js';

export abstract class ActorCore extends Cell {
  readonly seen: number[];
  protected readonly stats = { traps: 0, replayed: 0, divergent: 0, handled: 0 };
  protected readonly incarnations: Incarnations;
  protected readonly journal: CellJournal;
  protected readonly snapshots: SnapshotKeeper;
  protected readonly sent: Sent;
  state: ActorHealth['state'] = 'running';
  /** Journal position of the first entry that has not been handled. */
  protected handledTo: Position;
  /** Rest of a batch that ended early, journaled and not handled: its first entry is at `handledTo`. */
  protected rest: readonly JournalEntry[] = [];
  /**
   * True when a snapshot could not be taken, or hung. Then one is taken after each frame that is handled again, which finds the frame that
   * leads to that state.
   */
  protected probes = false;
  /**
   * True when a frame was poison after its output had left: handling the frames since the last snapshot again leads to another state and
   * other output.
   */
  private rewritten = false;
  /** Why the actor is not entered any more in this VM: that would end the VM. */
  protected barred: ActorTrap | null = null;

  constructor(
    factory: ActorFactory,
    readonly spec: SpawnSpec,
    runtime: Runtime,
    /** Checkpoint of the incarnation that was lost with its VM: `recover` goes on from there. */
    former?: ActorCheckpoint,
  ) {
    super(factory.schema, runtime);
    this.gate.epoch = spec.epoch;
    this.incarnations = new Incarnations(factory, spec.options, runtime);
    const savedState = former ?? (spec.snapshot && decodeSavedState(spec.snapshot));
    const { sequence, seen } = savedState ?? { sequence: firstSequenceOf(spec.epoch), seen: [] };
    this.seen = seenOf(seen);
    // After a loss, an actor comes to life only when all of its VM is known again: if it cannot, that is its own end then.
    if (former) this.state = 'restarting';
    else this.incarnations.begin(savedState?.snapshot.length === 0 ? undefined : (savedState?.snapshot ?? spec.stored));
    this.journal = new CellJournal(runtime.durability.journal, this.address);
    const { position, digest, handledTo, lastSequence, lastDigest } = former ?? untouched(sequence, this.journal.position);
    this.snapshots = new SnapshotKeeper({ bytes: former?.snapshot ?? this.incarnations.snapshot(), sequence, digest, position });
    this.handledTo = handledTo;
    this.gate.sequence = lastSequence;
    this.sent = new Sent(lastSequence, lastDigest);
  }

  get schema(): PartySchema {
    return this.incarnations.factory.schema;
  }

  override get counts(): CellCounts {
    const { replayed, divergent, traps } = this.stats;
    return { ...super.counts, replayed, divergent, traps };
  }

  health(): ActorHealth {
    const { name: actor, runtime, state, gate, mailbox, snapshots, stats, incarnations } = this;
    return {
      actor,
      vm: runtime.bus.vm,
      state,
      epoch: gate.epoch,
      mailboxFrames: mailbox.frames(),
      mailboxBytes: mailbox.bytes,
      journalFrames: snapshots.framesSince,
      handled: stats.handled,
      memoryBytes: this.runs ? incarnations.memoryBytes : 0,
    };
  }

  /** Journal position before which this actor needs nothing. */
  get neededFrom(): Position {
    return this.snapshots.framesSince === 0 && this.state === 'running' && this.rest.length === 0
      ? this.journal.position
      : this.snapshots.last.position;
  }

  get neededAfterSnapshot(): number {
    return this.state === 'running' ? (this.rest[0]?.position ?? this.journal.position) : this.snapshots.last.position;
  }

  /**
   * Handles frames that are in the journal from `position` on.
   * @param again whether they were handled before
   * @returns the trap in which that ended
   */
  protected enter(bytes: Uint8Array, length: number, position: Position, again = false): ActorTrap | null {
    return this.incarnations.handle(bytes, length, position, this.deaths.attemptsAt(position), again);
  }

  /** The first `frames` in `bytes` were handled: their output leaves. @param handledTo journal position after them */
  protected moveOn(bytes: Uint8Array, frames: number, handledTo: Position): void {
    this.snapshots.framesSince += frames;
    this.stats.handled += frames;
    this.handledTo = handledTo;
    this.rejectMalformed(bytes, frames);
    this.runtime.tap.tell.handled(this.address, bytes, frames, false);
    const { bytes: output, start, end } = this.incarnations.output;
    if (start === end) return;
    this.sent.add(output, start, end);
    this.gate.release(output, start, end);
  }

  /** The entries after the last snapshot: those that were handled, and those that were not. */
  protected entriesSinceSnapshot(): ReturnType<CellJournal['since']> {
    return this.journal.since(this.snapshots.last.position, this.handledTo);
  }

  /** Makes the next instance, in the state of the last snapshot. @throws what the actor throws as it is made or restored */
  protected renew(): void {
    this.incarnations.end();
    if (this.barred) throw this.barred;
    this.incarnations.renew(this.snapshots.last);
  }

  /** @param frames of the batch that were handled: a frame at which the actor trapped will be handled again, and rejected then */
  private rejectMalformed(bytes: Uint8Array, frames: number): void {
    const { kinds, router } = this.runtime.bus;
    for (const { frame, error } of this.incarnations.malformed) {
      if (frame >= frames) break;
      let at = 0;
      for (let i = 0; i < frame; i++) at += frameLength(bytes, at);
      // A guest that was built before withdrawals existed goes on working for nobody, which is all.
      if (kinds.of(bytes, at)?.role === 'withdrawal' && error.problem === 'kind') continue;
      router.reject('undecodable', error.message, bytes, at);
    }
  }

  /** Handles frames again. Their output has left already, so it is held back and compared. @returns the end of the attempt that failed */
  protected replay(entries: readonly JournalEntry[]): { readonly trap: ActorTrap; readonly entry: JournalEntry } | null {
    const { tap } = this.runtime;
    const { last } = this.snapshots;
    const rehearsal = new Rehearsal(last, { digest: this.sent.digest, sequence: this.gate.sequence }, this.sent.after(last.sequence));
    tap.progress.again();
    for (const [i, entry] of entries.entries()) {
      const trap = this.enter(entry.frame, entry.frame.length, entry.position, true);
      if (trap) return { trap, entry };
      tap.tell.handled(this.address, entry.frame, 1, true);
      rehearsal.heard(entry.frame, this.incarnations.output);
      const { digest, sequence } = rehearsal;
      const failed = this.probe(entry, { digest, sequence, position: entries[i + 1]?.position ?? this.handledTo });
      if (failed) return { trap: failed, entry };
    }
    this.stats.replayed += entries.length;
    if (!rehearsal.finish() && !this.rewritten) this.tellDivergent(rehearsal);
    return null;
  }

  private tellDivergent(rehearsal: Rehearsal): void {
    const { bus, tap } = this.runtime;
    this.stats.divergent++;
    const report = { actor: this.name, vm: bus.vm, epoch: this.gate.epoch, at: bus.tap.now(), ...rehearsal.describe(bus.kinds) };
    tap.report({ type: 'divergent', report });
  }

  /**
   * Takes a snapshot after a frame that was handled, to find out which frame leads to a state of which no snapshot can be taken. A snapshot
   * that succeeds is kept: it is the last good state if the next one fails.
   * @returns the trap if taking the snapshot ended the actor
   */
  protected probe({ position }: JournalEntry, reached: Omit<Snapshot, 'bytes'>): ActorTrap | null {
    if (!this.probes) return null;
    try {
      const bytes = this.incarnations.snapshot({ position, attempts: this.deaths.attemptsAt(position) });
      this.snapshots.keep({ ...reached, bytes });
      return null;
    } catch (error) {
      return asTrap(error);
    }
  }

  /** A snapshot was taken of the present state of the actor. */
  protected settle(): void {
    this.probes = false;
    this.rewritten = false;
    this.sent.restart(this.gate.sequence);
    this.deaths.suspect(0, 0);
  }

  /** Makes a frame a dead letter because the actor ended at it too often; the actor goes on from the state before it. */
  protected poison({ position, frame }: JournalEntry, report: CrashReport): void {
    if (position < this.handledTo) this.rewritten = true;
    this.journal.poison(position);
    this.deaths.poison(frame, report);
  }

  /** Adds to a snapshot what the next incarnation needs in another life. */
  protected wrap(snapshot: SnapshotBytes): SavedStateBytes {
    return encodeSavedState({ sequence: this.gate.sequence, seen: pairsOf(this.seen), snapshot });
  }
}
