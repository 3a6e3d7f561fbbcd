/**
 * One actor in a VM across its incarnations: mailbox, journal entries, last snapshot, output gate.
 *
 *   mailbox --batch--> journal --> instance.handle --> gate
 *                                      |
 *                                    trap: what frames before the culprit emitted leaves, the rest is withheld; state `ended`
 *                                      |
 *   restart(epoch): new instance <-- snapshot <-- journal up to the culprit (its output has left before: held back and compared)
 *                                      |
 *                                    the culprit again; trapping twice makes it poison: a dead letter, and skipped
 *                                      |
 *                                    what was journaled behind it, in order; then the mailbox again
 *
 * Invariant: an entry of the journal before `handledTo` has been handled and its output has left; one after it has not. So a
 * restart never sends twice and never skips.
 */

import { frameDigest } from '../bus/digest.js';
import { Mailbox } from '../bus/mailbox.js';
import { RECOVERABLE } from '../bus/recoverable.js';
import type { LocalTarget } from '../bus/router.js';
import { hasSeen, noteSeen } from '../bus/seen.js';
import { frameLength, KIND_OFFSET, readU16 } from '../protocol/frame.js';
import { FRAME_BYTES_MAX } from '../protocol/limits.js';
import type { PartySchema } from '../protocol/schema.js';
import { countHandled, reportMalformed } from './batch.js';
import type { CellStats } from './cell-counts.js';
import { CellJournal, type JournalEntry } from './cell-journal.js';
import type { CellServices } from './cell-services.js';
import type { ActorCheckpoint } from './checkpoint.js';
import type { ActorHealth, CrashReport, SpawnOrder } from './control.js';
import { crashReport } from './crash-report.js';
import { decodeEnvelope, encodeEnvelope, withoutHoles } from './envelope.js';
import type { FaultKind } from './fault-rates.js';
import { firstSequenceOf, Gate } from './gate.js';
import type { Handover } from './handover.js';
import { asTrap, Incarnations } from './incarnations.js';
import { type ActorFactory, ActorTrap } from './instance.js';
import { RestartPermit } from './restart-permit.js';
import { type Snapshot, SnapshotKeeper } from './snapshot-keeper.js';
import { Hang, type Suspect, TRIES_MAX } from './suspect.js';
import { runTrial, type Trial } from './trial.js';

/** Frames taken from the mailbox at once: enough to pay for a call into Wasm, few enough to look at the links in between. */
const BATCH_FRAMES_MAX = 256;
/** Bytes taken from the mailbox at once, unless the first frame alone is larger. */
const BATCH_BYTES = 64 * 1024;

/** What a journal entry takes besides its frames, generously. */
const JOURNAL_ENTRY_BYTES_MAX = 64;

export class ActorCell implements LocalTarget {
  readonly mailbox = new Mailbox();
  readonly seen: number[];
  readonly gate: Gate;
  readonly stats: CellStats = { traps: 0, replayed: 0, divergent: 0, handled: 0 };
  state: ActorHealth['state'] = 'running';
  readonly incarnations: Incarnations;
  private readonly journal: CellJournal;
  readonly snapshots: SnapshotKeeper;
  /** Journal position of the first entry that has not been handled. */
  private handledTo: number;
  /** Digest of all that has left the gate, to compare a replay with. */
  private digest = 0;
  /** Journal position of the entry that ended the last incarnation, and how often it has. */
  private culprit = -1;
  private attempts = 0;
  private readonly permit = new RestartPermit();
  /** Ends that are reported once the next incarnation, which nobody was asked for, has done its work. */
  private readonly ends: { readonly report: CrashReport; readonly trap: ActorTrap }[] = [];

  constructor(
    private readonly factory: ActorFactory,
    private readonly order: SpawnOrder,
    private readonly services: CellServices,
    /** Of the incarnation that was lost with its VM: `recover` goes on from there. */
    former?: ActorCheckpoint,
  ) {
    this.gate = new Gate(factory.schema.address, services);
    this.gate.epoch = order.epoch;
    this.incarnations = new Incarnations(factory, order.options, services);
    const envelope = former ?? (order.snapshot && decodeEnvelope(order.snapshot));
    this.seen = envelope ? [...envelope.seen] : [];
    this.gate.sequence = envelope?.sequence ?? firstSequenceOf(order.epoch);
    this.incarnations.restore(envelope?.snapshot ?? order.stored);
    this.journal = new CellJournal(services.journal, this.address, former?.poison);
    this.handledTo = former?.position ?? this.journal.position;
    const { sequence } = this.gate;
    this.snapshots = new SnapshotKeeper({ bytes: this.incarnations.snapshot(), sequence, digest: 0, position: this.handledTo });
  }

  get address(): number {
    return this.factory.schema.address;
  }

  get schema(): PartySchema {
    return this.factory.schema;
  }

  get name(): string {
    return this.factory.schema.name;
  }

  get blocked(): boolean {
    return this.gate.blocked || this.state === 'moving';
  }

  runnable(lane: number): boolean {
    return this.state === 'running' && !this.gate.blocked && this.mailbox.frames(lane) > 0;
  }

  /** Journal position before which this cell needs nothing. */
  get neededFrom(): number {
    return this.snapshots.framesSince === 0 && this.state === 'running' ? this.journal.position : this.snapshots.last.position;
  }

  /** Handles one batch of a lane. @returns frames taken; 0 when the journal has no room until another actor has restarted */
  handleBatch(lane: number): number {
    const { scratch } = this.services;
    const bytesMax = Math.min(Math.max(BATCH_BYTES, this.mailbox.peekLength(lane)), FRAME_BYTES_MAX);
    // Making room takes a snapshot, at which this incarnation may end.
    if (!this.services.makeRoom(bytesMax + JOURNAL_ENTRY_BYTES_MAX) || this.state !== 'running') return 0;
    const length = this.mailbox.take(lane, scratch, 0, bytesMax, BATCH_FRAMES_MAX);
    const frames = countHandled(this.services, this.address, scratch, length);
    this.handleJournaled(RECOVERABLE ? this.journal.append(scratch, length) : 0, length, frames);
    return frames;
  }

  /** Handles the batch in the scratch buffer, whose entries start at journal position `from`. */
  private handleJournaled(from: number, length: number, frames: number): void {
    this.snapshots.begin(from);
    const { scratch } = this.services;
    this.incarnations.armFault(frames);
    const started = this.services.now();
    this.services.sample(scratch, length, started);
    const trap = this.enter(scratch, length, from);
    if (trap) {
      this.endBatch(trap, from);
      return;
    }
    this.snapshots.framesSince += frames;
    this.stats.handled += frames;
    this.handledTo = this.journal.position;
    reportMalformed(this.services, this.incarnations.malformed, scratch, frames);
    this.releaseOutput();
    const micros = this.services.now() - started;
    this.snapshots.spent(micros);
    this.incarnations.spent(micros);
    this.services.spent(micros);
    if (RECOVERABLE && this.snapshots.due) this.takeSnapshot();
    this.services.changed(this.name);
  }

  /** Handles frames that are in the journal from `position` on. @returns the trap in which that ended */
  private enter(bytes: Uint8Array, length: number, position: number): ActorTrap | null {
    return this.incarnations.handle(bytes, length, position, position === this.culprit ? this.attempts : 0);
  }

  private releaseOutput(): void {
    const { bytes, start, end } = this.incarnations.output;
    if (start === end) return;
    if (RECOVERABLE) this.digest = frameDigest(this.digest, bytes, start, end);
    this.gate.release(bytes, start, end);
  }

  takeSnapshot(): void {
    if (this.state !== 'running' || this.snapshots.framesSince === 0) return;
    const started = this.services.now();
    let bytes: Uint8Array;
    try {
      bytes = this.incarnations.snapshot();
    } catch (error) {
      this.endIncarnation(asTrap(error));
      return;
    }
    const { sequence } = this.gate;
    this.snapshots.keep({ bytes, sequence, digest: this.digest, position: this.journal.position }, () => this.services.now() - started);
    this.journal.covered();
  }

  /** A batch ended in a trap: what the frames before the culprit emitted leaves, the rest is withheld. */
  private endBatch(trap: ActorTrap, from: number): void {
    const entries = this.journal.from(from);
    const culprit: JournalEntry | undefined = entries[trap.handled];
    const handled = Math.min(trap.handled, entries.length);
    this.stats.handled += handled;
    this.snapshots.framesSince += handled;
    this.handledTo = culprit?.position ?? this.journal.position;
    reportMalformed(this.services, this.incarnations.malformed, this.services.scratch, handled);
    this.releaseOutput();
    this.endIncarnation(trap, culprit);
  }

  /** @param culprit none when it ended behind a frame, as it wrote its snapshot: that is no frame's fault, and the last one is named */
  private endIncarnation(trap: ActorTrap, culprit?: JournalEntry): void {
    this.state = 'restarting';
    this.stats.traps++;
    this.incarnations.end();
    this.attempts = culprit && culprit.position === this.culprit ? this.attempts + 1 : 1;
    this.culprit = culprit?.position ?? -1;
    const { frame } = culprit ?? (this.journal.from(this.snapshots.last.position).at(-1) as JournalEntry);
    const restartsAs = this.permit.spend(this.gate.epoch);
    const report = this.report(trap, frame, restartsAs);
    if (culprit && this.attempts >= TRIES_MAX) this.giveUp(culprit, report);
    this.ends.push({ report, trap });
    if (restartsAs > 0) this.services.restartSoon(this);
    else this.reportEnds();
  }

  private report(trap: ActorTrap, frame: Uint8Array, restartsAs: number): CrashReport {
    const { epoch, sequence: lastSequence } = this.gate;
    const { name: actor, address, attempts: attempt } = this;
    return crashReport(this.services, { actor, address, epoch, lastSequence, trap, frame, attempt, restartsAs });
  }

  /** In their order. */
  reportEnds(): void {
    for (const { report, trap } of this.ends.splice(0)) {
      this.services.events.ended(report);
      this.services.crashSites.note(report, trap);
    }
  }

  /** The culprit trapped on its retry as well: it goes to the dead letters, and the actor goes on from the state before it. */
  private giveUp({ position, frame }: JournalEntry, report: CrashReport): void {
    this.reportEnds();
    this.journal.giveUp(position);
    this.services.router.reject('poisoned', report.reason, frame, 0);
    this.services.events.poisoned(report, frame);
  }

  /** The next incarnation may be started at once when this one ends. */
  permitRestart(epoch: number): void {
    this.permit.grant(epoch);
  }

  /** By permit: the order to do so comes late. */
  hasRestartedAs(epoch: number): boolean {
    return this.permit.lastSpent === epoch && this.gate.epoch === epoch;
  }

  /** Nobody waits for it: that the next incarnation cannot be made is its end, and is reported. */
  restartByPermit(): void {
    const restartsAs = this.ends.at(-1)?.report.restartsAs;
    if (this.state !== 'restarting' || restartsAs !== this.gate.epoch + 1) return;
    try {
      this.restart(restartsAs);
    } catch (error) {
      this.endIncarnation(asTrap(error));
    }
  }

  /** Ends this incarnation by order, between two batches: no frame is to blame. @returns the last sequence that it sent */
  end(): number {
    if (this.state === 'running') this.incarnations.end();
    this.state = 'restarting';
    return this.gate.sequence;
  }

  /** Starts the next incarnation. On return the actor is running, or has ended again and was reported. */
  restart(epoch: number): void {
    this.gate.epoch = epoch;
    this.gate.closed = false;
    this.services.router.fence(this.address, epoch, this.gate.sequence);
    const { handled, left } = this.entriesSinceSnapshot();
    this.renew();
    if (!this.replay(handled, this.snapshots.last, (entry) => this.handleAgain(entry))) return;
    this.state = 'running';
    this.goOn(left);
  }

  private renew(): void {
    this.incarnations.end();
    this.incarnations.renew(this.snapshots.last);
  }

  get spareIsDue(): boolean {
    return this.state === 'running' && this.incarnations.spareIsDue(this.snapshots.last);
  }

  prepareSpare(): void {
    this.incarnations.prepareSpare(this.snapshots.last);
  }

  private entriesSinceSnapshot() {
    return this.journal.since(this.snapshots.last.position, this.handledTo);
  }

  /** Handles again what was handled before; its output has left, so it is held back and compared. @returns false when it trapped */
  private replay(entries: readonly JournalEntry[], before: Snapshot, attempt: (entry: JournalEntry) => boolean): boolean {
    let { digest, sequence } = before;
    for (const entry of entries) {
      if (!attempt(entry)) return false;
      const { bytes, start, end } = this.incarnations.output;
      digest = frameDigest(digest, bytes, start, end);
      for (let at = start; at < end; at += frameLength(bytes, at)) sequence++;
    }
    this.stats.replayed += entries.length;
    if (digest !== this.digest || sequence !== this.gate.sequence) this.stats.divergent++;
    return true;
  }

  private handleAgain(entry: JournalEntry): boolean {
    const trap = this.enter(entry.frame, entry.frame.length, entry.position);
    if (trap) this.endIncarnation(trap, entry);
    return trap === null;
  }

  /** Handles what was journaled behind the culprit but not handled, the culprit first. */
  private goOn(entries: readonly JournalEntry[]): void {
    for (let i = 0; i < entries.length; i++) {
      this.services.router.acceptAgain(this.address, entries[i].frame, 0);
      if (!this.handleAgain(entries[i])) return;
      this.stats.handled++;
      this.snapshots.framesSince++;
      this.handledTo = i + 1 < entries.length ? entries[i + 1].position : this.journal.position;
      reportMalformed(this.services, this.incarnations.malformed, entries[i].frame, 1);
      this.releaseOutput();
    }
    this.snapshots.framesSince = Math.max(this.snapshots.framesSince, 1);
    this.handledTo = this.journal.position;
    this.takeSnapshot();
    this.services.changed(this.name);
  }

  /** It is to go to another VM: it handles nothing more, and what waits in its gate stays there. */
  suspend(): void {
    this.state = 'moving';
    this.gate.closed = true;
  }

  /** What goes with it. It takes no snapshot, at which it might end. */
  handOver(): Handover {
    const { handled, left } = this.entriesSinceSnapshot();
    const kept = this.checkpoint();
    return {
      ...kept,
      snapshot: kept.snapshot.slice(),
      waiting: [...left.map(({ frame }) => frame), ...kept.waiting],
      held: [...kept.held],
      handled: handled.map(({ frame }) => frame),
      digestBefore: this.snapshots.last.digest,
      digest: this.digest,
      lastSequence: this.gate.sequence,
    };
  }

  /** Comes to the state that is handed over, and waits. @throws ActorTrap */
  adopt({ waiting, held, handled, sequence, digestBefore, digest, lastSequence }: Handover): void {
    this.suspend();
    this.digest = digest;
    this.gate.sequence = lastSequence;
    this.services.router.fence(this.address, this.gate.epoch, lastSequence);
    const before = { ...this.snapshots.last, digest: digestBefore, sequence };
    const entries = handled.map((frame) => ({ frame, position: this.journal.position }));
    this.replay(entries, before, ({ frame, position }) => {
      const trap = this.enter(frame, frame.length, position);
      if (trap) throw trap;
      return true;
    });
    this.snapshots.keep({ bytes: this.incarnations.snapshot(), sequence: lastSequence, digest, position: this.journal.position }, () => 0);
    this.remember({ waiting, held });
  }

  /** It runs here from now on. */
  arrive(): void {
    this.state = 'running';
    this.gate.closed = false;
  }

  /** What the host keeps of this actor. It may end as it writes its snapshot; the last one is kept then, and the entries behind it. */
  checkpoint(): ActorCheckpoint {
    this.takeSnapshot();
    return {
      actor: this.name,
      position: this.neededFrom,
      snapshot: this.snapshots.last.bytes,
      sequence: this.snapshots.last.sequence,
      seen: withoutHoles(this.seen),
      poison: this.journal.givenUp,
      waiting: this.mailbox.copies,
      held: this.gate.held,
    };
  }

  /** Knows again what it had accepted: before anybody sends, or it would take again what it has handled. */
  remember({ waiting, held }: Pick<ActorCheckpoint, 'waiting' | 'held'> = { waiting: [], held: [] }): void {
    const { kinds } = this.services;
    const journaled: number[] = [];
    for (const { frame } of this.journal.from(this.handledTo)) {
      noteSeen(journaled, frame, kinds);
      noteSeen(this.seen, frame, kinds);
    }
    for (const frame of waiting) {
      const facts = kinds.get(readU16(frame, KIND_OFFSET));
      if (facts && !hasSeen(journaled, frame, kinds)) this.mailbox.offerForced(frame, 0, frame.length, facts);
    }
    this.gate.hold(held);
  }

  /** The VM has hung at frames of this actor: those at which it has done so too often are given up. To be called before `recover`. */
  blame(suspects: readonly Suspect[]): void {
    const tries = new Map<number, number>();
    for (const suspect of suspects) {
      const entry = this.journal.at(suspect.position, suspect.index);
      if (!entry) continue;
      this.culprit = entry.position;
      this.attempts = Math.max(tries.get(entry.position) ?? 0, suspect.tries) + 1;
      tries.set(entry.position, this.attempts);
      const hopeless = this.attempts >= TRIES_MAX;
      if (!hopeless && suspect.reported) continue;
      const report = this.report(new ActorTrap(0, new Hang(suspect.reason)), entry.frame, 0);
      if (hopeless) {
        this.services.router.acceptAgain(this.address, entry.frame, 0);
        this.giveUp(entry, report);
      }
      if (!suspect.reported) this.services.events.hung(report);
    }
  }

  /** Frames behind the checkpoint that were given up: who asked with one of them may not have been told. */
  givenUp(): readonly Uint8Array[] {
    return this.journal.givenUpSince(this.snapshots.last.position);
  }

  /** Handles what the journal has behind the checkpoint. On return the actor is running, or has ended again and was reported. */
  recover(): void {
    this.goOn(this.entriesSinceSnapshot().left);
  }

  /** Makes the handler of the next frame trap, or hang. */
  orderFault(fault: FaultKind): void {
    this.incarnations.orderFault(fault);
  }

  /** @throws Error when it waits for its restart */
  envelope(): Uint8Array {
    return this.wrap(this.presentState());
  }

  private presentState(): Uint8Array {
    this.takeSnapshot();
    this.assertRunning();
    return this.snapshots.last.bytes;
  }

  private assertRunning(): void {
    if (this.state !== 'running') throw new Error(`${this.name} has ended and waits for its restart`);
  }

  /** What a frame would do now. @throws Error when it waits for its restart */
  tryFrame(frame: Uint8Array): Trial {
    return runTrial(this.factory, this.order.options, this.presentState(), frame, this.services.kinds);
  }

  /** Handles a frame that was given up, out of its order. It is journaled at once, so it is handled once. @throws Error when it cannot be now */
  deliverAgain(frame: Uint8Array): void {
    this.assertRunning();
    if (!this.services.makeRoom(frame.length + JOURNAL_ENTRY_BYTES_MAX)) throw new Error('the journal has no room for it now');
    this.services.router.acceptAgain(this.address, frame, 0);
    this.services.scratch.set(frame);
    this.handleJournaled(this.journal.append(this.services.scratch, frame.length), frame.length, 1);
  }

  private wrap(snapshot: Uint8Array): Uint8Array {
    return encodeEnvelope({ sequence: this.gate.sequence, seen: withoutHoles(this.seen), snapshot });
  }

  /** Ends the actor for good: what waits for it becomes dead letters. @returns its last envelope */
  stop(): Uint8Array {
    this.reportEnds();
    const bury = (bytes: Uint8Array, at: number, length: number) =>
      this.services.deadLetters.add('ended', `${this.name} has stopped`, bytes, at, length);
    const { handled, left } = this.entriesSinceSnapshot();
    for (const { frame } of left) bury(frame, 0, frame.length);
    this.mailbox.clear(bury);
    const envelope = this.wrap(this.lastState(handled));
    this.state = 'stopped';
    this.incarnations.dispose();
    return envelope;
  }

  /** The state after the last frame that was handled. When it cannot be had any more, that of the last snapshot: what came since is lost, and shown. */
  private lastState(handled: readonly JournalEntry[]): Uint8Array {
    try {
      if (this.state !== 'running') {
        this.renew();
        for (const { frame, position } of handled) {
          const trap = this.enter(frame, frame.length, position);
          if (trap) throw trap;
        }
      }
      return this.incarnations.snapshot().slice();
    } catch (error) {
      const detail = `${this.name} has stopped without the state that this left: ${asTrap(error).message}`;
      for (const { frame } of handled) this.services.deadLetters.add('ended', detail, frame, 0, frame.length);
      return this.snapshots.last.bytes;
    }
  }
}
