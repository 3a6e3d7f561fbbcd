/** What a schema must keep to beyond its types. The generator refuses a set with problems. */
import { describeFields } from '../fingerprint.js';
import { RETIRED_KINDS } from '../retired-kinds.js';
import type { Field, Fields, PartySchema } from '../schema.js';
import { hex, type Message, messagesOf, pascal } from './model.js';

const NAME = /^[a-z][A-Za-z0-9]*$/;
const TYPE_NAME = /^[A-Z][A-Za-z0-9]*$/;
/** Members of the AssemblyScript classes. */
const STRUCT_MEMBERS = ['constructor', 'encode', 'decode', 'reset'];
const MESSAGE_MEMBERS = ['constructor', 'encode', 'decode', 'kind', 'target'];

/** @returns a sentence for each problem of the party */
export function problemsOf(party: PartySchema): string[] {
  const problems: string[] = [];
  const say = (text: string) => problems.push(`${party.name}: ${text}`);
  if (!NAME.test(party.name)) say('its name is not an identifier in lower case');
  if (!Number.isInteger(party.address) || party.address < 1 || party.address > 0xfffe) say(`address ${party.address} is out of range`);
  if (party.state && party.state.type !== 'struct') say('its state is not a structure');
  if (party.state) checkField(party.state, 'state', say);
  for (const message of messagesOf(party)) checkMessage(message, say);
  return problems;
}

/** Kinds, addresses and names that several parties claim, and watches that lead nowhere. */
export function conflictsOf(parties: readonly PartySchema[]): string[] {
  const owners = new Map<string, string>();
  const problems: string[] = [];
  const claim = (what: string, owner: string) => {
    const other = owners.get(what);
    if (other !== undefined) problems.push(`${owner} and ${other} both have ${what}`);
    owners.set(what, owner);
  };
  for (const party of parties) {
    claim(`the name ${party.name}`, party.name);
    claim(`address ${party.address}`, party.name);
    for (const message of messagesOf(party)) claim(`kind ${hex(message.kind)}`, `${party.name}.${message.name}`);
  }
  return [...problems, ...parties.flatMap((party) => [...wrongWatches(party, parties), ...wrongPassages(party, parties)])];
}

/** A sentence for each party that cannot be watched by this one. */
const wrongWatches = ({ name, watches }: PartySchema, parties: readonly PartySchema[]): string[] =>
  watches.flatMap((watched, index) => {
    if (watched === name) return [`${name} watches itself, and would learn of its end in its next life`];
    if (watches.indexOf(watched) !== index) return [`${name} watches ${watched} twice`];
    return parties.some((party) => party.name === watched) ? [] : [`${name} watches ${watched}, which does not exist`];
  });

/** A sentence for each message that cannot be passed on as the other. */
const wrongPassages = ({ name, receives, sendsTo, passesOn = {} }: PartySchema, parties: readonly PartySchema[]): string[] =>
  Object.entries(passesOn).flatMap(([passed, path]) => {
    const [ownerName, messageName] = path.split('.');
    const from = receives[passed];
    const to = parties.find((party) => party.name === ownerName)?.receives[messageName];
    if (!from || !to) return [`${name} passes ${passed} on as ${path}, and there is no ${from ? path : passed}`];
    if (!sendsTo.includes(ownerName)) return [`${name} passes ${passed} on as ${path}, and does not send to ${ownerName}`];
    const same = !from.reply && !to.reply && describeFields(from.fields) === describeFields(to.fields);
    return same ? [] : [`${name} passes ${passed} on as ${path}, which has other fields`];
  });

function checkMessage(message: Message, say: (text: string) => void): void {
  const { kind, name, fields, lead } = message;
  if (!NAME.test(name)) say(`${name} is not an identifier in lower case`);
  if (!Number.isInteger(kind) || kind < 1 || kind > 0xffff) say(`${name} has kind ${kind}, which is out of range`);
  if (RETIRED_KINDS.includes(kind)) say(`${name} has kind ${hex(kind)}, which is retired`);
  checkFields(fields, name, [...MESSAGE_MEMBERS, ...Object.keys(lead)], say);
}

function checkFields(fields: Fields, path: string, taken: readonly string[], say: (text: string) => void): void {
  for (const [name, field] of Object.entries(fields)) {
    if (!NAME.test(name)) say(`${path}.${name} is not an identifier in lower case`);
    if (taken.includes(name)) say(`${path}.${name}: the name is taken by the generated class`);
    checkField(field, `${path}.${name}`, say);
  }
}

function checkField(field: Field, path: string, say: (text: string) => void): void {
  if (field.type === 'struct' || field.type === 'choice') {
    if (!TYPE_NAME.test(field.name ?? '')) say(`${path}: ${field.name} is not the name of a type`);
  }
  if (field.type === 'struct') checkFields(field.fields!, field.name!, STRUCT_MEMBERS, say);
  if (field.type === 'choice') {
    const members = field.options!.map(pascal);
    if (!members.length || members.length > 0xffff) say(`${path}: a choice has between 1 and 65,535 options`);
    if (new Set(members).size !== members.length || members.includes(''))
      say(`${path}: options of ${field.name} have the same name in AssemblyScript`);
  }
  if (field.type === 'optional' && ['optional', 'dynamic'].includes(field.item!.type)) {
    say(`${path}: an optional ${field.item!.type} could not tell its nil from its absence`);
  }
  if (field.item) checkField(field.item, path, say);
}
