/** What a VM says of an actor when it is asked. */
import type { ActorHealth } from '../../contract/control.js';
import type { VmName } from '../../contract/instance.js';
import type { ActorCore } from './actor-core.js';

export const healthOf = ({ name, state, gate, mailbox, snapshots, stats, incarnations }: ActorCore, vm: VmName): ActorHealth => ({
  actor: name,
  vm,
  state,
  epoch: gate.epoch,
  mailboxFrames: mailbox.frames(),
  mailboxBytes: mailbox.bytes,
  journalFrames: snapshots.framesSince,
  handled: stats.handled,
  memoryBytes: state === 'running' ? incarnations.memoryBytes : 0,
});
