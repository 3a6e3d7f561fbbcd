/**
 * What the VMs say unasked, and who has to hear it: the supervisor of the party at once, the application when all is known of it.
 *
 * The catch: a VM that is lost may still be heard of. Who ended in it, and what it had, is not news any more.
 */

import type { CrashReport, VmEvent } from '../contract/events.js';
import type { VmListener } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import type { StateKeeper } from '../contract/state-keeper.js';
import { type CauseSources, withCauses } from './cause-chain.js';
import type { SystemChange } from './change-feed.js';
import type { CrashCauses } from './crash-causes.js';
import { withPosition } from './crash-position.js';
import type { SupervisedVms } from './supervised-vms.js';

export interface VmReportsOptions {
  readonly vms: () => SupervisedVms;
  readonly persistence: StateKeeper;
  readonly causes: CauseSources;
  readonly crashes: CrashCauses;
  /** The incarnation of a party has ended. */
  readonly ended: (report: CrashReport) => void;
  readonly emit: (change: SystemChange) => void;
}

export class VmReports {
  constructor(private readonly options: VmReportsOptions) {}

  /** Of one incarnation of a VM. */
  listener(name: VmName): VmListener {
    const { vms, crashes } = this.options;
    let present = true;
    return {
      report: async (event) => this.heard(name, event, present),
      crashOf: (question) => crashes.of(question),
      lost: (reason) => {
        present = false;
        vms().recovery.ended(name, reason);
        vms().named(name).lose(reason);
      },
    };
  }

  /** @param present the incarnation of the VM that says it is not lost */
  private heard(name: VmName, event: VmEvent, present: boolean): void {
    const { vms, persistence, ended, emit } = this.options;
    switch (event.type) {
      case 'ended':
        if (present) ended(event.report);
        this.tell({ type: 'crash', report: event.report });
        return;
      case 'hung':
        vms().recovery.reported(name);
        this.tell({ type: 'crash', report: event.report });
        return;
      case 'crashed':
        this.tell({ type: 'crash', report: event.report });
        return;
      case 'poisoned':
        this.tell(event);
        return;
      case 'deaf':
      case 'divergent':
      case 'refused':
        emit(event);
        return;
      case 'changed':
        persistence.note(event.actor);
        return;
      case 'checkpoint':
        // One of a former incarnation that comes late covers less than the memory still has.
        if (present) vms().recovery.keep(name, event.bytes);
    }
  }

  /** Told once its causes are known from all VMs, and its position; the restart does not wait for that. */
  private async tell(change: Extract<SystemChange, { report: CrashReport }>): Promise<void> {
    const { report } = change;
    const located = this.locate(report);
    this.options.crashes.crashed(report, located);
    await null; // the order to restart leaves first
    const [{ causes }, position] = await Promise.all([withCauses(report, this.options.causes), located]);
    this.options.emit({ ...change, report: { ...report, causes, position } });
  }

  private async locate(report: CrashReport): Promise<string> {
    await null; // the order to restart leaves first
    return (await withPosition(report, this.options.vms().liveControl(report.vm))).position;
  }
}
