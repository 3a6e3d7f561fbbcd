/**
 * What the VMs say unasked, and who has to hear it: the supervisor of the party at once, the application when all is known of it.
 *
 * The catch: a VM that is lost may still be heard of. Who ended in it, and what it had, is not news any more.
 */

import type { CrashReport } from '../contract/control.js';
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
    const { vms, persistence, ended, crashes } = this.options;
    let present = true;
    return {
      ended: (report) => {
        if (present) ended(report);
        this.tell(report, (whole) => ({ type: 'crash', report: whole }));
      },
      hung: (report) => {
        vms().recovery.reported(name);
        this.tell(report, (whole) => ({ type: 'crash', report: whole }));
      },
      crashed: (report) => this.tell(report, (whole) => ({ type: 'crash', report: whole })),
      poisoned: (report, frame) => this.tell(report, (whole) => ({ type: 'poisoned', report: whole, frame })),
      deaf: (report) => this.options.emit({ type: 'deaf', report }),
      divergent: (report) => this.options.emit({ type: 'divergent', report }),
      refused: (report) => this.options.emit({ type: 'refused', report }),
      crashOf: (question) => crashes.of(question),
      changed: (actor) => persistence.note(actor),
      checkpoint: async (bytes) => {
        // One of a former incarnation that comes late covers less than the memory still has.
        if (present) vms().recovery.keep(name, bytes);
      },
      lost: (reason) => {
        present = false;
        vms().recovery.ended(name, reason);
        vms().named(name).lose(reason);
      },
    };
  }

  /** Told once its causes are known from all VMs, and its position; the restart does not wait for that. */
  private async tell(report: CrashReport, change: (whole: CrashReport) => SystemChange): Promise<void> {
    const located = this.locate(report);
    this.options.crashes.crashed(report, located);
    await null; // the order to restart leaves first
    const [{ causes }, position] = await Promise.all([withCauses(report, this.options.causes), located]);
    this.options.emit(change({ ...report, causes, position }));
  }

  private async locate(report: CrashReport): Promise<string> {
    await null; // the order to restart leaves first
    return (await withPosition(report, this.options.vms().liveControl(report.vm))).position;
  }
}
