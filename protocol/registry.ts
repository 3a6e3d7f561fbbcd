/** All parties of an application, by address, name and kind: what the bus asks who may send what, and who follows. */
import type { AnyBound, BoundParty } from './bind.js';

/** The runtimes of the VMs, sources of system messages. */
export const HOST_RUNTIME = 60;
export const JS_RUNTIME = 61;
export const WASM_RUNTIME = 62;
/** Address in the schema of system messages, which is nobody's: they are sent to whom they concern. */
export const SYSTEM = 63;

const isRuntime = (address: number): boolean => address >= HOST_RUNTIME && address <= WASM_RUNTIME;

export class Registry {
  private readonly byKind = new Map<number, AnyBound>();
  private readonly byAddress = new Map<number, BoundParty>();
  private readonly byName = new Map<string, BoundParty>();
  private readonly followers = new Map<number, number[]>();
  /** Per source, the kinds that it may send. */
  private readonly sendable = new Map<number, Set<number>>();

  /** @throws Error when two parties share a name, an address or a kind, or a schema names what does not exist */
  constructor(readonly parties: readonly BoundParty[]) {
    for (const party of parties) this.add(party);
    for (const party of parties) this.connect(party);
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

  /** Addresses of those that keep a replica of the topic. */
  followersOf(kind: number): readonly number[] {
    return this.followers.get(kind) ?? [];
  }

  /**
   * The runtimes send system messages, an owner its publications and replies, and a party what the parties that it names in
   * `sendsTo` receive. Who follows something may ask for a refresh.
   */
  maySend(source: number, kind: number): boolean {
    if (isRuntime(source)) return this.byKind.get(kind)?.owner === SYSTEM;
    return this.sendable.get(source)?.has(kind) ?? false;
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

  private connect(party: BoundParty): void {
    const kinds = new Set<number>();
    for (const message of messagesOf(party)) if (message.role === 'reply' || message.role === 'publication') kinds.add(message.kind);
    for (const name of party.sendsTo) {
      const target = this.byName.get(name);
      if (!target) throw new Error(`${party.name} sends to ${name}, which does not exist`);
      for (const message of Object.values(target.receives)) kinds.add(message.kind);
    }
    for (const path of party.follows) {
      const topic = this.topic(path);
      if (!topic) throw new Error(`${party.name} follows ${path}, which does not exist`);
      const followers = this.followers.get(topic.kind) ?? [];
      this.followers.set(topic.kind, [...followers, party.address]);
      const refresh = this.byName.get('system')?.receives.refresh;
      if (refresh) kinds.add(refresh.kind);
    }
    this.sendable.set(party.address, kinds);
  }

  private topic(path: string): AnyBound | undefined {
    const [owner, name] = path.split('.');
    return this.byName.get(owner)?.publishes[name];
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
