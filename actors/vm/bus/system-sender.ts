/** Sends what the runtime of a VM itself says to parties, from an address of its own. */

import { RUNTIME_ADDRESS } from '../../../bus/kinds.js';
import type { Router } from '../../../bus/router.js';
import { system } from '../../../protocol/generated/system.js';
import type { Address } from '../../../protocol/names.js';
import type { PartySchema } from '../../../protocol/schema.js';
import type { VmName } from '../../contract/instance.js';
import { type Encodable, OutboxBuilder } from '../../model/outbox-builder.js';
import { firstSequenceOf, Gate, type GateBus } from './gate.js';

export class SystemSender {
  readonly gate: Gate;
  private readonly outbox = new OutboxBuilder();

  constructor(vm: VmName, incarnation: number, bus: GateBus) {
    this.gate = new Gate(RUNTIME_ADDRESS[vm], bus);
    this.gate.epoch = incarnation;
    this.gate.sequence = firstSequenceOf(incarnation);
  }

  tell<F>(message: Encodable<F>, target: Address, fields: F): void {
    this.outbox.begin();
    this.outbox.append(message, target, fields);
    this.gate.release(this.outbox.bytes, 0, this.outbox.length);
  }
}

/**
 * Introduces actors to a running application: what was published before they came is not repeated, so the topics that they publish and
 * follow are published as a whole. Actors with a state from storage come before the others are there, and wait until everything begins.
 */
export class TopicResync {
  private begun = false;
  private readonly waiting: PartySchema[] = [];

  constructor(
    private readonly parties: readonly PartySchema[],
    private readonly router: Router,
    private readonly sender: SystemSender,
  ) {}

  /** @param stored whether its state is from storage */
  come(actor: PartySchema, stored: boolean): void {
    if (stored && !this.begun) this.waiting.push(actor);
    else this.tell(actor);
  }

  begin(): void {
    this.begun = true;
    for (const actor of this.waiting.splice(0)) this.tell(actor);
  }

  private tell({ address, publishes, follows }: PartySchema): void {
    for (const { kind } of Object.values(publishes)) this.askFresh(kind, address, address);
    for (const path of follows) {
      const [owner, topic] = path.split('.');
      const party = this.parties.find(({ name }) => name === owner);
      if (party && this.router.hasRoute(party.address)) this.askFresh(party.publishes[topic].kind, party.address, address);
    }
  }

  /** Asks the owner of a topic to publish the whole of it. */
  private askFresh(topic: number, owner: Address, follower: Address): void {
    this.sender.tell(system.receives.refresh, owner, { topic, follower });
  }
}
