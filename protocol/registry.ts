/** All parties of an application, by address, name and kind. Who may send what is for the bus to know (`bus/kinds.ts`). */
import type { AnyBound, BoundParty } from './bind.js';

/** The runtimes of the VMs, sources of system messages. */
export const HOST_RUNTIME = 60;
export const JS_RUNTIME = 61;
export const WASM_RUNTIME = 62;

export class Registry {
  private readonly byKind = new Map<number, AnyBound>();
  private readonly byAddress = new Map<number, BoundParty>();
  private readonly byName = new Map<string, BoundParty>();

  /** @throws Error when two parties share a name, an address or a kind */
  constructor(readonly parties: readonly BoundParty[]) {
    for (const party of parties) this.add(party);
  }

  message(kind: number): AnyBound | undefined {
    return this.byKind.get(kind);
  }

  party(address: number): BoundParty | undefined {
    return this.byAddress.get(address);
  }

  partyByName(name: string): BoundParty | undefined {
    return this.byName.get(name);
  }

  private add(party: BoundParty): void {
    if (this.byAddress.has(party.address)) throw new Error(`two parties at address ${party.address}: ${party.name}`);
    if (this.byName.has(party.name)) throw new Error(`two parties named ${party.name}`);
    this.byAddress.set(party.address, party);
    this.byName.set(party.name, party);
    for (const message of messagesOf(party)) {
      const other = this.byKind.get(message.kind);
      if (other) throw new Error(`${party.name}.${message.name} and ${other.ownerName}.${other.name} have the same kind`);
      this.byKind.set(message.kind, message);
    }
  }
}

/** Every message kind of a party: what it receives, its replies, and what it publishes. */
export function messagesOf(party: BoundParty): AnyBound[] {
  const messages: AnyBound[] = [];
  for (const message of Object.values(party.receives)) {
    messages.push(message);
    if (message.role === 'request') messages.push(message.reply);
  }
  return [...messages, ...Object.values(party.publishes)];
}
