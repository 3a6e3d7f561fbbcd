/**
 * How an actor outlives the loss of its VM, or goes on in another one: what is kept of it, as plain data, and what it has to know again
 * before anything is handled.
 *
 *   checkpoint ──> (the VM is lost) ──> remember ──> blame ──> the entries after the checkpoint, handled by its cell
 *   handOver ────> adopt: checkpoint.snapshot ── handled, again ──> the state it has now ── checkpoint.waiting ──> goes on
 */
import { hasSeen, noteSeen, pairsOf } from '../../../bus/seen.js';
import { framesIn } from '../../../protocol/frame.js';
import type { ActorCheckpoint, Handover } from '../../contract/checkpoint.js';
import type { Suspect } from '../../contract/progress.js';
import { type HangPlace, hangOf, NO_FRAME } from '../crash/deaths.js';
import type { ActorCore } from './actor-core.js';
import type { CellJournal, JournalEntry } from './cell-journal.js';

/** What the host keeps: the last snapshot, and everything that waits around it. */
export function checkpointOf({ name, factory, neededFrom, handledTo, digest, snapshots, seen, mailbox, gate }: ActorCore): ActorCheckpoint {
  return {
    actor: name,
    version: factory.version,
    position: neededFrom,
    snapshot: snapshots.last.bytes,
    sequence: snapshots.last.sequence,
    digest: snapshots.last.digest,
    handledTo: Math.max(handledTo, neededFrom),
    lastSequence: gate.sequence,
    lastDigest: digest,
    seen: pairsOf(seen),
    waiting: mailbox.contents,
    held: gate.held,
  };
}

/**
 * Restores what the actor had accepted. This comes before anybody sends, or the actor would accept frames again that it has handled; and
 * before it handles anything, or nobody would have the requests after one at which it ends. To be called when the requests of the
 * checkpoint are open again.
 */
export function remember(
  { address, runtime: { bus }, journal, handledTo, seen, mailbox, gate }: ActorCore,
  { waiting, held }: Pick<ActorCheckpoint, 'waiting' | 'held'> = { waiting: [], held: [] },
): void {
  const journaled: number[] = [];
  for (const { frame, poisoned } of journal.from(handledTo)) {
    noteSeen(journaled, frame, bus.kinds);
    noteSeen(seen, frame, bus.kinds);
    if (!poisoned) bus.router.acceptAgain(address, frame, 0);
  }
  for (const frame of waiting.flatMap(framesIn)) {
    const facts = bus.kinds.of(frame, 0);
    if (!facts || hasSeen(journaled, frame, bus.kinds)) continue;
    mailbox.offerForced(frame, 0, frame.length, facts);
    bus.router.acceptAgain(address, frame, 0);
  }
  gate.hold(held);
}

/**
 * The VM was lost at this actor: frames at which that happened too often are poison, and if no frame is to blame the actor is not entered
 * again. To be called before it goes on.
 */
export function blame(core: ActorCore, suspects: readonly Suspect[]): void {
  const { deaths, journal, runtime } = core;
  blameItself(core, suspects);
  for (const { suspect, frame, attempt } of deaths.attemptsOf(suspects, (each) => placeOf(each, journal))) {
    const [entry] = frame === null ? [] : journal.from(0).filter(({ position }) => position === frame);
    deaths.blame(frame ?? NO_FRAME, attempt);
    if (!deaths.isPoison && suspect.reported) continue;
    const report = deaths.hung(suspect, attempt, entry?.frame ?? null);
    runtime.crashes.begin(report);
    if (entry && deaths.isPoison) {
      runtime.bus.router.acceptAgain(core.address, entry.frame, 0);
      core.poison(entry, report);
    }
    if (!suspect.reported) runtime.tap.report({ type: 'hung', report });
  }
}

/**
 * The actor hung, or its thread ended, as it was made or saved. Either a frame has led to that state, which is found out, or the actor
 * itself is the reason.
 */
function blameItself(core: ActorCore, suspects: readonly Suspect[]): void {
  const { deaths, runtime } = core;
  core.probes = suspects.some(({ position, certain, hung }) => position < 0 || (hung && !certain));
  const itself = suspects.filter(({ position }) => position < 0);
  for (const [i, suspect] of itself.entries()) {
    const reason = `${suspect.reason}, as it was made, saved or restored`;
    deaths.blame(NO_FRAME, i + 1);
    if (deaths.isPoison) core.bar(hangOf(reason));
    if (suspect.reported) continue;
    const report = deaths.hung(suspect, i + 1, null, reason);
    runtime.crashes.begin(report);
    runtime.tap.report({ type: 'hung', report });
  }
}

/** Where in the journal that was. Saved, made or restored: any frame that was handled may have led to that. */
function placeOf({ position, index, certain }: Suspect, journal: CellJournal): HangPlace {
  const positions = (entries: readonly JournalEntry[]) => entries.map((entry) => entry.position);
  if (position < 0) return { frames: [], certain, led: positions(journal.from(0)) };
  return { frames: positions(certain ? journal.at(position, index) : journal.after(position, index)), certain };
}

/** Frames after the checkpoint that are poison: requesters of these may not have been told. */
export function poisonedFrames({ journal, snapshots }: ActorCore): readonly Uint8Array[] {
  return journal.poisonedSince(snapshots.last.position);
}

/** Makes it handle nothing more. What waits in its gate stays there. */
export function suspend(core: ActorCore): void {
  core.state = 'moving';
  core.gate.closed = true;
}

/** Takes no snapshot, since the actor might end at it. */
export function handOver(core: ActorCore): Handover {
  const { handled, left } = core.entriesSinceSnapshot();
  const kept = checkpointOf(core);
  return {
    ...kept,
    snapshot: kept.snapshot.slice(),
    waiting: [...left.map(({ frame }) => frame), ...kept.waiting.map((piece) => piece.slice())],
    held: [...kept.held],
    handled: handled.map(({ frame }) => frame),
    sent: core.sent.after(kept.sequence),
  };
}

/** Reaches the state that is handed over, and waits. @throws ActorTrap */
export function adopt(core: ActorCore, { waiting, held, handled, sent }: Handover): void {
  const { gate, snapshots, journal, incarnations, runtime } = core;
  suspend(core);
  runtime.bus.router.fence(core.address, gate.epoch, gate.sequence);
  core.renew();
  const entries = handled.map((frame) => ({ frame, position: journal.position, poisoned: false }));
  if (sent) {
    core.sent.restart(snapshots.last.sequence);
    core.sent.add(sent, 0, sent.length);
  }
  const failed = core.replay(entries);
  if (failed) throw failed.trap;
  const { digest } = core;
  snapshots.keep({ bytes: incarnations.snapshot(), sequence: gate.sequence, digest, position: journal.position }, () => 0);
  core.sent.restart(gate.sequence);
  remember(core, { waiting, held });
}

/** Makes it run here from now on. */
export function arrive(core: ActorCore): void {
  core.state = 'running';
  core.gate.closed = false;
  core.deaths.began();
}
