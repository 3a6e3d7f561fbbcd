/** The bus's facts about each message kind, computed once from the schemas, so that a frame costs one array access. */
import { HOST_RUNTIME, JS_RUNTIME, PAINTER_RUNTIME, WASM_RUNTIME } from '../protocol/addresses.js';
import { assertNumbered } from '../protocol/bind.js';
import { KIND_OFFSET, readHeader, readU16 } from '../protocol/frame.js';
import type { Address, Frame, Kind, Microseconds, Sequence, VmName } from '../protocol/names.js';
import type { PartySchema } from '../protocol/schema.js';
import { withdrawnRequest } from './body.js';
import { type Delivery, LANES, ORDINARY } from './mailbox.js';

export interface KindFacts extends Delivery {
  readonly kind: Kind;
  /** For example `basket.add`. */
  readonly name: string;
  /** Address of the party whose schema declares the kind. */
  readonly owner: Address;
  /** `failure` is the runtime's answer in place of a reply; `withdrawal` says that nobody waits for a reply any more. */
  readonly role: 'message' | 'request' | 'reply' | 'publication' | 'system' | 'failure' | 'withdrawal';
  readonly deadlineMs: number | undefined;
  /** For a reply, the kind of its request; -1 for every other kind. */
  readonly answers: number;
  /** Index in the body of the field by which a `latest` kind is conflated; -1 when source and kind are the key. */
  readonly keyIndex: number;
  /** Addresses that keep a replica of this publication, ascending. */
  readonly followers: readonly number[];
  /** Addresses that may send it; null when anyone may. */
  readonly senders: ReadonlySet<number> | null;
}

export interface MessageFacts {
  readonly kind: Kind;
  readonly kindName: string;
  readonly source: string;
  readonly sequence: Sequence;
  /** Microseconds since the Unix epoch. */
  readonly sentAt: Microseconds;
}

/** What its role says of a party. */
export interface PartyFacts {
  /** Whether its next incarnation knows nothing of the former one, nor of that one's requests: it has no state. */
  readonly forgets: boolean;
  /** Whether it waits for its answers by itself: it is told which crash made a request fail, and withdraws a late one in order with what it sends. */
  readonly waits: boolean;
}

const PARTY_FACTS: Readonly<Record<PartySchema['role'], PartyFacts>> = {
  actor: { forgets: false, waits: false },
  port: { forgets: true, waits: true },
};

/** Addresses of the VMs' runtimes, as sources of the runtime's own messages. */
export const RUNTIME_ADDRESS: Readonly<Record<VmName, number>> = {
  host: HOST_RUNTIME,
  js: JS_RUNTIME,
  wasm: WASM_RUNTIME,
  painter: PAINTER_RUNTIME,
};
const RUNTIMES = Object.values(RUNTIME_ADDRESS);

/** Addresses of the parties that name this one in `sendsTo`, and of the runtimes. */
const sendersTo = (party: PartySchema, parties: readonly PartySchema[]): ReadonlySet<number> =>
  new Set([...parties.filter(({ sendsTo }) => sendsTo.includes(party.name)).map(({ address }) => address), ...RUNTIMES]);

/** Body fields that the runtime puts before the schema's own. */
const LEADING_FIELDS = { message: 0, request: 1, reply: 1, publication: 2, system: 0, failure: 1, withdrawal: 1 } as const;

/** Roles of those of the runtime's own messages that are more than `system`. */
const SYSTEM_ROLES: Readonly<Record<string, KindFacts['role']>> = { requestFailed: 'failure', withdrawn: 'withdrawal' };
/** Those of the runtime's own messages that parties send, too. */
const FROM_ANYBODY: readonly string[] = ['refresh', 'withdrawn'];

/** Facts of a kind whose schema does not say otherwise. */
const ORDINARY_FACTS = { lane: ORDINARY, overflow: 'deliver', deadlineMs: undefined, answers: -1, keyIndex: -1, followers: [] } as const;

/** Number of kinds in a block, and of blocks: a kind is a u16. */
const BLOCK_KINDS = 256;

interface Known {
  /** As they were: a list may have been changed since. */
  readonly parties: readonly PartySchema[];
  readonly system: PartySchema;
  readonly kinds: Kinds;
}

/** Made once for all VMs of a thread, and for those that follow a lost one. */
const known = new WeakMap<readonly PartySchema[], Known>();

/** @throws what the constructor of Kinds throws */
export function kindsOf(parties: readonly PartySchema[], system: PartySchema): Kinds {
  const before = known.get(parties);
  const holds = before?.system === system && before.parties.length === parties.length;
  if (holds && before.parties.every((party, index) => party === parties[index])) return before.kinds;
  const kinds = new Kinds(parties, system);
  known.set(parties, { parties: [...parties], system, kinds });
  return kinds;
}

export class Kinds {
  /** Blocks of 256 kinds, so that each is a dense array. */
  private readonly blocks: (KindFacts | undefined)[][] = Array.from({ length: BLOCK_KINDS }, () => []);
  private readonly names = new Map(Object.entries(RUNTIME_ADDRESS).map(([vm, address]) => [address, `${vm} runtime`]));
  private readonly facts: ReadonlyMap<number, PartyFacts>;
  /** Facts of a withdrawal, by lane: it takes the lane of its request. */
  private withdrawals: readonly KindFacts[] = [];

  /**
   * @param parties of the application; the system's own schema may be among them
   * @param system the schema of the runtime's own messages, which any party may receive
   * @throws UnboundError for a party without numbers
   * @throws Error when two parties share a name, an address or a kind, or one names what does not exist
   */
  constructor(parties: readonly PartySchema[], system: PartySchema) {
    for (const party of parties) assertNumbered(party);
    const others = parties.filter(({ address }) => address !== system.address);
    this.facts = new Map(others.map(({ role, address }) => [address, PARTY_FACTS[role]]));
    for (const party of [system, ...others]) this.name(party);
    for (const party of others) {
      checkNames(party, [system, ...others]);
      this.addParty(party, others);
    }
    this.addSystem(system, sendersTo(system, others));
  }

  private name({ address, name }: PartySchema): void {
    const taken = this.names.get(address);
    if (taken !== undefined) throw new Error(`two parties at address ${address}: ${taken} and ${name}`);
    if ([...this.names.values()].includes(name)) throw new Error(`two parties named ${name}`);
    this.names.set(address, name);
  }

  private addSystem(system: PartySchema, senders: ReadonlySet<number>): void {
    for (const [name, { kind }] of Object.entries(system.receives)) {
      const role = SYSTEM_ROLES[name] ?? 'system';
      const allowed = FROM_ANYBODY.includes(name) ? null : senders;
      this.add({ kind, name: `${system.name}.${name}`, owner: system.address, role, senders: allowed });
    }
  }

  private addParty(party: PartySchema, parties: readonly PartySchema[]): void {
    const owner = party.address;
    const senders = sendersTo(party, parties);
    for (const [name, message] of Object.entries(party.receives)) {
      const path = `${party.name}.${name}`;
      const { kind, overflow, deadlineMs, reply } = message;
      const lane = LANES.indexOf(message.lane);
      const role = reply ? 'request' : 'message';
      this.add({ kind, name: path, owner, role, lane, overflow, deadlineMs, keyIndex: keyIndexOf(message, role), senders });
      if (reply)
        this.add({ kind: reply.kind, name: `${path}.reply`, owner, role: 'reply', lane, answers: kind, senders: new Set([owner]) });
    }
    for (const [name, topic] of Object.entries(party.publishes)) {
      const path = `${party.name}.${name}`;
      const { kind, overflow } = topic;
      const lane = LANES.indexOf(topic.lane);
      const keyIndex = keyIndexOf(topic, 'publication');
      const followers = followersOf(path, parties);
      this.add({ kind, name: path, owner, role: 'publication', lane, overflow, keyIndex, followers, senders: new Set([owner]) });
    }
  }

  private add(facts: Partial<KindFacts> & Pick<KindFacts, 'kind' | 'name' | 'owner' | 'role' | 'senders'>): void {
    const { kind, name } = facts;
    const taken = this.get(kind);
    if (taken) throw new Error(`kind 0x${kind.toString(16)} is both ${taken.name} and ${name}`);
    const whole = { ...ORDINARY_FACTS, ...facts };
    this.blocks[kind >> 8][kind & 0xff] = whole;
    if (whole.role === 'withdrawal') this.withdrawals = LANES.map((_, lane) => ({ ...whole, lane }));
  }

  /** Facts of the frame at `at`. Its lane is that of its kind, or of the request that it withdraws. */
  of(bytes: Uint8Array, at: number): KindFacts | undefined {
    const facts = this.get(readU16(bytes, at + KIND_OFFSET));
    return facts?.role === 'withdrawal' ? this.withdrawals[this.get(withdrawnRequest(bytes, at)?.kind ?? 0)?.lane ?? ORDINARY] : facts;
  }

  /** Whether the runtime of a VM is at this address. */
  isRuntime(address: Address): boolean {
    return RUNTIMES.includes(address);
  }

  /** What is known of the party at this address. */
  party(address: Address): PartyFacts {
    return this.facts.get(address) ?? PARTY_FACTS.actor;
  }

  get(kind: Kind): KindFacts | undefined {
    return this.blocks[kind >> 8][kind & 0xff];
  }

  /** Name of the kind, or its number in hexadecimal when it is unknown. */
  nameOf(kind: Kind): string {
    return this.get(kind)?.name ?? `0x${kind.toString(16).padStart(4, '0')}`;
  }

  /** Undefined when there is no such party. */
  addressOf(name: string): number | undefined {
    for (const [address, known] of this.names) if (known === name) return address;
    return undefined;
  }

  /** Whether a party of this application is at this address. */
  knows(address: Address): boolean {
    return this.names.has(address);
  }

  /** What the header of a frame says, in names. */
  messageOf(frame: Frame): MessageFacts {
    const { kind, source, sequence, sentAt } = readHeader(frame, 0);
    return { kind, kindName: this.nameOf(kind), source: this.partyName(source), sequence, sentAt };
  }

  /** Name of the party at an address, or the number. */
  partyName(address: Address): string {
    return this.names.get(address) ?? String(address);
  }
}

const followersOf = (path: string, parties: readonly PartySchema[]): number[] =>
  parties
    .filter(({ follows }) => follows.includes(path))
    .map(({ address }) => address)
    .sort((a, b) => a - b);

/** @throws Error when the party sends to, follows, or watches a party that does not exist */
function checkNames({ name, sendsTo, follows, watches }: PartySchema, parties: readonly PartySchema[]): void {
  const stranger = sendsTo.find((target) => !parties.some((party) => party.name === target));
  if (stranger !== undefined) throw new Error(`${name} sends to ${stranger}, which does not exist`);
  const topics = parties.flatMap((party) => Object.keys(party.publishes).map((topic) => `${party.name}.${topic}`));
  const unknown = follows.find((path) => !topics.includes(path));
  if (unknown !== undefined) throw new Error(`${name} follows ${unknown}, which does not exist`);
  const unseen = watches.find((watched) => watched === name || !parties.some((party) => party.name === watched));
  if (unseen !== undefined) throw new Error(`${name} watches ${unseen}, which ${unseen === name ? 'is itself' : 'does not exist'}`);
}

function keyIndexOf(message: { readonly key?: string; readonly fields: object }, role: keyof typeof LEADING_FIELDS): number {
  if (message.key === undefined) return -1;
  const index = Object.keys(message.fields).indexOf(message.key);
  if (index < 0) throw new Error(`conflation key ${message.key} is not a field`);
  return LEADING_FIELDS[role] + index;
}
