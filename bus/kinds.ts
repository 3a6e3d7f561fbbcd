/** What the bus must know of each message kind, worked out once from the schemas so that a frame costs one array access. */
import { HOST_RUNTIME, JS_RUNTIME, WASM_RUNTIME } from '../protocol/registry.js';
import type { PartySchema } from '../protocol/schema.js';
import { type Delivery, LANES, ORDINARY } from './mailbox.js';

export interface KindFacts extends Delivery {
  readonly kind: number;
  /** As `scene.commit`. */
  readonly name: string;
  /** Address of the party whose schema declares the kind. */
  readonly owner: number;
  /** `failure` is the runtime's answer in place of a reply. */
  readonly role: 'message' | 'request' | 'reply' | 'publication' | 'system' | 'failure';
  readonly deadlineMs: number | undefined;
  /** Position in the body of the field that a `latest` kind is conflated by; -1 when source and kind are the key. */
  readonly keyIndex: number;
  /** Addresses that keep a replica of this publication, ascending. */
  readonly followers: readonly number[];
  /** Addresses that may send it; null when anyone may. */
  readonly senders: ReadonlySet<number> | null;
}

/** The runtimes of the VMs: they send what concerns the runtime itself. */
const RUNTIME_NAMES: readonly (readonly [number, string])[] = [
  [HOST_RUNTIME, 'host runtime'],
  [JS_RUNTIME, 'js runtime'],
  [WASM_RUNTIME, 'wasm runtime'],
];

/** Those that name the party in `sendsTo`, and the runtimes. */
const sendersTo = (party: PartySchema, parties: readonly PartySchema[]): ReadonlySet<number> =>
  new Set(
    [...parties.filter(({ sendsTo }) => sendsTo.includes(party.name)), ...RUNTIME_NAMES.map(([address]) => ({ address }))].map(
      ({ address }) => address,
    ),
  );

/** Body fields that the runtime puts before the schema's own. */
const LEADING_FIELDS = { message: 0, request: 1, reply: 1, publication: 2, system: 0, failure: 1 } as const;

/** Kinds of one block, and blocks of all kinds: a kind is a u16. */
const BLOCK_KINDS = 256;

export class Kinds {
  /** Blocks of 256 kinds, so that each is a dense array. */
  private readonly blocks: (KindFacts | undefined)[][] = Array.from({ length: BLOCK_KINDS }, () => []);
  private readonly names = new Map<number, string>();

  /** @param system the schema of the runtime's own messages, which any party may receive */
  constructor(parties: readonly PartySchema[], system: PartySchema) {
    for (const party of [system, ...parties]) this.names.set(party.address, party.name);
    for (const [address, name] of RUNTIME_NAMES) this.names.set(address, name);
    for (const party of parties) if (party.address !== system.address) this.addParty(party, parties);
    const senders = sendersTo(system, parties);
    for (const [name, message] of Object.entries(system.receives)) {
      this.add({
        kind: message.kind,
        name: `${system.name}.${name}`,
        owner: system.address,
        role: name === 'requestFailed' ? 'failure' : 'system',
        lane: ORDINARY,
        overflow: 'deliver',
        deadlineMs: undefined,
        keyIndex: -1,
        followers: [],
        senders: name === 'refresh' ? null : senders,
      });
    }
  }

  private addParty(party: PartySchema, parties: readonly PartySchema[]): void {
    const senders = sendersTo(party, parties);
    for (const [name, message] of Object.entries(party.receives)) {
      const role = message.reply ? 'request' : 'message';
      this.add({
        kind: message.kind,
        name: `${party.name}.${name}`,
        owner: party.address,
        role,
        lane: LANES.indexOf(message.lane),
        overflow: message.overflow,
        deadlineMs: message.deadlineMs,
        keyIndex: keyIndexOf(message, role),
        followers: [],
        senders,
      });
      if (message.reply) {
        this.add({
          kind: message.reply.kind,
          name: `${party.name}.${name}.reply`,
          owner: party.address,
          role: 'reply',
          lane: LANES.indexOf(message.lane),
          overflow: 'deliver',
          deadlineMs: undefined,
          keyIndex: -1,
          followers: [],
          senders: new Set([party.address]),
        });
      }
    }
    for (const [name, topic] of Object.entries(party.publishes)) {
      const followers = parties
        .filter((other) => other.follows.includes(`${party.name}.${name}`))
        .map((other) => other.address)
        .sort((a, b) => a - b);
      this.add({
        kind: topic.kind,
        name: `${party.name}.${name}`,
        owner: party.address,
        role: 'publication',
        lane: LANES.indexOf(topic.lane),
        overflow: topic.overflow,
        deadlineMs: undefined,
        keyIndex: keyIndexOf(topic, 'publication'),
        followers,
        senders: new Set([party.address]),
      });
    }
  }

  private add(facts: KindFacts): void {
    const taken = this.get(facts.kind);
    if (taken) throw new Error(`kind 0x${facts.kind.toString(16)} is both ${taken.name} and ${facts.name}`);
    this.blocks[facts.kind >> 8][facts.kind & 0xff] = facts;
  }

  get(kind: number): KindFacts | undefined {
    return this.blocks[kind >> 8][kind & 0xff];
  }

  /** Name of the kind, or its number in hexadecimal when unknown. */
  nameOf(kind: number): string {
    return this.get(kind)?.name ?? `0x${kind.toString(16).padStart(4, '0')}`;
  }

  /** Name of the party at an address, or the number. */
  partyName(address: number): string {
    return this.names.get(address) ?? String(address);
  }
}

function keyIndexOf(message: { readonly key?: string; readonly fields: object }, role: keyof typeof LEADING_FIELDS): number {
  if (message.key === undefined) return -1;
  const index = Object.keys(message.fields).indexOf(message.key);
  if (index < 0) throw new Error(`conflation key ${message.key} is not a field`);
  return LEADING_FIELDS[role] + index;
}
