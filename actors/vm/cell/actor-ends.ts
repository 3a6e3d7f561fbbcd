/**
 * How the incarnations of one actor ended: at which frame, how often at the same one, and who has been told.
 *
 * The catch: an end after which the actor is started again by permit is told only when the next incarnation has done its work.
 */
import type { CrashReport } from '../../contract/events.js';
import type { ActorTrap } from '../../contract/instance.js';
import { TRIES_MAX } from '../../contract/suspect.js';
import type { CellServices } from './cell-services.js';
import { crashReport } from './crash-report.js';
import type { Gate } from './gate.js';
import { RestartPermit } from './restart-permit.js';

export class ActorEnds {
  readonly permit = new RestartPermit();
  /** Journal position of the entry that ended the last incarnation, and how often it has. */
  private culprit = -1;
  private attempts = 0;
  /** Journal positions from and to which any entry may have ended one: it is not known which. */
  private doubt = { from: 0, to: 0 };
  private readonly untold: { readonly report: CrashReport; readonly trap: ActorTrap }[] = [];

  constructor(
    private readonly actor: string,
    private readonly gate: Gate,
    private readonly services: CellServices,
  ) {}

  /** How often incarnations have ended at the entry at a journal position. What one of several has done counts as one try of each. */
  triesOf(position: number): number {
    if (position === this.culprit) return this.attempts;
    return position >= this.doubt.from && position < this.doubt.to ? 1 : 0;
  }

  /** An incarnation has ended at one of the entries between two journal positions. */
  suspect(from: number, to: number): void {
    this.doubt = { from, to };
  }

  /** The last one has ended its actor as often as one may. */
  get hopeless(): boolean {
    return this.attempts >= TRIES_MAX;
  }

  /** Epoch as which the actor is to be started again without being asked for; 0 when it waits for its supervisor, or has not ended. */
  get restartsAs(): number {
    return this.untold.at(-1)?.report.restartsAs ?? 0;
  }

  /**
   * The present incarnation ends in a trap: counted, and a permit for the next one spent.
   * @param position of the entry that is to blame; -1 when none is
   * @param frame to be named; null when it is not known, or there is none
   */
  count(trap: ActorTrap, position: number, frame: Uint8Array | null): CrashReport {
    this.blame(position, position >= 0 ? this.triesOf(position) + 1 : 1);
    return this.report(trap, frame, this.permit.spend(this.gate.epoch));
  }

  /** The entry at a position has ended incarnations so many times. */
  blame(position: number, attempts: number): void {
    this.culprit = position;
    this.attempts = attempts;
  }

  /** @param epoch of the incarnation that ended; the present one when not given */
  report(trap: ActorTrap, frame: Uint8Array | null, restartsAs: number, epoch = this.gate.epoch): CrashReport {
    const { actor: party, attempts: attempt } = this;
    const { address, sequence: lastSequence } = this.gate;
    this.services.lastCrashes.note({ address, epoch });
    return crashReport(this.services, { party, address, epoch, lastSequence, trap, frame, attempt, restartsAs });
  }

  /** To be told with the next `tell`. */
  keep(report: CrashReport, trap: ActorTrap): void {
    this.untold.push({ report, trap });
  }

  /** The restart by permit that was to follow the last end does not: its supervisor is told so. */
  callOffRestart(): void {
    const last = this.untold.pop();
    if (last) this.keep({ ...last.report, restartsAs: 0 }, last.trap);
    this.tell();
  }

  /** In their order. */
  tell(): void {
    for (const { report, trap } of this.untold.splice(0)) {
      this.services.tap.reported(report, trap);
    }
  }
}
