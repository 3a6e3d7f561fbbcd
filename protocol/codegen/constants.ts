/**
 * Constants of a schema: numbers and lists of numbers that its file exports under names in upper case, for example
 * `export const FETCHES_MAX = 96`. TypeScript imports them from the schema, AssemblyScript from the generated file, so that twins keep
 * to the same bounds.
 */
import type { PartySchema } from '../schema.js';
import { messagesOf, namedTypes, pascal } from './model.js';

export type Constants = ReadonlyMap<string, number | readonly number[]>;

const NAME = /^[A-Z][A-Z0-9_]*$/;
/** Constants that a guest gets from an actor's schema; their names begin with the actor's name. */
const TABLES = ['ADDRESS', 'PUBLISHES', 'FOLLOWS', 'FOLLOWED_OWNERS'];
const I32_MIN = -(2 ** 31);
const I32_MAX = 2 ** 31 - 1;

/**
 * The constants in the order of their names.
 * @param exports of the schema's module; its other exports are ignored
 */
export function constantsOf(exports: Readonly<Record<string, unknown>>): Constants {
  const isNumber = (value: unknown): value is number => typeof value === 'number';
  const found = Object.entries(exports).filter(
    (entry): entry is [string, number | number[]] =>
      NAME.test(entry[0]) && (isNumber(entry[1]) || (Array.isArray(entry[1]) && entry[1].length > 0 && entry[1].every(isNumber))),
  );
  return new Map(found.sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** @returns a sentence for each constant that the generated file cannot have */
export function problemsOfConstants(constants: Constants, party: PartySchema): string[] {
  const classes = messagesOf(party).map(({ name }) => `${pascal(party.name)}${pascal(name)}`);
  const taken = [...namedTypes(party).keys(), ...classes];
  const ownTables = `${party.name.toUpperCase()}_`;
  return [...constants].flatMap(([name, value]) => {
    const odd = [value].flat().find((one) => !Number.isFinite(one));
    return [
      ...(odd === undefined ? [] : [`the constant ${name} is ${odd}, and not a finite number`]),
      ...(name.startsWith(ownTables) && TABLES.includes(name.slice(ownTables.length))
        ? [`the constant ${name} is one of the generated file`]
        : []),
      ...(taken.includes(name) ? [`the constant ${name} has the name of a generated class`] : []),
    ];
  });
}

/** A number has the type that AssemblyScript gives its literal, `i32` for most; a list has `i32` when all of it fits, else `f64`. */
export const constantLines = (constants: Constants): string[] =>
  [...constants].map(([name, value]) => {
    if (typeof value === 'number') return `export const ${name} = ${value};`;
    const fits = value.every((one) => Number.isInteger(one) && one >= I32_MIN && one <= I32_MAX);
    return `export const ${name}: ${fits ? 'i32' : 'f64'}[] = [${value.join(', ')}];`;
  });
