/**
 * How an actor outlives the loss of its VM, or goes on in another one: what is kept of it, as plain data, and what it has to know again
 * before anything is handled. Its life between is on top (actor-cell.ts).
 *
 *   checkpoint ──> (the VM is lost) ──> remember ──> blame ──> the entries after the checkpoint, handled by its cell
 *   handOver ────> adopt: checkpoint.snapshot ── handled, again ──> the state it has now ── checkpoint.waiting ──> goes on
 */
import { hasSeen, noteSeen, pairsOf } from '../../../bus/seen.js';
import { framesIn } from '../../../protocol/frame.js';
import type { ActorCheckpoint, Handover } from '../../contract/checkpoint.js';
import type { Suspect } from '../../contract/progress.js';
import { type HangPlace, hangOf, NO_FRAME } from '../crash/deaths.js';
import { ActorCore } from './actor-core.js';
import type { CellJournal, JournalEntry } from './cell-journal.js';

export abstract class KeptActor extends ActorCore {
  /** What the host keeps: the last snapshot, and everything that waits around it. */
  protected get kept(): ActorCheckpoint {
    const { neededFrom, snapshots, gate } = this;
    return {
      actor: this.name,
      version: this.incarnations.factory.version,
      position: neededFrom,
      snapshot: snapshots.last.bytes,
      sequence: snapshots.last.sequence,
      digest: snapshots.last.digest,
      handledTo: Math.max(this.handledTo, neededFrom),
      lastSequence: gate.sequence,
      lastDigest: this.sent.digest,
      seen: pairsOf(this.seen),
      waiting: this.mailbox.contents,
      held: gate.held,
    };
  }

  /**
   * Restores what the actor had accepted. This comes before anybody sends, or the actor would accept frames again that it has handled; and
   * before it handles anything, or nobody would have the requests after one at which it ends. To be called when the requests of the
   * checkpoint are open again.
   */
  remember({ waiting, held }: Pick<ActorCheckpoint, 'waiting' | 'held'> = { waiting: [], held: [] }): void {
    const { kinds, router } = this.runtime.bus;
    const journaled: number[] = [];
    for (const { frame, poisoned } of this.journal.from(this.handledTo)) {
      noteSeen(journaled, frame, kinds);
      noteSeen(this.seen, frame, kinds);
      if (!poisoned) router.acceptAgain(this.address, frame, 0);
    }
    for (const frame of waiting.flatMap(framesIn)) {
      const facts = kinds.of(frame, 0);
      if (!facts || hasSeen(journaled, frame, kinds)) continue;
      this.mailbox.offer(frame, 0, frame.length, facts, null, undefined, true);
      router.acceptAgain(this.address, frame, 0);
    }
    this.gate.hold(held);
  }

  /** Frames at which the VM was lost too often are poison, and if no frame is to blame the actor is not entered again. */
  blame(suspects: readonly Suspect[]): void {
    const { deaths, journal, runtime } = this;
    this.blameItself(suspects);
    for (const { suspect, frame, attempt } of deaths.attemptsOf(suspects, (each) => placeOf(each, journal))) {
      const [entry] = frame === null ? [] : journal.from(0).filter(({ position }) => position === frame);
      deaths.blame(frame ?? NO_FRAME, attempt);
      if (!deaths.isPoison && suspect.reported) continue;
      const report = deaths.hung(suspect, attempt, entry?.frame ?? null);
      runtime.crashes.begin(report);
      if (entry && deaths.isPoison) {
        runtime.bus.router.acceptAgain(this.address, entry.frame, 0);
        this.poison(entry, report);
      }
      if (!suspect.reported) runtime.tap.report({ type: 'hung', report });
    }
  }

  /**
   * The actor hung, or its thread ended, as it was made or saved. Either a frame has led to that state, which is found out, or the actor
   * itself is the reason.
   */
  private blameItself(suspects: readonly Suspect[]): void {
    const { deaths, runtime } = this;
    this.probes = suspects.some(({ position, certain, hung }) => position < 0 || (hung && !certain));
    const itself = suspects.filter(({ position }) => position < 0);
    for (const [i, suspect] of itself.entries()) {
      const reason = `${suspect.reason}, as it was made, saved or restored`;
      deaths.blame(NO_FRAME, i + 1);
      if (deaths.isPoison) this.barred = hangOf(reason);
      if (suspect.reported) continue;
      const report = deaths.hung(suspect, i + 1, null, reason);
      runtime.crashes.begin(report);
      runtime.tap.report({ type: 'hung', report });
    }
  }

  /** Frames after the checkpoint that are poison: requesters of these may not have been told. */
  get poisonedFrames(): readonly Uint8Array[] {
    return this.journal.poisonedSince(this.snapshots.last.position);
  }

  /** Makes it handle nothing more. What waits in its gate stays there. */
  suspend(): void {
    this.state = 'moving';
    this.gate.closed = true;
  }

  /** Everything of it. Takes no snapshot, since the actor might end at it. @throws Error when it is not suspended */
  handOver(): Handover {
    if (this.state !== 'moving') throw new Error(`${this.name} is not suspended`);
    const { handled, left } = this.entriesSinceSnapshot();
    const { kept } = this;
    return {
      ...kept,
      snapshot: kept.snapshot.slice(),
      waiting: [...left.map(({ frame }) => frame), ...kept.waiting.map((piece) => piece.slice())],
      held: [...kept.held],
      handled: handled.map(({ frame }) => frame),
      sent: this.sent.after(kept.sequence),
    };
  }

  /** Reaches the state that is handed over, and waits for `arrive`. @throws ActorTrap */
  adopt({ waiting, held, handled, sent }: Handover): void {
    const { gate, snapshots, journal, incarnations } = this;
    this.suspend();
    this.runtime.bus.router.fence(this.address, gate.epoch, gate.sequence);
    this.renew();
    const entries = handled.map((frame) => ({ frame, position: journal.position, poisoned: false }));
    if (sent) this.sent.resume(snapshots.last.sequence, sent);
    const failed = this.replay(entries);
    if (failed) throw failed.trap;
    snapshots.keep({ bytes: incarnations.snapshot(), sequence: gate.sequence, digest: this.sent.digest, position: journal.position });
    this.sent.restart(gate.sequence);
    this.remember({ waiting, held });
  }

  /** Makes it run here from now on. */
  arrive(): void {
    this.state = 'running';
    this.gate.closed = false;
    this.deaths.began();
  }
}

/** Where in the journal that was. Saved, made or restored: any frame that was handled may have led to that. */
function placeOf({ position, index, certain }: Suspect, journal: CellJournal): HangPlace {
  const positions = (entries: readonly JournalEntry[]) => entries.map((entry) => entry.position);
  if (position < 0) return { frames: [], certain, led: positions(journal.from(0)) };
  return { frames: positions(journal.within(position, index, !certain)), certain };
}
