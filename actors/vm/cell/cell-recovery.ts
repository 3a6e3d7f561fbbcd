/**
 * How an actor outlives the loss of its VM: what the host keeps of it, and what of that it knows again before anything is handled.
 *
 *   checkpoint ──> (the VM is lost) ──> remember ──> blame ──> the entries behind the checkpoint, handled by its cell
 */
import { hasSeen, noteSeen, pairsOf } from '../../../bus/seen.js';
import { framesIn } from '../../../protocol/frame.js';
import type { ActorCheckpoint } from '../../contract/checkpoint.js';
import { ActorTrap } from '../../contract/instance.js';
import { Hang, type Suspect } from '../../contract/suspect.js';
import type { ActorCore } from './actor-core.js';
import { hangTries } from './hang-tries.js';

/** What the host keeps: the last snapshot, and what waits around it. */
export function checkpointOf({ name, neededFrom, handledTo, digest, snapshots, seen, mailbox, gate }: ActorCore): ActorCheckpoint {
  return {
    actor: name,
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
 * Knows again what it had accepted: before anybody sends, or it would take again what it has handled; and before it handles anything, or
 * the requests behind one at which it ends would be in nobody's hands. To be called when the requests of the checkpoint are open again.
 */
export function remember(
  { address, services: { kinds, router }, journal, handledTo, seen, mailbox, gate }: ActorCore,
  { waiting, held }: Pick<ActorCheckpoint, 'waiting' | 'held'> = { waiting: [], held: [] },
): void {
  const journaled: number[] = [];
  for (const { frame, poisoned } of journal.from(handledTo)) {
    noteSeen(journaled, frame, kinds);
    noteSeen(seen, frame, kinds);
    if (!poisoned) router.acceptAgain(address, frame, 0);
  }
  for (const frame of waiting.flatMap(framesIn)) {
    const facts = kinds.of(frame, 0);
    if (!facts || hasSeen(journaled, frame, kinds)) continue;
    mailbox.offerForced(frame, 0, frame.length, facts);
    router.acceptAgain(address, frame, 0);
  }
  gate.hold(held);
}

/** The VM was lost at this actor: frames at which it was so too often are given up, and so is an actor for which no frame is to blame. To be called before it goes on. */
export function blame(core: ActorCore, suspects: readonly Suspect[]): void {
  const { ends, journal, services } = core;
  blameItself(core, suspects);
  for (const { suspect, entry, attempt } of hangTries(journal, suspects)) {
    ends.blame(entry?.position ?? -1, attempt);
    if (!ends.hopeless && suspect.reported) continue;
    const report = ends.report(new ActorTrap(0, new Hang(suspect.reason)), entry?.frame ?? null, 0, formerEpochOf(core));
    if (entry && ends.hopeless) {
      services.router.acceptAgain(core.address, entry.frame, 0);
      core.poison(entry, report);
    }
    if (!suspect.reported) services.tap.hung(report);
  }
}

/** It hung, or its thread ended, as it was made or saved: at a state that a frame may have brought about, which is found out; or at none, which is the actor itself. */
function blameItself(core: ActorCore, suspects: readonly Suspect[]): void {
  const { ends, services } = core;
  core.probes = suspects.some(({ position, certain, hung }) => position < 0 || (hung && !certain));
  const itself = suspects.filter(({ position }) => position < 0);
  for (const [i, { reason, reported }] of itself.entries()) {
    const hang = new ActorTrap(0, new Hang(`${reason}, as it was made, saved or restored`));
    ends.blame(-1, i + 1);
    if (ends.hopeless) core.bar(hang);
    if (!reported) services.tap.hung(ends.report(hang, null, 0, formerEpochOf(core)));
  }
}

/** Of the incarnation that went down with its VM. */
const formerEpochOf = ({ gate }: ActorCore): number => gate.epoch - 1;

/** Frames behind the checkpoint that were given up: who asked with one of them may not have been told. */
export function poisonedFrames({ journal, snapshots }: ActorCore): readonly Uint8Array[] {
  return journal.poisonedSince(snapshots.last.position);
}
