/** What the schemas of a recording say about kinds and parties: names, lanes, fields. Old recordings are read by their own. */
import { HOST_RUNTIME, JS_RUNTIME, PAINTER_RUNTIME, WASM_RUNTIME } from '../protocol/addresses.js';
import { leadOf } from '../protocol/bind.js';
import type { Fields, Lane } from '../protocol/fields.js';
import type { Address, Kind, VmName } from '../protocol/names.js';
import { system } from '../protocol/ports/system.js';
import type { Field, PartySchema } from '../protocol/schema.js';

export interface KindSchema {
  readonly kind: Kind;
  /** As `focus.key`; a reply has its request's name with `.reply` after it. */
  readonly name: string;
  readonly role: 'message' | 'request' | 'reply' | 'publication';
  readonly lane: Lane;
  /** Fields of the body by position, with those in front that the runtime fills in. */
  readonly fields: readonly (readonly [name: string, field: Field])[];
}

/** They send in the name of a VM, also when it is lost. */
const RUNTIMES: ReadonlyMap<Address, VmName> = new Map([
  [HOST_RUNTIME, 'host'],
  [JS_RUNTIME, 'js'],
  [WASM_RUNTIME, 'wasm'],
  [PAINTER_RUNTIME, 'painter'],
]);

export class Schemas {
  private readonly kinds = new Map<Kind, KindSchema>();
  private readonly parties = new Map<Address, string>([...RUNTIMES].map(([address, vm]) => [address, `${vm} runtime`]));
  private readonly actors = new Set<Address>();
  private readonly states = new Map<string, Field>();

  constructor(parties: readonly PartySchema[]) {
    for (const party of [system as PartySchema, ...parties]) this.add(party);
  }

  private add(party: PartySchema): void {
    this.parties.set(party.address, party.name);
    if (party.role === 'actor') this.actors.add(party.address);
    if (party.state) this.states.set(party.name, party.state);
    for (const [name, { kind, lane, fields, reply }] of Object.entries(party.receives)) {
      const path = `${party.name}.${name}`;
      this.addKind(kind, path, reply ? 'request' : 'message', lane, fields);
      if (reply) this.addKind(reply.kind, `${path}.reply`, 'reply', lane, reply.fields ?? {});
    }
    for (const [name, { kind, lane, fields }] of Object.entries(party.publishes))
      this.addKind(kind, `${party.name}.${name}`, 'publication', lane, fields);
  }

  private addKind(kind: Kind, name: string, role: KindSchema['role'], lane: Lane, fields: Fields): void {
    this.kinds.set(kind, { kind, name, role, lane, fields: [...Object.entries(leadOf(role)), ...Object.entries(fields)] });
  }

  kind(kind: Kind): KindSchema | undefined {
    return this.kinds.get(kind);
  }

  /** Name of the kind, or its number in hexadecimal when it is unknown. */
  kindName(kind: Kind): string {
    return this.kinds.get(kind)?.name ?? `0x${kind.toString(16).padStart(4, '0')}`;
  }

  kindNamed(name: string): KindSchema | undefined {
    return [...this.kinds.values()].find((kind) => kind.name === name);
  }

  /** Fields of the bodies of all kinds. */
  get bodies(): readonly KindSchema['fields'][] {
    return [...this.kinds.values()].map(({ fields }) => fields);
  }

  get kindNames(): readonly string[] {
    return [...this.kinds.values()].map(({ name }) => name);
  }

  /** The state of an actor; undefined where its schema has none. */
  stateOf(actor: string): Field | undefined {
    return this.states.get(actor);
  }

  get partyNames(): readonly string[] {
    return [...this.parties.values()];
  }

  get actorNames(): readonly string[] {
    return [...this.actors].map((address) => this.partyName(address));
  }

  /** Name of the party, or its address. */
  partyName(address: Address): string {
    return this.parties.get(address) ?? String(address);
  }

  /** The VM in whose name a runtime speaks; null for an actor or port. */
  vmOfRuntime(address: Address): VmName | null {
    return RUNTIMES.get(address) ?? null;
  }

  isActor(address: Address): boolean {
    return this.actors.has(address);
  }
}
