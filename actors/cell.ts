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
import type { LocalTarget } from '../bus/router.js';
import { hasSeen, noteSeen } from '../bus/seen.js';
import { frameLength, KIND_OFFSET, readU16, SOURCE_OFFSET } from '../protocol/frame.js';
import { FRAME_BYTES_MAX, REPLAY_FRAMES_MAX, REPLAY_MICROS_MAX, SNAPSHOT_SHARE_MAX } from '../protocol/limits.js';
import type { PartySchema } from '../protocol/schema.js';
import type { CellServices } from './cell-services.js';
import type { ActorCheckpoint } from './checkpoint.js';
import type { ActorHealth, CrashReport, SpawnOrder } from './control.js';
import { crashReport } from './crash-report.js';
import { decodeEnvelope, encodeEnvelope } from './envelope.js';
import { firstSequenceOf, Gate } from './gate.js';
import { type ActorFactory, type ActorInstance, type ActorOptions, ActorTrap } from './instance.js';
import { markedPosition, poisonMark } from './poison-mark.js';

/** Frames taken from the mailbox at once: enough to pay for a call into Wasm, few enough to look at the links in between. */
const BATCH_FRAMES_MAX = 256;
/** Bytes taken from the mailbox at once, unless the first frame alone is larger. */
const BATCH_BYTES = 64 * 1024;

/** A frame is tried again once: a trap of the moment passes, a frame that traps twice is poison. */
const TRIES_MAX = 2;

/** What a journal entry takes besides its frames, generously. */
const JOURNAL_ENTRY_BYTES_MAX = 64;

interface JournalEntry {
  readonly position: number;
  readonly frame: Uint8Array;
}

export interface CellStats {
  traps: number;
  replayed: number;
  divergent: number;
  handled: number;
}

interface Snapshot {
  readonly bytes: Uint8Array;
  readonly sequence: number;
  /** Digest of all that was sent before it. */
  readonly digest: number;
  /** Journal position from which the entries are not in it; later than it was taken when this actor had none in between. */
  position: number;
}

export class ActorCell implements LocalTarget {
  readonly mailbox = new Mailbox();
  readonly seen: number[];
  readonly gate: Gate;
  readonly stats: CellStats = { traps: 0, replayed: 0, divergent: 0, handled: 0 };
  state: ActorHealth['state'] = 'running';
  private instance: ActorInstance;
  private readonly options: ActorOptions;
  private snapshot: Snapshot;
  /** Journal position of the first entry that has not been handled. */
  private handledTo: number;
  /** Digest of all that has left the gate, to compare a replay with. */
  private digest = 0;
  private framesSinceSnapshot = 0;
  private microsSinceSnapshot = 0;
  private snapshotMicros = 0;
  private kept = new Uint8Array(0);
  /** Journal position of the entry that ended the last incarnation, and how often it has. */
  private culprit = -1;
  private attempts = 0;
  private readonly poison: Set<number>;
  private crashNext = false;

  constructor(
    private readonly factory: ActorFactory,
    order: SpawnOrder,
    private readonly services: CellServices,
    /** Of the incarnation that was lost with its VM: `recover` goes on from there. */
    former?: ActorCheckpoint,
  ) {
    this.gate = new Gate(factory.schema.address, services);
    this.gate.epoch = order.epoch;
    this.options = order.options;
    this.instance = factory.create(order.options);
    const envelope = former ?? (order.snapshot && decodeEnvelope(order.snapshot));
    this.seen = envelope ? [...envelope.seen] : [];
    this.gate.sequence = envelope?.sequence ?? firstSequenceOf(order.epoch);
    if (envelope) this.instance.restore(envelope.snapshot);
    this.handledTo = former?.position ?? services.journal.position;
    this.poison = new Set(former?.poison);
    this.snapshot = { bytes: this.keep(this.instance.snapshot()), sequence: this.gate.sequence, digest: 0, position: this.handledTo };
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
    return this.gate.blocked;
  }

  runnable(lane: number): boolean {
    return this.state === 'running' && !this.gate.blocked && this.mailbox.frames(lane) > 0;
  }

  /** Journal position before which this cell needs nothing. */
  get neededFrom(): number {
    return this.framesSinceSnapshot === 0 && this.state !== 'restarting' ? this.services.journal.position : this.snapshot.position;
  }

  /** Handles one batch of a lane. @returns frames taken; 0 when the journal has no room until another actor has restarted */
  handleBatch(lane: number): number {
    const { scratch, journal } = this.services;
    const bytesMax = Math.min(Math.max(BATCH_BYTES, this.mailbox.peekLength(lane)), FRAME_BYTES_MAX);
    // Making room takes a snapshot, at which this incarnation may end.
    if (!this.services.makeRoom(bytesMax + JOURNAL_ENTRY_BYTES_MAX) || this.state !== 'running') return 0;
    const length = this.mailbox.take(lane, scratch, 0, bytesMax, BATCH_FRAMES_MAX);
    const from = journal.position;
    journal.appendBatch(this.address, scratch, 0, length);
    return this.handleJournaled(from, length);
  }

  /** Handles the batch in the scratch buffer, whose entries start at journal position `from`. */
  private handleJournaled(from: number, length: number): number {
    if (this.framesSinceSnapshot === 0) this.snapshot.position = from;
    const { scratch } = this.services;
    const frames = this.countHandled(scratch, length);
    const fault = this.crashNext ? 0 : this.services.drawFault(frames);
    this.crashNext = false;
    if (fault >= 0) this.instance.armFault(fault);
    const started = this.services.now();
    this.services.sample(scratch, length, started);
    try {
      this.instance.handle(scratch, 0, length);
    } catch (error) {
      this.endBatch(asTrap(error), from);
      return frames;
    }
    this.framesSinceSnapshot += frames;
    this.stats.handled += frames;
    this.handledTo = this.services.journal.position;
    this.reportMalformed(scratch, frames);
    this.releaseOutput();
    const micros = this.services.now() - started;
    this.microsSinceSnapshot += micros;
    this.services.spent(micros);
    if (this.replayIsLong) this.takeSnapshot();
    return frames;
  }

  private countHandled(bytes: Uint8Array, length: number): number {
    let frames = 0;
    for (let at = 0; at < length; at += frameLength(bytes, at)) {
      this.services.handled.add(readU16(bytes, at + SOURCE_OFFSET), this.address);
      frames++;
    }
    return frames;
  }

  private releaseOutput(): void {
    const { bytes, start, end } = this.instance.output;
    if (start === end) return;
    this.digest = frameDigest(this.digest, bytes, start, end);
    this.gate.release(bytes, start, end);
  }

  /** @param frames of the batch that were handled: one at which the actor trapped will be handled again, and reported then */
  private reportMalformed(bytes: Uint8Array, frames: number): void {
    for (const { frame, error } of this.instance.malformed) {
      if (frame >= frames) break;
      let at = 0;
      for (let i = 0; i < frame; i++) at += frameLength(bytes, at);
      this.services.router.reject('undecodable', error.message, bytes, at);
    }
  }

  /** The time of a recovery is bounded by frames, and by the work they were; a snapshot in turn must not cost more than it saves. */
  private get replayIsLong(): boolean {
    return (
      this.framesSinceSnapshot >= REPLAY_FRAMES_MAX ||
      this.microsSinceSnapshot >= Math.max(REPLAY_MICROS_MAX, this.snapshotMicros * SNAPSHOT_SHARE_MAX)
    );
  }

  /** Copies a snapshot over the last one: memory that is used again costs a fraction of new memory. */
  private keep(snapshot: Uint8Array): Uint8Array {
    if (snapshot.length > this.kept.length) this.kept = new Uint8Array(2 * snapshot.length);
    this.kept.set(snapshot);
    return this.kept.subarray(0, snapshot.length);
  }

  takeSnapshot(): void {
    if (this.state !== 'running' || this.framesSinceSnapshot === 0) return;
    const started = this.services.now();
    let bytes: Uint8Array;
    try {
      bytes = this.keep(this.instance.snapshot());
    } catch (error) {
      this.endIncarnation(asTrap(error));
      return;
    }
    this.snapshot = {
      bytes,
      sequence: this.gate.sequence,
      digest: this.digest,
      position: this.services.journal.position,
    };
    this.snapshotMicros = this.services.now() - started;
    this.framesSinceSnapshot = 0;
    this.microsSinceSnapshot = 0;
    this.poison.clear();
  }

  /** Own journal entries from a position on, with copies of their frames: the journal may wrap while they are handled. */
  private entriesFrom(from: number): JournalEntry[] {
    const entries: JournalEntry[] = [];
    this.services.journal.read(from, (actor, bytes, at, length, position) => {
      if (actor !== this.address) return;
      const marked = markedPosition(bytes, at, length);
      if (marked >= 0) this.poison.add(marked);
      else entries.push({ position, frame: bytes.slice(at, at + length) });
    });
    return entries;
  }

  /** A batch ended in a trap: what the frames before the culprit emitted leaves, the rest is withheld. */
  private endBatch(trap: ActorTrap, from: number): void {
    const entries = this.entriesFrom(from);
    const culprit: JournalEntry | undefined = entries[trap.handled];
    const handled = Math.min(trap.handled, entries.length);
    this.stats.handled += handled;
    this.framesSinceSnapshot += handled;
    this.handledTo = culprit?.position ?? this.services.journal.position;
    this.reportMalformed(this.services.scratch, handled);
    this.releaseOutput();
    this.endIncarnation(trap, culprit);
  }

  /** @param culprit none when it ended behind a frame, as it wrote its snapshot: that is no frame's fault, and the last one is named */
  private endIncarnation(trap: ActorTrap, culprit?: JournalEntry): void {
    this.state = 'restarting';
    this.stats.traps++;
    this.instance.dispose();
    this.attempts = culprit && culprit.position === this.culprit ? this.attempts + 1 : 1;
    this.culprit = culprit?.position ?? -1;
    const { frame } = culprit ?? (this.entriesFrom(this.snapshot.position).at(-1) as JournalEntry);
    const { vm, kinds, trace, now } = this.services;
    const report = crashReport({
      actor: this.name,
      vm,
      epoch: this.gate.epoch,
      lastSequence: this.gate.sequence,
      trap,
      frame,
      attempt: this.attempts,
      at: now(),
      kinds,
      trace,
    });
    if (culprit && this.attempts >= TRIES_MAX) this.giveUp(culprit, report);
    this.services.events.ended(report);
  }

  /** The culprit trapped on its retry as well: it goes to the dead letters, and the actor goes on from the state before it. */
  private giveUp({ position, frame }: JournalEntry, report: CrashReport): void {
    this.poison.add(position);
    const mark = poisonMark(position);
    this.services.journal.append(this.address, mark, 0, mark.length);
    this.services.router.reject('poisoned', report.reason, frame, 0);
    this.services.events.poisoned(report);
  }

  /** Starts the next incarnation. On return the actor is running, or has ended again and was reported. */
  restart(epoch: number): void {
    this.gate.epoch = epoch;
    this.services.router.fence(this.address, epoch, this.gate.sequence);
    const { handled, left } = this.entriesSinceSnapshot();
    this.renew();
    if (!this.replay(handled)) return;
    this.state = 'running';
    this.goOn(left);
  }

  private renew(): void {
    this.instance = this.factory.create(this.options);
    this.instance.restore(this.snapshot.bytes);
  }

  private entriesSinceSnapshot(): { readonly handled: readonly JournalEntry[]; readonly left: readonly JournalEntry[] } {
    const entries = this.entriesFrom(this.snapshot.position).filter(({ position }) => !this.poison.has(position));
    const handled = entries.filter(({ position }) => position < this.handledTo);
    return { handled, left: entries.slice(handled.length) };
  }

  /** Handles again what was handled before; its output has left, so it is held back and compared. @returns false when it trapped */
  private replay(entries: readonly JournalEntry[]): boolean {
    let { digest, sequence } = this.snapshot;
    for (const entry of entries) {
      if (!this.tryFrame(entry)) return false;
      const { bytes, start, end } = this.instance.output;
      digest = frameDigest(digest, bytes, start, end);
      for (let at = start; at < end; at += frameLength(bytes, at)) sequence++;
    }
    this.stats.replayed += entries.length;
    if (digest !== this.digest || sequence !== this.gate.sequence) this.stats.divergent++;
    return true;
  }

  private tryFrame(entry: JournalEntry): boolean {
    try {
      this.instance.handle(entry.frame, 0, entry.frame.length);
      return true;
    } catch (error) {
      this.endIncarnation(asTrap(error), entry);
      return false;
    }
  }

  /** Handles what was journaled behind the culprit but not handled, the culprit first. */
  private goOn(entries: readonly JournalEntry[]): void {
    for (let i = 0; i < entries.length; i++) {
      this.services.router.acceptAgain(this.address, entries[i].frame, 0);
      if (!this.tryFrame(entries[i])) return;
      this.stats.handled++;
      this.framesSinceSnapshot++;
      this.handledTo = i + 1 < entries.length ? entries[i + 1].position : this.services.journal.position;
      this.reportMalformed(entries[i].frame, 1);
      this.releaseOutput();
    }
    this.framesSinceSnapshot = Math.max(this.framesSinceSnapshot, 1);
    this.handledTo = this.services.journal.position;
    this.takeSnapshot();
  }

  /** What the host keeps of this actor. It may end as it writes its snapshot; the last one is kept then, and the entries behind it. */
  checkpoint(): ActorCheckpoint {
    this.takeSnapshot();
    const waiting: Uint8Array[] = [];
    this.mailbox.read((bytes, at, length) => waiting.push(bytes.slice(at, at + length)));
    return {
      actor: this.name,
      position: this.neededFrom,
      snapshot: this.snapshot.bytes,
      sequence: this.snapshot.sequence,
      seen: fill(this.seen),
      poison: [...this.poison],
      waiting,
      held: this.gate.held,
    };
  }

  /** Knows again what it had accepted: before anybody sends, or it would take again what it has handled. */
  remember({ waiting, held }: ActorCheckpoint): void {
    const { kinds } = this.services;
    const journaled: number[] = [];
    for (const { frame } of this.entriesFrom(this.handledTo)) {
      noteSeen(journaled, frame, kinds);
      noteSeen(this.seen, frame, kinds);
    }
    for (const frame of waiting) {
      const facts = kinds.get(readU16(frame, KIND_OFFSET));
      if (facts && !hasSeen(journaled, frame, kinds)) this.mailbox.offerForced(frame, 0, frame.length, facts);
    }
    this.gate.hold(held);
  }

  /** Handles what the journal has behind the checkpoint. On return the actor is running, or has ended again and was reported. */
  recover(): void {
    this.goOn(this.entriesSinceSnapshot().left);
  }

  /** Makes the handler of the next frame trap. */
  crash(): void {
    this.crashNext = true;
  }

  /** @throws Error when it waits for its restart */
  envelope(): Uint8Array {
    this.takeSnapshot();
    if (this.state !== 'running') throw new Error(`${this.name} has ended and waits for its restart`);
    return this.wrap(this.snapshot.bytes);
  }

  private wrap(snapshot: Uint8Array): Uint8Array {
    return encodeEnvelope({ sequence: this.gate.sequence, seen: fill(this.seen), snapshot });
  }

  /** Ends the actor for good: what waits for it becomes dead letters. @returns its last envelope */
  stop(): Uint8Array {
    const bury = (bytes: Uint8Array, at: number, length: number) =>
      this.services.deadLetters.add('ended', `${this.name} has stopped`, bytes, at, length);
    const { handled, left } = this.entriesSinceSnapshot();
    for (const { frame } of left) bury(frame, 0, frame.length);
    this.mailbox.clear(bury);
    const envelope = this.wrap(this.lastState(handled));
    this.state = 'stopped';
    this.instance.dispose();
    return envelope;
  }

  /** The state after the last frame that was handled. When it cannot be had any more, that of the last snapshot: what came since is lost, and shown. */
  private lastState(handled: readonly JournalEntry[]): Uint8Array {
    try {
      if (this.state === 'restarting') {
        this.renew();
        for (const { frame } of handled) this.instance.handle(frame, 0, frame.length);
      }
      return this.instance.snapshot().slice();
    } catch (error) {
      const detail = `${this.name} has stopped without the state that this left: ${asTrap(error).message}`;
      for (const { frame } of handled) this.services.deadLetters.add('ended', detail, frame, 0, frame.length);
      return this.snapshot.bytes;
    }
  }

  health(): ActorHealth {
    return {
      actor: this.name,
      vm: this.services.vm,
      state: this.state,
      epoch: this.gate.epoch,
      mailboxFrames: this.mailbox.frames(),
      mailboxBytes: this.mailbox.bytes,
      journalFrames: this.framesSinceSnapshot,
      handled: this.stats.handled,
      memoryBytes: this.state === 'running' ? this.instance.memoryBytes : 0,
    };
  }
}

const asTrap = (error: unknown): ActorTrap => (error instanceof ActorTrap ? error : new ActorTrap(0, error));

/** A sparse list has holes where MessagePack wants numbers. */
const fill = (seen: readonly number[]): number[] => Array.from({ length: seen.length }, (_, i) => seen[i] ?? 0);
