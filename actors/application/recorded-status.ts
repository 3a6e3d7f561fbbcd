/** How the system is, for its recording: all of it at the beginning and with the states of the actors, and in between what has changed. */
import { changedSince, type PartyStatus, type SystemStatus, supervisorsOf } from '../../trace/status.js';
import type { StatusNoted } from '../../trace/step.js';
import type { SystemChange } from '../supervisor/change-feed.js';
import type { TraceSession } from '../supervisor/trace/trace-session.js';
import { actorStatuses, portStatuses, type SystemParts } from './system-parts.js';

/** Changes at which somebody may be otherwise than before. */
const TELLING: readonly SystemChange['type'][] = ['system', 'vm', 'actor', 'port', 'crash', 'poisoned', 'storage'];

export class RecordedStatus {
  private last: SystemStatus | null = null;
  private readonly unlisten: () => void;

  constructor(
    private readonly system: SystemParts,
    session: TraceSession,
    private readonly tell: (step: StatusNoted) => void,
  ) {
    this.unlisten = system.changes.onChange(({ type }) => {
      // A reader takes it for certain that a VM which is told to be lost has no more steps.
      if (type === 'vm') session.collect();
      if (TELLING.includes(type)) this.noteChanges();
    });
  }

  /** Notes all of it. */
  noteWhole(): void {
    this.last = this.present;
    this.note(true, this.last);
  }

  /** Notes what has changed since the last note; nothing before the first. */
  noteChanges(): void {
    const { last, present } = this;
    const changed = last && changedSince(last, present);
    if (!changed) return;
    this.last = present;
    this.note(changed.whole, changed.status);
  }

  end(): void {
    this.unlisten();
  }

  private note(whole: boolean, status: SystemStatus): void {
    this.tell({ type: 'status', vm: 'host', at: this.system.host.clock.nowMicros(), whole, status });
  }

  private get present(): SystemStatus {
    const { directory, changes, persistence, supervision } = this.system;
    const { tree, intensity, escalation } = supervision;
    return {
      state: changes.systemState,
      escalation,
      supervisors: supervisorsOf(tree, intensity),
      vms: directory.vms.statuses.map(({ vm, state, reason, failedOver }) => ({ vm, state, reason, failedOver })),
      actors: actorStatuses(this.system).map(({ actor, circuit, twin, ...party }) => ({ actor, ...partyOf(party), circuit, twin })),
      ports: portStatuses(this.system).map(({ port, ...party }) => ({ port, ...partyOf(party) })),
      persistent: persistence.statuses.map(({ actor, generation, failure }) => ({
        actor,
        generation,
        failure: failure && { code: failure.code },
      })),
    };
  }
}

/** What a recording has of an actor as of a port. */
const partyOf = ({ vm, state, condition, epoch, restarts, reason }: PartyStatus): PartyStatus => ({
  vm,
  state,
  condition,
  epoch,
  restarts,
  reason,
});
