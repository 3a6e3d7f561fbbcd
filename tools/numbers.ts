/**
 * Gives an application's parties and messages their numbers: those that are written by hand, those that the lock file keeps, and new ones. What
 * has gone is retired. The same name gets its old number back, and no other one ever does.
 */
import { type BoundParty, giveNumbers } from '../protocol/bind.js';
import { MESSAGE_PLACES, Numbering, PUBLICATION_PLACES } from '../protocol/numbering.js';
import type { Problem } from './generated-application.js';
import { isMessage, LOCK_FILE, type Lock, numberText, retire } from './lock-file.js';

export interface NumbersGiven {
  readonly problems: readonly Problem[];
  /** What a person should know, in whole sentences: names that have gone while others have come. */
  readonly notes: readonly string[];
  readonly clientAddress: number;
}

/** Name of the port that the page speaks through. */
export const CLIENT = 'client';

/** A party with the file that it is in. */
export interface PartyFile {
  readonly file: string;
  readonly party: BoundParty;
}

/**
 * Puts numbers into the parties, in place, and what has changed into the lock.
 * @param lock as it was read; it is changed
 * @param left numbers of names that are to get others
 */
export function numberParties(lock: Lock, files: readonly PartyFile[], left: ReadonlyMap<string, number> = new Map()): NumbersGiven {
  const before: Lock = { addresses: new Map(lock.addresses), kinds: new Map(lock.kinds), retired: new Map(lock.retired) };
  const problems = files.flatMap((file) => byHand(lock, file));
  if (problems.length) return { problems, notes: [], clientAddress: 0 };
  const numbering = new Numbering();
  for (const [text, name] of lock.retired) takeNumber(numbering, name, Number(text));
  for (const [name, number] of [...lock.addresses, ...lock.kinds, ...left]) takeNumber(numbering, name, number);
  for (const { party } of files) numbering.take(party);
  for (const { party } of files) give(numbering, lock, before, party);
  const clientAddress = recalled(before, CLIENT) ?? numbering.freeAddress();
  lock.addresses.set(CLIENT, clientAddress);
  retireMissing(lock, files);
  const active = new Set([...lock.addresses, ...lock.kinds].map(([name, number]) => numberText(name, number)));
  for (const text of active) lock.retired.delete(text);
  for (const [name, number] of left) if (!active.has(numberText(name, number))) retire(lock, name, number);
  return { problems, notes: renames(before, lock), clientAddress };
}

const takeNumber = (numbering: Numbering, name: string, number: number): void =>
  isMessage(name) ? numbering.takeKind(number) : numbering.takeAddress(number);

/** The number that a name has, or had when it was last there. */
function recalled({ addresses, kinds, retired }: Lock, name: string): number | undefined {
  const present = (isMessage(name) ? kinds : addresses).get(name);
  if (present !== undefined) return present;
  const old = [...retired].filter(([, owner]) => owner === name).map(([text]) => Number(text));
  return old.length ? Math.max(...old) : undefined;
}

function give(numbering: Numbering, lock: Lock, before: Lock, party: BoundParty): void {
  const remembered = new Map<string, number>();
  const places = [
    ...Object.keys(party.receives).map((name) => [name, MESSAGE_PLACES] as const),
    ...Object.keys(party.publishes).map((name) => [name, PUBLICATION_PLACES] as const),
  ];
  for (const [name, [first, last]] of places) {
    const kind = recalled(before, `${party.name}.${name}`);
    // A message that has become a publication is another one.
    if (kind !== undefined && (kind & 0xff) >= first && (kind & 0xff) <= last) remembered.set(name, kind);
  }
  const numbers = numbering.numbersFor(party, recalled(before, party.name), remembered);
  giveNumbers(party, numbers);
  note(lock, party.name, numbers.address);
  for (const [name, { kind }] of [...Object.entries(numbers.receives), ...Object.entries(numbers.publishes)])
    note(lock, `${party.name}.${name}`, kind);
}

/** Notes a number; the one that the name had before is retired. */
function note(lock: Lock, name: string, number: number): void {
  const entries = isMessage(name) ? lock.kinds : lock.addresses;
  const former = entries.get(name);
  if (former !== undefined && former !== number) retire(lock, name, former);
  entries.set(name, number);
}

function retireMissing(lock: Lock, files: readonly PartyFile[]): void {
  const present = new Set([CLIENT]);
  for (const { party } of files) {
    present.add(party.name);
    for (const name of [...Object.keys(party.receives), ...Object.keys(party.publishes)]) present.add(`${party.name}.${name}`);
  }
  for (const entries of [lock.addresses, lock.kinds]) {
    for (const [name, number] of entries) {
      if (present.has(name)) continue;
      entries.delete(name);
      retire(lock, name, number);
    }
  }
}

/** Numbers by hand that the lock file has for somebody else. */
function byHand(lock: Lock, { file, party }: PartyFile): Problem[] {
  const written = [
    [party.name, party.address] as const,
    ...[...Object.entries(party.receives), ...Object.entries(party.publishes)].map(
      ([name, { kind }]) => [`${party.name}.${name}`, kind] as const,
    ),
  ];
  return written.flatMap(([name, number]) => {
    if (!number) return [];
    const entries = isMessage(name) ? lock.kinds : lock.addresses;
    const text = numberText(name, number);
    const holder = [...entries].find(([other, taken]) => taken === number && other !== name)?.[0];
    const former = lock.retired.get(text);
    if (holder !== undefined)
      return [
        {
          file,
          text: `${name} has ${text} by hand, which ${LOCK_FILE} keeps for ${holder}: take another, or give ${holder} a new one with npx tandem codegen --renumber ${holder}`,
        },
      ];
    return former !== undefined && former !== name
      ? [{ file, text: `${name} has ${text} by hand, which was ${former}'s and is given to nobody again: take another` }]
      : [];
  });
}

/** What may have been renamed: of the same party, a message that has gone and one that has come; or two parties. */
function renames(before: Lock, after: Lock): string[] {
  const partyOf = (name: string) => name.split('.')[0];
  const changed = (from: Lock, to: Lock) =>
    [...from.addresses.keys(), ...from.kinds.keys()].filter((name) => !to.addresses.has(name) && !to.kinds.has(name));
  const [gone, come] = [changed(before, after), changed(after, before)];
  return gone.flatMap((name) => {
    if (isMessage(name) && !after.addresses.has(partyOf(name))) return [];
    const successors = come.filter(
      (other) => isMessage(other) === isMessage(name) && (!isMessage(name) || partyOf(other) === partyOf(name)),
    );
    return successors.map(
      (other) =>
        `${name} is gone and ${other} is new: if it was renamed, keep its number with npx tandem codegen --rename ${name}=${other}; otherwise what was recorded or is sent by the name of before reaches nobody`,
    );
  });
}

/**
 * Gives one name's numbers to another, which may have some already.
 * @returns why that cannot be; null when it is done
 */
export function rename(lock: Lock, from: string, to: string): string | null {
  if (isMessage(from) !== isMessage(to)) return `${from} and ${to} are not both parties, or both messages`;
  const known = [...lock.addresses.keys(), ...lock.kinds.keys(), ...lock.retired.values()];
  if (!known.includes(from)) return `${LOCK_FILE} has no ${from}`;
  const below = isMessage(from) ? [] : [...new Set(known.filter((name) => name.startsWith(`${from}.`)))];
  for (const name of [from, ...below]) {
    const number = recalled(lock, name) as number;
    const entries = isMessage(name) ? lock.kinds : lock.addresses;
    entries.delete(name);
    lock.retired.delete(numberText(name, number));
    note(lock, to + name.slice(from.length), number);
  }
  return null;
}
