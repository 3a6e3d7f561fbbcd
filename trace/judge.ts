/**
 * Judges whether what was recorded under older schemas can be played under today's. Bodies and states are arrays by position: what was appended since is
 * filled in with defaults, and anything else changes what the bytes mean.
 */

import type { Fields } from '../protocol/fields.js';
import type { Kind } from '../protocol/names.js';
import type { Field, PartySchema } from '../protocol/schema.js';

/** fine: it means the same. risky: it can be read, and may mean something else. impossible: it cannot be read. */
export type Verdict = 'fine' | 'risky' | 'impossible';

export interface SchemaChange {
  /** As `focus.key.phase`, or `focus.state.node`. */
  readonly path: string;
  readonly verdict: Verdict;
  /** What has changed, in words. */
  readonly change: string;
}

export interface Judgement {
  /** The worst of the changes. */
  readonly verdict: Verdict;
  readonly changes: readonly SchemaChange[];
}

const VERDICTS: readonly Verdict[] = ['fine', 'risky', 'impossible'];

/** @param recorded schemas of the recording. @param present today's */
export function judge(recorded: readonly PartySchema[], present: readonly PartySchema[]): Judgement {
  const judging = new Judging();
  for (const party of recorded) judging.party(party, present);
  const { changes } = judging;
  const worst = Math.max(0, ...changes.map(({ verdict }) => VERDICTS.indexOf(verdict)));
  return { verdict: VERDICTS[worst], changes };
}

/** A structure without fields at a place where it had some reads anything. */
const NO_FIELDS: Fields = {};

class Judging {
  readonly changes: SchemaChange[] = [];

  private say(path: string, verdict: Verdict, change: string): void {
    this.changes.push({ path, verdict, change });
  }

  party(was: PartySchema, present: readonly PartySchema[]): void {
    const now = present.find(({ name }) => name === was.name);
    const isActor = was.role === 'actor';
    if (!now) {
      this.say(was.name, isActor ? 'impossible' : 'fine', `${isActor ? 'the actor' : 'the port'} is gone`);
      return;
    }
    if (now.address !== was.address) this.say(was.name, 'impossible', `its address was ${was.address} and is ${now.address}`);
    for (const [name, message] of Object.entries(was.receives)) {
      const path = `${was.name}.${name}`;
      const same = Object.entries(now.receives).find(([, { kind }]) => kind === message.kind);
      if (!this.kind(path, message.kind, name, same, isActor)) continue;
      this.fields(path, message.fields, same![1].fields);
      if (message.reply) this.reply(`${path}.reply`, message.reply, same![1].reply);
    }
    for (const [name, topic] of Object.entries(was.publishes)) {
      const same = Object.entries(now.publishes).find(([, { kind }]) => kind === topic.kind);
      if (this.kind(`${was.name}.${name}`, topic.kind, name, same, isActor))
        this.fields(`${was.name}.${name}`, topic.fields, same![1].fields);
    }
    if (was.state && now.state) this.field(`${was.name}.state`, was.state, now.state);
  }

  /** @returns whether it is there today */
  private kind(path: string, kind: Kind, name: string, same: readonly [string, unknown] | undefined, needed: boolean): boolean {
    if (!same) this.say(path, needed ? 'impossible' : 'risky', `the message is gone (kind 0x${kind.toString(16).padStart(4, '0')})`);
    else if (same[0] !== name) this.say(path, 'risky', `it is called ${same[0]} now`);
    return same !== undefined;
  }

  private reply(
    path: string,
    was: { readonly fields: Fields | undefined },
    now: { readonly fields: Fields | undefined } | undefined,
  ): void {
    if (!now) this.say(path, 'impossible', 'it is no request any more');
    else this.fields(path, was.fields ?? NO_FIELDS, now.fields ?? NO_FIELDS);
  }

  private fields(path: string, was: Fields, now: Fields): void {
    const names = Object.keys(now);
    for (const [index, [name, field]] of Object.entries(was).entries()) {
      const inPlace = names[index];
      const at = `${path}.${name}`;
      if (inPlace === name) this.field(at, field, now[name]);
      else if (names.includes(name)) this.say(at, 'impossible', `it was field ${index + 1} and is field ${names.indexOf(name) + 1}`);
      else if (inPlace === undefined) this.say(at, 'risky', 'the field is gone: what was recorded in it is not read');
      else if (now[inPlace].type === field.type) this.say(at, 'risky', `the field is called ${inPlace} now, or another has its place`);
      else this.say(at, 'impossible', `the field is gone, and ${inPlace} (${now[inPlace].type}) has its place`);
    }
    for (const name of names.slice(Object.keys(was).length))
      if (!(name in was)) this.say(`${path}.${name}`, 'fine', 'the field is new: it has its default');
  }

  private field(path: string, was: Field, now: Field): void {
    if (was.type !== now.type) {
      this.say(path, wider(was, now) ? 'fine' : 'impossible', `its type was ${was.type} and is ${now.type}`);
      return;
    }
    if (was.fields) this.fields(path, was.fields, now.fields ?? NO_FIELDS);
    if (was.item && now.item) this.field(`${path}[]`, was.item, now.item);
    if (was.options) this.options(path, was.options, now.options ?? []);
    if ((now.max ?? Number.POSITIVE_INFINITY) < (was.max ?? Number.POSITIVE_INFINITY))
      this.say(path, 'risky', `it may have ${now.max ?? 0} at most, and had up to ${was.max ?? 'any number'}`);
  }

  private options(path: string, was: readonly string[], now: readonly string[]): void {
    const changed = was.findIndex((option, index) => now[index] !== option);
    if (changed >= 0 && changed < now.length) this.say(path, 'risky', `choice ${changed} was ${was[changed]} and is ${now[changed]}`);
    else if (changed >= 0) this.say(path, 'impossible', `choice ${was[changed]} is gone`);
    else if (now.length > was.length) this.say(path, 'fine', `it has the new choices ${now.slice(was.length).join(', ')}`);
  }
}

const UNSIGNED = ['u8', 'u16', 'u32', 'u53'];
const SIGNED = ['i8', 'i16', 'i32'];

/** Whether every value of the one type is one of the other, and written alike. */
function wider({ type: was }: Field, { type: now }: Field): boolean {
  return [UNSIGNED, SIGNED].some((types) => types.includes(was) && types.indexOf(now) > types.indexOf(was));
}
