/**
 * What goes with an actor from one VM to another: all that its cell and its VM's ledger know of it, as plain data. The bytes are copies.
 *
 *   checkpoint.snapshot ── handled, again ──> the state it has now ── checkpoint.waiting ──> goes on
 */
import type { Handover } from '../../contract/handover.js';
import type { ActorCore } from './actor-core.js';
import { checkpointOf, remember } from './cell-recovery.js';

/** It handles nothing more, and what waits in its gate stays there. */
export function suspend(core: ActorCore): void {
  core.state = 'moving';
  core.gate.closed = true;
}

/** It takes no snapshot, at which the actor might end. */
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

/** Comes to the state that is handed over, and waits. @throws ActorTrap */
export function adopt(core: ActorCore, { waiting, held, handled, sent }: Handover): void {
  const { gate, snapshots, journal, incarnations, services } = core;
  suspend(core);
  services.router.fence(core.address, gate.epoch, gate.sequence);
  core.renew();
  const entries = handled.map((frame) => ({ frame, position: journal.position, poisoned: false }));
  if (sent) {
    core.sent.restart(snapshots.last.sequence);
    core.sent.add(sent, 0, sent.length);
  }
  const failed = core.replay(entries, snapshots.last);
  if (failed) throw failed.trap;
  const { digest } = core;
  snapshots.keep({ bytes: incarnations.snapshot(), sequence: gate.sequence, digest, position: journal.position }, () => 0);
  core.sent.restart(gate.sequence);
  remember(core, { waiting, held });
}

/** It runs here from now on. */
export function arrive(core: ActorCore): void {
  core.state = 'running';
  core.gate.closed = false;
}
