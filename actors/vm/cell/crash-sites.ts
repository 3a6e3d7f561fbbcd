/**
 * Where in their source the actors and ports of a VM have crashed. To find a position may take long (a source map has to be parsed), so a report leaves
 * without it, and the supervisor asks once the restart is under way. The metrics hear of a crash when its position is known.
 */
import type { CrashReport } from '../../contract/events.js';
import type { ActorTrap } from '../../contract/instance.js';
import type { Tap, TapListener } from '../tap.js';

/** Crashes that can be asked about: the supervisor asks at once. */
const SITES_MAX = 16;

interface Site {
  readonly report: CrashReport;
  readonly trap: ActorTrap;
  told: boolean;
}

const nameOf = (party: string, epoch: number): string => `${party} ${epoch}`;

export class CrashSites implements TapListener {
  private readonly sites = new Map<string, Site>();

  constructor(private readonly tap: Pick<Tap, 'located'>) {}

  reported(report: CrashReport, trap: ActorTrap): void {
    this.note(report, trap);
  }

  crashed(report: CrashReport, trap: ActorTrap): void {
    this.note(report, trap);
  }

  private note(report: CrashReport, trap: ActorTrap): void {
    const site = { report, trap, told: trap.isLocated };
    if (site.told) this.tap.located(report);
    this.sites.set(nameOf(report.party, report.epoch), site);
    if (this.sites.size > SITES_MAX) this.forgetOldest();
  }

  private forgetOldest(): void {
    for (const [name, { report, told }] of this.sites) {
      this.sites.delete(name);
      if (!told) this.tap.located(report);
      return;
    }
  }

  /** Resolves when a position can be looked for. Never rejects. */
  async ready(party: string, epoch: number): Promise<void> {
    await this.sites.get(nameOf(party, epoch))?.trap.ready();
  }

  /** @returns empty when it is not known */
  locate(party: string, epoch: number): string {
    const site = this.sites.get(nameOf(party, epoch));
    if (!site) return '';
    const { position } = site.trap;
    if (!site.told) this.tap.located({ ...site.report, position });
    site.told = true;
    return position;
  }
}
