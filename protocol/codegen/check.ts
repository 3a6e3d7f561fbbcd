/**
 * Checks the rules for schemas that types do not express. The generator refuses a set with problems. A schema may be any value at all,
 * because the generator does not compile it.
 */
import { isRecord } from '../fields.js';
import { FRAME_BYTES_MAX, SNAPSHOT_BYTES_MAX } from '../limits.js';
import { RETIRED_KINDS } from '../retired-kinds.js';
import type { PartySchema } from '../schema.js';
import { checkParts, FieldChecks, list, NAME, type Say, show } from './check-fields.js';
import { checkMeasures } from './check-measures.js';
import { hex } from './model.js';
import { isReserved } from './names.js';

/** Members of every AssemblyScript message class, whose names no field may have. */
const MESSAGE_MEMBERS = ['constructor', 'encode', 'decode', 'kind', 'target'];
const LEAD = { message: [], request: ['request'], reply: ['request'], publication: ['version', 'fresh'] } as const;
/** Names of messages whose handlers would have the names of those for the runtime's own messages. */
const HANDLED = { actor: ['timer', 'refresh', 'requestFailed', 'ended'], port: ['open', 'close', 'ended'], system: [] } as const;

const PARTY_PARTS = ['role', 'name', 'address', 'state', 'receives', 'publishes', 'follows', 'sendsTo', 'watches', 'passesOn', 'measures'];
const MESSAGE_PARTS = ['kind', 'lane', 'overflow', 'key', 'fields', 'reply', 'deadlineMs'];
const LANES: readonly unknown[] = ['interactive', 'ordinary', 'idle'];
const OVERFLOWS: readonly unknown[] = ['deliver', 'latest', 'drop'];
/** Longest delay of a timer in milliseconds: a longer one fires at once. */
const DELAY_MS_MAX = 0x7fff_ffff;

/** A range of addresses, and the kinds that parties there receive and publish. docs/PROTOCOL.md has the table. */
interface Range {
  readonly addresses: readonly [number, number];
  readonly kinds: readonly [number, number];
  readonly role?: PartySchema['role'];
  readonly whose: string;
}
const RANGES: readonly Range[] = [
  { addresses: [1, 31], kinds: [0x0100, 0x0fff], role: 'actor', whose: "the runtime's actors" },
  { addresses: [32, 58], kinds: [0x1000, 0x3fff], role: 'port', whose: "the runtime's ports" },
  { addresses: [63, 63], kinds: [0x0001, 0x00ff], role: 'port', whose: 'the system' },
  { addresses: [64, 0xfffe], kinds: [0x4000, 0xffff], whose: 'applications' },
];
const [, , SYSTEM, APPLICATION] = RANGES;
/** Range of a message's kind within its party's block of 256. */
const MESSAGES = [0x01, 0x3f] as const;
const PUBLICATIONS = [0x40, 0x7f] as const;
const REPLY_OFFSET = 0x80;

/** @returns a sentence for each problem of the party, beginning with the problem's path */
export const problemsOf = (party: unknown): string[] => problemsIn(party, false);

/** The same for a party that must belong to an application. */
export const problemsOfApplication = (party: unknown): string[] => problemsIn(party, true);

function problemsIn(party: unknown, application: boolean): string[] {
  const problems: string[] = [];
  if (!isRecord(party)) return [`${show(party)} is no party: write actor({ … }) or port({ … })`];
  const name = typeof party.name === 'string' ? party.name : 'a party without a name';
  new PartyChecks(party, (path, reason) => void problems.push(`${name}${path ? `.${path}` : ''}: ${reason}`), application).run();
  return problems;
}

class PartyChecks {
  private readonly range: Range | undefined;
  /** The kinds that it may have: those of an application's party are known, whatever address it gives. */
  private readonly kinds: Range | undefined;
  /** Class names in AssemblyScript follow those of the messages, whatever their direction. */
  private readonly names = new Set<string>();

  constructor(
    private readonly party: Readonly<Record<string, unknown>>,
    private readonly say: Say,
    application: boolean,
  ) {
    const { address } = party;
    const range = RANGES.find(({ addresses: [first, last] }) => typeof address === 'number' && address >= first && address <= last);
    this.range = Number.isInteger(address) && (!application || range === APPLICATION) ? range : undefined;
    this.kinds = this.range ?? (application ? APPLICATION : undefined);
    if (!this.range)
      say('', `address ${show(address)} is out of range${application ? `: applications have ${APPLICATION.addresses.join(' to ')}` : ''}`);
  }

  run(): void {
    const { party, say, range } = this;
    const { name, role, receives, publishes, state } = party;
    checkParts(party, PARTY_PARTS, '', say);
    if (typeof name !== 'string' || !NAME.test(name)) say('', 'its name is not an identifier in lower case');
    else if (isReserved(name)) say('', 'its name means something in one of the languages, or in generated code');
    if (role !== 'actor' && role !== 'port') say('', 'is neither an actor nor a port: write actor({ … }) or port({ … })');
    else if (range?.role && role !== range.role) say('', `address ${show(party.address)} is for ${range.whose}`);
    if (role === 'actor' || state !== undefined) this.state(role, state);
    for (const [direction, messages] of Object.entries({ receives, publishes })) {
      if (!isRecord(messages)) say('', `its ${direction} is ${show(messages)}, not an object of messages`);
      else for (const [message, schema] of Object.entries(messages)) this.message(message, schema, direction === 'publishes');
    }
    for (const part of ['follows', 'sendsTo', 'watches']) {
      const value = party[part];
      if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) say('', `its ${part} is not a list of names`);
    }
    const { passesOn = {} } = party;
    if (!isRecord(passesOn) || !Object.values(passesOn).every((one) => typeof one === 'string'))
      say('', 'its passesOn is not an object of paths');
    checkMeasures(party, say);
  }

  private state(role: unknown, state: unknown): void {
    if (role === 'port') this.say('state', 'a port has no state');
    else if (!isRecord(state) || state.type !== 'struct') this.say('', 'its state is not a structure');
    else new FieldChecks(this.say, SNAPSHOT_BYTES_MAX).field(state, 'state');
  }

  private message(name: string, message: unknown, published: boolean): void {
    const { say } = this;
    if (!isRecord(message)) {
      say(
        name,
        `${show(message)} is no ${published ? 'publication' : 'message'}: write ${published ? 'publication' : 'message'}({ kind, fields })`,
      );
      return;
    }
    const { kind, lane, overflow, deadlineMs, reply } = message;
    checkParts(message, MESSAGE_PARTS, name, say);
    this.name(name);
    this.kind(kind, name, published ? PUBLICATIONS : MESSAGES, published ? 'publications' : 'messages');
    const role = published ? 'publication' : reply === undefined ? 'message' : 'request';
    new FieldChecks(say, FRAME_BYTES_MAX).fields(message.fields, name, [...MESSAGE_MEMBERS, ...LEAD[role]]);
    if (!LANES.includes(lane)) say(name, `its lane is ${show(lane)}, which is none of ${list(LANES as string[])}`);
    if (!OVERFLOWS.includes(overflow)) say(name, `its overflow is ${show(overflow)}, which is none of ${list(OVERFLOWS as string[])}`);
    this.key(name, message);
    if (reply !== undefined) this.reply(name, message, published);
    else if (deadlineMs !== undefined) say(name, 'has a deadline, but no reply');
    if (deadlineMs !== undefined && !(typeof deadlineMs === 'number' && deadlineMs > 0 && deadlineMs <= DELAY_MS_MAX))
      say(name, `its deadlineMs is ${show(deadlineMs)}, not a time above 0 and up to ${DELAY_MS_MAX}`);
  }

  private name(name: string): void {
    if (!NAME.test(name)) this.say('', `${name} is not an identifier in lower case`);
    // The system's own messages are the ones that those handlers are for.
    const role = this.range === SYSTEM ? 'system' : this.party.role === 'port' ? 'port' : 'actor';
    if ((HANDLED[role] as readonly string[]).includes(name)) this.say(name, 'the runtime calls the handler of that name itself');
    if (this.names.has(name)) this.say(name, 'two messages, replies or publications have this name');
    this.names.add(name);
  }

  private kind(kind: unknown, name: string, [first, last]: readonly [number, number], what: string): void {
    if (typeof kind !== 'number' || !Number.isInteger(kind) || kind < 1 || kind > 0xffff) {
      this.say(name, `has kind ${typeof kind === 'number' ? kind : show(kind)}, which is out of range`);
      return;
    }
    if (RETIRED_KINDS.includes(kind)) this.say(name, `has kind ${hex(kind)}, which is retired`);
    const { kinds } = this;
    if (kinds && (kind < kinds.kinds[0] || kind > kinds.kinds[1]))
      this.say(name, `has kind ${hex(kind)}; those of ${kinds.whose} are ${hex(kinds.kinds[0])} to ${hex(kinds.kinds[1])}`);
    const place = kind & 0xff;
    if (place < first || place > last)
      this.say(name, `has kind ${hex(kind)}; within their block of 256, ${what} have 0x${hex(first).slice(4)} to 0x${hex(last).slice(4)}`);
  }

  private key(name: string, { key, overflow, fields }: Readonly<Record<string, unknown>>): void {
    if (key === undefined) return;
    if (overflow !== 'latest') this.say(name, "has a key, which only those with overflow 'latest' have");
    if (typeof key !== 'string' || !isRecord(fields) || !Object.hasOwn(fields, key))
      this.say(name, `its key ${show(key)} is none of its fields`);
  }

  private reply(name: string, { kind, overflow, reply }: Readonly<Record<string, unknown>>, published: boolean): void {
    const { say } = this;
    const path = `${name}Reply`;
    if (published) say(name, 'a publication has no reply');
    else if (!isRecord(reply)) say(name, `its reply is ${show(reply)}: write reply: { kind, fields }`);
    else {
      if (overflow !== 'deliver') say(name, 'is a request, whose overflow can only be deliver');
      checkParts(reply, MESSAGE_PARTS, path, say);
      this.name(path);
      const expected = typeof kind === 'number' ? kind + REPLY_OFFSET : 0;
      this.kind(reply.kind, path, [0, 0xff], 'replies');
      if (typeof reply.kind === 'number' && reply.kind !== expected)
        say(path, `has kind ${hex(reply.kind)}, not that of its request plus 0x80, ${hex(expected)}`);
      new FieldChecks(say, FRAME_BYTES_MAX).fields(reply.fields, path, [...MESSAGE_MEMBERS, ...LEAD.reply]);
    }
  }
}
