/**
 * What the VMs report unasked, and who receives it: the party's supervisor at once, the application when everything about it is known.
 *
 * The catch: reports of a lost VM may still arrive. Ends of its parties, and its checkpoints, are not news any more.
 */

import { CAUSE_CHAIN_MAX } from '../../../protocol/limits.js';
import type { Address, Sequence } from '../../../protocol/names.js';
import type { TraceStep } from '../../../trace/step.js';
import type { CauseLink, CrashReport, VmEvent } from '../../contract/events.js';
import type { VmListener } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import type { SystemChange } from '../change-feed.js';
import type { CrashCauses } from '../crash-causes.js';
import type { Debugging } from '../debugging.js';
import type { Directory, Routing } from '../directory.js';
import type { SupervisedState } from '../supervised-state.js';

/** One incarnation of a VM. */
interface VmIncarnation {
  /** Whether it is not lost. */
  present: boolean;
}

export class VmReports {
  /** The last steps of VMs that were lost. */
  private readonly last = new Map<VmName, readonly TraceStep[]>();

  constructor(
    private readonly state: SupervisedState,
    private readonly routing: Routing,
    private readonly crashes: CrashCauses,
    private readonly debugging: Debugging,
  ) {}

  /** The listener for one incarnation of a VM. */
  listener(name: VmName): VmListener {
    const { vms } = this.state.directory;
    const incarnation: VmIncarnation = { present: true };
    return {
      report: async (event) => this.heard(name, event, incarnation),
      crashOf: (question) => this.crashes.of(question),
      lost: (reason) => {
        incarnation.present = false;
        this.lost(name, reason);
        vms.named(name).suspects.ended(reason);
        vms.named(name).lose(reason);
      },
    };
  }

  private heard(name: VmName, event: VmEvent, incarnation: VmIncarnation): void {
    const { directory, persistence, changes, tracing } = this.state;
    const { present } = incarnation;
    switch (event.type) {
      case 'ended':
        // What has begun is known at once, in case the VM is lost, or the party is stopped, while the application stands.
        if (present && event.report.restartsAs > 0) directory.find(event.report.party)?.begun(event.report.restartsAs);
        this.debugging.whenGoing(() => incarnation.present && this.ended(event.report));
        this.tell({ type: 'crash', report: this.withRecent(event.report) });
        return;
      case 'hung':
        directory.vms.named(name).suspects.reported();
        this.tell({ type: 'crash', report: { ...event.report, recent: this.last.get(name) } });
        return;
      case 'crashed':
        this.tell({ type: 'crash', report: this.withRecent(event.report) });
        return;
      case 'poisoned':
        this.tell(event);
        return;
      case 'deaf':
      case 'divergent':
      case 'unrepeatable':
      case 'refused':
      case 'break':
        changes.emit(event);
        return;
      case 'halted':
        if (present) this.debugging.part?.halted(event.report);
        return;
      case 'haltLocated':
        if (present) this.debugging.part?.located(event.report);
        return;
      case 'listenerFailed':
        changes.emit({ type: 'listenerFailed', vm: name, reason: event.reason });
        return;
      case 'changed':
        persistence.note(event.actor);
        return;
      case 'checkpoint':
        // A late checkpoint of a former incarnation covers less than the memory still has.
        if (present) directory.vms.named(name).checkpoint = event.bytes;
        return;
      case 'trace':
        tracing.heard(name, event);
        return;
      default:
        event satisfies never;
    }
  }

  private withRecent(report: CrashReport): CrashReport {
    const recent = this.state.tracing.recent(report.vm);
    return recent.length > 0 ? { ...report, recent } : report;
  }

  /** What a lost VM did last is read before the next incarnation traces. */
  private lost(vm: VmName, reason: string): void {
    const { tracing, changes } = this.state;
    const steps = tracing.recent(vm);
    if (steps.length === 0) return;
    this.last.set(vm, steps);
    changes.emit({ type: 'flight', vm, reason, steps });
  }

  /** Handles the end of an incarnation of a party. */
  private ended(report: CrashReport): void {
    this.routing.noteLast(report.address, report.lastSequence);
    this.state.directory.find(report.party)?.ended(report);
  }

  /** Reports a change once its causes are known from all VMs, and its position; the restart does not wait for that. */
  private async tell(change: Extract<SystemChange, { report: CrashReport }>): Promise<void> {
    const { report } = change;
    const { directory, changes } = this.state;
    const located = this.locate(report);
    this.crashes.crashed(report, located);
    await null; // the command to restart leaves first
    const [causes, position] = await Promise.all([causesOf(report, directory), located]);
    changes.emit({ ...change, report: { ...report, causes, position } });
  }

  /** Asks the party's VM for the position of the crash. @returns an empty text when the VM is gone. Never rejects */
  private async locate({ position, vm, party, epoch }: CrashReport): Promise<string> {
    await null; // the command to restart leaves first
    if (position !== '') return position;
    const found = await this.state.directory.vms
      .liveControl(vm)
      ?.locate(party, epoch)
      .catch(() => '');
    return found ?? '';
  }
}

/**
 * Follows the chain of causes of a crash from VM to VM. A VM traces the frames that pass it, so the chain in its report ends at a frame
 * from another VM; the VM where that frame's source lives knows what caused it.
 * @returns the chain as far as the live VMs still know it. Never rejects
 */
async function causesOf(report: CrashReport, directory: Directory): Promise<readonly CauseLink[]> {
  const causes: CauseLink[] = [...report.causes];
  let address = causes.at(-1)?.address ?? directory.addressOf(report.message.source);
  let sequence = causes.at(-1)?.sequence ?? report.message.sequence;
  while (address !== undefined && causes.length < CAUSE_CHAIN_MAX) {
    const further = await furtherCauses(address, sequence, directory);
    const last = further.at(-1);
    if (!last) break;
    causes.push(...further);
    ({ address, sequence } = last);
  }
  return causes.slice(0, CAUSE_CHAIN_MAX);
}

/** The causes of a frame, without the frame itself, which comes first in a VM's answer. */
async function furtherCauses(address: Address, sequence: Sequence, directory: Directory): Promise<readonly CauseLink[]> {
  const chain = await directory
    .controlAt(address)
    ?.causes(address, sequence)
    .catch(() => []);
  return chain?.slice(1) ?? [];
}
