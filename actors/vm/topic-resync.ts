/**
 * Actors that come into an application that is under way: what was said before they came is not repeated, so their topics, published and
 * followed, are told as a whole. Those with a state from storage come before the others are there, and wait until everything begins.
 */
import type { Router } from '../../bus/router.js';
import type { PartySchema } from '../../protocol/schema.js';
import type { SystemSender } from './system-sender.js';

export class TopicResync {
  private begun = false;
  private readonly waiting: PartySchema[] = [];

  constructor(
    private readonly parties: readonly PartySchema[],
    private readonly router: Router,
    private readonly sender: SystemSender,
  ) {}

  /** @param stored its state is from storage */
  come(actor: PartySchema, stored: boolean): void {
    if (stored && !this.begun) this.waiting.push(actor);
    else this.tell(actor);
  }

  begin(): void {
    this.begun = true;
    for (const actor of this.waiting.splice(0)) this.tell(actor);
  }

  private tell({ address, publishes, follows }: PartySchema): void {
    for (const { kind } of Object.values(publishes)) this.sender.askFresh(kind, address, address);
    for (const path of follows) {
      const [owner, topic] = path.split('.');
      const party = this.parties.find(({ name }) => name === owner);
      if (party && this.router.hasRoute(party.address)) this.sender.askFresh(party.publishes[topic].kind, party.address, address);
    }
  }
}
