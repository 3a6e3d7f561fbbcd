/**
 * The life of one actor in a VM, from incarnation to incarnation.
 *
 *   mailbox --batch--> journal --> instance.handle --> gate
 *                                      |
 *                                    trap: what the frames before emitted leaves, the rest is withheld; state `restarting`
 *                                      |
 *   restart(epoch): new instance <-- snapshot <-- journal up to that frame (its output has left before: held back and compared)
 *                                      |
 *                                    that frame again; trapping twice makes it poison: a dead letter, and skipped
 *                                      |
 *                                    what was journaled after it, in order; then the mailbox again
 */

import { framesIn } from '../../../protocol/frame.js';
import { FRAME_BYTES_MAX } from '../../../protocol/limits.js';
import type { Epoch, Frame } from '../../../protocol/names.js';
import type { ActorCheckpoint } from '../../contract/checkpoint.js';
import type { Trial } from '../../contract/control.js';
import type { ActorFactory, ActorTrap } from '../../contract/instance.js';
import { NO_FRAME } from '../crash/deaths.js';
import { KeptActor } from './actor-recovery.js';
import type { JournalEntry } from './cell-journal.js';
import { asTrap } from './incarnations.js';
import { runTrial } from './rehearsal.js';

/** Frames taken from the mailbox at once: enough to justify a call into Wasm, few enough to look at the links in between. */
const BATCH_FRAMES_MAX = 256;
/** Bytes taken from the mailbox at once, unless the first frame alone is larger. */
const BATCH_BYTES = 64 * 1024;

/** Room for a journal entry besides its frames, generously. */
const JOURNAL_ENTRY_BYTES_MAX = 64;

export class ActorCell extends KeptActor {
  readonly goesOn = false;
  readonly stays = false;

  /** True when its next batch found no room in the journal. */
  private waitsForJournal = false;

  /**
   * True when the actor waits for others: two that wait for each other would do so for ever, also when one waits for room in the journal
   * that the other keeps full.
   */
  get blocked(): boolean {
    return this.gate.blocked || this.state === 'moving' || (this.waitsForJournal && this.runtime.durability.keepsRest);
  }

  /** Whether the rest of a batch waits for room. The journal has to keep that rest meanwhile. */
  get restWaits(): boolean {
    return this.rest.length > 0 && this.gate.blocked;
  }

  runnable(lane: number): boolean {
    return this.runs && !this.gate.blocked && (this.mailbox.frames(lane) > 0 || this.rest.length > 0);
  }

  peek(lane: number): Uint8Array {
    return this.rest[0]?.frame ?? this.mailbox.peek(lane);
  }

  /** Handles one batch of a lane. @returns frames taken; 0 when the journal has no room until another actor has restarted */
  handleBatch(lane: number, single: boolean): number {
    if (this.rest.length > 0) return this.handleRest();
    const bytesMax = Math.min(Math.max(BATCH_BYTES, this.mailbox.peekLength(lane)), FRAME_BYTES_MAX);
    // Making room takes a snapshot, and this incarnation may end at that.
    this.waitsForJournal = !this.runtime.durability.makeRoom(bytesMax + JOURNAL_ENTRY_BYTES_MAX);
    if (this.waitsForJournal || !this.runs) return 0;
    const scratch = this.runtime.roomFor(bytesMax);
    const length = this.mailbox.take(lane, scratch, 0, bytesMax, single || !this.incarnations.repeats ? 1 : BATCH_FRAMES_MAX);
    const frames = this.runtime.tap.taken(this.address, scratch, length);
    this.handleJournaled(this.journal.append(scratch, length), length, frames);
    return frames;
  }

  /** Handles the batch in the scratch buffer, whose entries start at journal position `from`. */
  private handleJournaled(from: number, length: number, frames: number): void {
    const { scratch, bus } = this.runtime;
    const { snapshots, incarnations, journal } = this;
    snapshots.begin(from);
    incarnations.armFault(frames, this.ordered);
    this.ordered = null;
    const started = bus.tap.now();
    const trap = this.enter(scratch, length, from);
    if (trap) {
      this.endBatch(trap, from, started);
      return;
    }
    const { left } = incarnations;
    if (left > 0) this.rest = journal.from(from).slice(frames - left);
    this.moveOn(scratch, frames - left, this.reached);
    this.noteSpent(started);
  }

  /** Journal position before which everything was handled. */
  private get reached(): number {
    return this.rest[0]?.position ?? this.journal.position;
  }

  private noteSpent(started: number): void {
    const { snapshots, incarnations } = this;
    const micros = this.finish(started);
    snapshots.spent(micros);
    incarnations.spent(micros);
    // What cannot be handled again must not have to be.
    if (snapshots.due || !incarnations.repeats) this.takeSnapshot();
  }

  /** What was entered is finished. @returns how long it took */
  private finish(started: number): number {
    const micros = this.runtime.tap.now() - started;
    this.runtime.tap.tell.done(this.address, micros);
    return micros;
  }

  /** Handles the next frame of a batch that ended early. @returns frames taken */
  private handleRest(): number {
    const [entry, ...rest] = this.rest;
    const started = this.runtime.tap.now();
    const trap = this.enter(entry.frame, entry.frame.length, entry.position);
    if (trap) {
      this.finish(started);
      this.endIncarnation(trap, entry);
      return 1;
    }
    this.rest = rest;
    this.moveOn(entry.frame, 1, this.reached);
    this.noteSpent(started);
    return 1;
  }

  /** Takes a snapshot when something was handled since the last one. */
  takeSnapshot(): void {
    const { snapshots, incarnations, gate, sent } = this;
    if (!this.runs || snapshots.framesSince === 0) return;
    const started = this.runtime.tap.now();
    let bytes: Uint8Array;
    try {
      bytes = incarnations.snapshot();
    } catch (error) {
      this.endAtSnapshot(asTrap(error));
      return;
    }
    snapshots.keep({ bytes, sequence: gate.sequence, digest: sent.digest, position: this.reached });
    snapshots.costMicros = this.runtime.tap.now() - started;
    this.settle();
    this.runtime.tap.tell.snapshot(this.address, this.snapshots.last.bytes, gate.sequence);
  }

  /** No snapshot can be taken of the present state: the last one is kept. One of the frames since then has led to that state. */
  private endAtSnapshot(trap: ActorTrap): void {
    const { handled } = this.entriesSinceSnapshot();
    this.probes = true;
    if (handled.length > 1) this.deaths.suspect(handled[0].position, this.handledTo);
    this.endIncarnation(trap, handled.length === 1 ? handled[0] : undefined);
  }

  /** A batch ended in a trap: the output of the frames before it leaves, the rest is withheld. */
  private endBatch(trap: ActorTrap, from: number, started: number): void {
    const entries = this.journal.from(from);
    if (!trap.certain) {
      this.deaths.suspect(from, this.journal.position);
      this.handledTo = from;
      this.finish(started);
      this.endIncarnation(trap);
      return;
    }
    const blamed: JournalEntry | undefined = entries[trap.handled];
    const handled = Math.min(trap.handled, entries.length);
    this.moveOn(this.runtime.scratch, handled, blamed?.position ?? this.journal.position);
    this.finish(started);
    this.endIncarnation(trap, blamed);
  }

  /** @param blamed none when no frame is to blame, or it is not known which one: then none is named */
  private endIncarnation(trap: ActorTrap, blamed?: JournalEntry): void {
    const { deaths } = this;
    this.state = 'restarting';
    this.rest = [];
    this.stats.traps++;
    this.incarnations.end();
    deaths.count(blamed?.position ?? NO_FRAME);
    const report = deaths.end(trap, blamed?.frame ?? null);
    if (blamed && deaths.isPoison) this.poison(blamed, report);
    deaths.keep(report, trap);
    if (report.restartsAs === 0) deaths.tell();
    else this.restartSoon();
  }

  private restartSoon(): void {
    this.runtime.restarts.add(this);
    this.runtime.bus.wake();
  }

  /** Restarts it if its permit still holds. Nobody waits for this. */
  restartByPermit(): void {
    const { restartsAs } = this.deaths;
    if (this.state !== 'restarting' || restartsAs !== this.gate.epoch + 1) return;
    this.beginAgain(restartsAs);
  }

  /**
   * Ends this incarnation for its supervisor, between two batches: no frame is to blame, and no permit restarts it.
   * @returns the last sequence that it sent
   */
  end(): number {
    if (this.runs) this.incarnations.end();
    this.deaths.over();
    this.deaths.callOffRestart();
    this.state = 'restarting';
    return this.gate.sequence;
  }

  checkRestart(epoch: Epoch): void {
    if (!this.hasRestartedAs(epoch)) this.deaths.checkNext(epoch);
  }

  restart(epoch: Epoch): void {
    if (!this.hasRestartedAs(epoch)) this.beginAgain(epoch);
  }

  /** Whether a permit has restarted it already, so that the call comes late. */
  private hasRestartedAs(epoch: Epoch): boolean {
    return this.runs && this.deaths.permit.lastSpent === epoch && this.gate.epoch === epoch;
  }

  private beginAgain(epoch: Epoch): void {
    this.deaths.over();
    this.beginAs(epoch);
    this.runtime.bus.router.fence(this.address, epoch, this.gate.sequence);
    this.recover();
  }

  beginAs(epoch: Epoch): void {
    this.gate.epoch = epoch;
    this.gate.closed = false;
  }

  /**
   * Starts from the last snapshot, and handles the entries of the journal after it again. On return the actor runs, or has ended again and
   * was reported.
   */
  recover(): void {
    this.rest = []; // what is left of a batch is in the journal
    try {
      this.renew();
      if (this.probes) this.incarnations.snapshot();
    } catch (error) {
      this.endIncarnation(asTrap(error));
      return;
    }
    const { handled, left } = this.entriesSinceSnapshot();
    const failed = this.replay(handled);
    if (failed) {
      this.endIncarnation(failed.trap, failed.entry);
      return;
    }
    this.state = 'running';
    this.deaths.began();
    this.goOn(left);
  }

  /** Handles what was journaled and not handled, from the frame on at which it ended. */
  private goOn(entries: readonly JournalEntry[]): void {
    this.runtime.tap.progress.again();
    for (const [i, entry] of entries.entries()) {
      const { frame, position } = entry;
      this.runtime.bus.router.acceptAgain(this.address, frame, 0);
      const started = this.runtime.tap.now();
      const trap = this.enter(frame, frame.length, position);
      if (!trap) this.moveOn(frame, 1, entries[i + 1]?.position ?? this.journal.position);
      this.finish(started);
      if (trap) {
        this.endIncarnation(trap, entry);
        return;
      }
      const failed = this.probe(entry, { sequence: this.gate.sequence, digest: this.sent.digest, position: this.handledTo });
      if (failed) {
        this.endIncarnation(failed, entry);
        return;
      }
    }
    this.withdrawAgain(entries);
    this.snapshots.framesSince = Math.max(this.snapshots.framesSince, 1);
    this.handledTo = this.journal.position;
    this.takeSnapshot();
  }

  /** A request that is being worked on again may have been withdrawn since it was journaled: the withdrawal waits in the mailbox. */
  private withdrawAgain(entries: readonly JournalEntry[]): void {
    const { kinds, router } = this.runtime.bus;
    if (!entries.some(({ frame }) => kinds.of(frame, 0)?.role === 'request')) return;
    for (const frame of this.mailbox.contents.flatMap(framesIn)) {
      if (kinds.of(frame, 0)?.role === 'withdrawal') router.acceptAgain(this.address, frame, 0);
    }
  }

  /**
   * What the host keeps of this actor. The actor may end as it writes its snapshot: then the last one is kept, and the entries after it.
   */
  checkpoint(): ActorCheckpoint {
    this.takeSnapshot();
    return this.kept;
  }

  /** It belongs to another VM now. */
  dispose(): void {
    this.deaths.over();
    this.incarnations.dispose();
  }

  /** Does nothing: frames that have arrived are handled as soon as the actor runs. */
  open(): void {}

  /** Does nothing: the state is in the checkpoints. */
  close(): void {}

  get spareIsDue(): boolean {
    return this.runs && this.incarnations.spareIsDue(this.snapshots.last);
  }

  prepareSpare(): void {
    this.incarnations.prepareSpare(this.snapshots.last);
  }

  /** A snapshot of what it is now, valid until the next; null when it does not run. */
  get settled(): Uint8Array | null {
    this.takeSnapshot();
    return this.runs ? this.snapshots.last.bytes : null;
  }

  /** @throws Error when it waits for its restart */
  savedState(): Uint8Array {
    return this.wrap(this.presentState());
  }

  private presentState(): Uint8Array {
    this.takeSnapshot();
    this.assertRunning();
    return this.snapshots.last.bytes;
  }

  /**
   * Goes on as another implementation, in the state of now: what has been handled is not handled again.
   * @throws Error when it waits for its restart, or its state does not fit; then it goes on as it is
   */
  replace(factory: ActorFactory): void {
    this.presentState();
    this.incarnations.replace(factory, this.snapshots.last);
  }

  private assertRunning(): void {
    if (!this.runs) throw new Error(`${this.name} has ended and waits for its restart`);
  }

  /** Shows what a frame would do now. @throws Error when the actor waits for its restart */
  tryFrame(frame: Frame): Promise<Trial> {
    return runTrial(this.incarnations.factory, this.spec.options, this.presentState(), frame, this.runtime.bus.kinds);
  }

  /** Handles a poison frame, out of order. It is journaled at once, so it is handled once. @throws Error when that is impossible now */
  deliverAgain(frame: Frame): void {
    this.assertRunning();
    if (this.rest.length > 0) throw new Error(`${this.name} is at a batch that goes on as its output leaves`);
    if (!this.runtime.durability.makeRoom(frame.length + JOURNAL_ENTRY_BYTES_MAX)) throw new Error('the journal has no room for it now');
    this.runtime.bus.router.acceptAgain(this.address, frame, 0);
    const scratch = this.runtime.roomFor(frame.length);
    scratch.set(frame);
    this.handleJournaled(this.journal.append(scratch, frame.length), frame.length, 1);
  }

  /** Ends the actor for good: frames that wait for it become dead letters. @returns its last saved state */
  stop(): Uint8Array {
    this.deaths.callOffRestart();
    const { handled, left } = this.entriesSinceSnapshot();
    this.bury(left.map(({ frame }) => frame));
    const savedState = this.wrap(this.lastState(handled));
    this.deaths.over();
    this.state = 'stopped';
    this.incarnations.dispose();
    return savedState;
  }

  /**
   * The state after the last frame that was handled. If that is not available any more, the state of the last snapshot: what came since is
   * lost, and shown.
   */
  private lastState(handled: readonly JournalEntry[]): Uint8Array {
    try {
      if (!this.runs) {
        this.renew();
        const failed = this.replay(handled);
        if (failed) throw failed.trap;
      }
      return this.incarnations.snapshot().slice();
    } catch (error) {
      const detail = `${this.name} has stopped without the state that this left: ${asTrap(error).message}`;
      for (const { frame } of handled) this.runtime.tap.rejected('ended', detail, frame, 0, frame.length);
      return this.snapshots.last.bytes;
    }
  }
}
