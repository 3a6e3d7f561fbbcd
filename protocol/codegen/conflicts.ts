/** Conflicts between well-formed parties: names, addresses and kinds that are used twice, and references that lead nowhere. */
import { describeFields } from '../fingerprint.js';
import type { Field, PartySchema } from '../schema.js';
import { hex, type Message, messagesOf, namedTypes, pascal, sameType, sharedTypes } from './model.js';

export interface Conflict {
  /** The party whose schema has the conflict. */
  readonly party: PartySchema;
  readonly text: string;
}

/**
 * @param refused names of parties that are missing here because they have problems of their own
 * @param own parties whose code is generated together; the others are the runtime's
 */
export function conflictsIn(parties: readonly PartySchema[], refused: readonly string[] = [], own = parties): Conflict[] {
  const conflicts: Conflict[] = [];
  const owners = new Map<string, string>();
  const claim = (party: PartySchema, what: string, owner: string) => {
    const other = owners.get(what);
    if (other !== undefined) conflicts.push({ party, text: `${owner} and ${other} both have ${what}` });
    owners.set(what, owner);
  };
  for (const party of parties) {
    claim(party, `the name ${party.name}`, party.name);
    claim(party, `address ${party.address}`, party.name);
    if (party.measures) claim(party, 'what the VMs measure', party.name);
    for (const message of messagesOf(party)) claim(party, `kind ${hex(message.kind)}`, `${party.name}.${message.name}`);
  }
  for (const party of parties) {
    const rest = [
      ...wrongNames(party),
      ...wrongWays(party, parties, refused),
      ...wrongWatches(party, parties, refused),
      ...wrongPassages(party, parties, refused),
      ...doubleHandlers(party, parties),
    ];
    conflicts.push(...rest.map((text) => ({ party, text })));
  }
  return [...conflicts, ...unlikeTypes(own)];
}

/** Names that are two spellings of the same file or class. */
function wrongNames(party: PartySchema): string[] {
  const classes = new Map<string, string>();
  const own = pascal(party.name);
  for (const { name } of messagesOf(party)) classes.set(`${own}${pascal(name)}`, `the message ${name}`);
  classes.set(`${own}Handlers`, 'the interface of its handlers');
  try {
    return [...namedTypes(party).keys()].flatMap((type) =>
      classes.has(type) ? [`${party.name}: the type ${type} has the name of the class of ${classes.get(type)}`] : [],
    );
  } catch (error) {
    return [(error as Error).message];
  }
}

/** Topics and targets that do not exist. */
function wrongWays({ name, follows, sendsTo }: PartySchema, parties: readonly PartySchema[], refused: readonly string[]): string[] {
  const find = (other: string) => parties.find((party) => party.name === other);
  const twice = (what: string, list: readonly string[]) =>
    list.filter((one, index) => list.indexOf(one) !== index).map((one) => `${name} ${what} ${one} twice`);
  const nowhere = follows.flatMap((path) => {
    const [owner, topic, ...more] = path.split('.');
    if (owner === name) return [`${name} follows ${path}, which is its own`];
    if (refused.includes(owner)) return [];
    const publishes = find(owner)?.publishes;
    return publishes && topic && Object.hasOwn(publishes, topic) && !more.length ? [] : [`${name} follows ${path}, which does not exist`];
  });
  const nobody = sendsTo
    .filter((target) => !find(target) && !refused.includes(target))
    .map((target) => `${name} sends to ${target}, which does not exist`);
  return [...nowhere, ...nobody, ...twice('follows', follows), ...twice('sends to', sendsTo)];
}

/** A sentence for each party that cannot be watched by this one. */
const wrongWatches = ({ name, watches }: PartySchema, parties: readonly PartySchema[], refused: readonly string[]): string[] =>
  watches.flatMap((watched, index) => {
    if (watched === name) return [`${name} watches itself, and would learn of its end in its next life`];
    if (watches.indexOf(watched) !== index) return [`${name} watches ${watched} twice`];
    return refused.includes(watched) || parties.some((party) => party.name === watched)
      ? []
      : [`${name} watches ${watched}, which does not exist`];
  });

/** A sentence for each message that cannot be passed on as the other. */
const wrongPassages = (
  { name, receives, sendsTo, passesOn = {} }: PartySchema,
  parties: readonly PartySchema[],
  refused: readonly string[],
): string[] =>
  Object.entries(passesOn).flatMap(([passed, path]) => {
    const [ownerName, messageName] = path.split('.');
    if (refused.includes(ownerName)) return [];
    const from = receives[passed];
    const to = parties.find((party) => party.name === ownerName)?.receives[messageName];
    if (!from || !to) return [`${name} passes ${passed} on as ${path}, and there is no ${from ? path : passed}`];
    if (!sendsTo.includes(ownerName)) return [`${name} passes ${passed} on as ${path}, and does not send to ${ownerName}`];
    const same = !from.reply && !to.reply && describeFields(from.fields) === describeFields(to.fields);
    return same ? [] : [`${name} passes ${passed} on as ${path}, which has other fields`];
  });

/** Messages for which an actor would need two handlers of one name. A port gets its replies where it asks. */
function doubleHandlers(party: PartySchema, parties: readonly PartySchema[]): string[] {
  if (party.role === 'port') return [];
  const others = (names: readonly string[]) => parties.filter(({ name }) => names.includes(name));
  const of = (owner: PartySchema, roles: readonly Message['role'][]) => messagesOf(owner).filter(({ role }) => roles.includes(role));
  const handlers = [
    ...of(party, ['message', 'request']).map(({ name }) => `on${pascal(name)}`),
    ...party.follows.map((path) => `on${path.split('.').map(pascal).join('')}`),
    ...others(party.sendsTo).flatMap((owner) => of(owner, ['reply']).map(({ name }) => `on${pascal(name)}`)),
  ];
  const twice = handlers.filter(
    (handler, index) => handlers.indexOf(handler) !== index && !party.follows.some((path, at) => party.follows.indexOf(path) !== at),
  );
  return [...new Set(twice)].map((handler) => `${party.name} would have two handlers named ${handler}`);
}

/** Different types of one name: a type that several parties share is generated once, so one would be taken for the other. */
function unlikeTypes(parties: readonly PartySchema[]): Conflict[] {
  const typesOf = (party: PartySchema): ReadonlyMap<string, Field> => {
    try {
      return namedTypes(party);
    } catch {
      return new Map(); // Reported elsewhere.
    }
  };
  const sound = parties.filter((party) => typesOf(party).size > 0);
  try {
    const shared = sharedTypes(sound);
    return sound.flatMap((party) =>
      [...typesOf(party)].flatMap(([name, field]) =>
        shared.has(name) && !sameType(shared.get(name)!, field)
          ? [{ party, text: `${party.name} and others have different types named ${name}` }]
          : [],
      ),
    );
  } catch (error) {
    return [{ party: sound[0], text: (error as Error).message }];
  }
}
