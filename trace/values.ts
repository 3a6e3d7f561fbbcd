/** What bodies and states hold, by the names that a schema gives, and where two of them differ. */
import { decode } from '@msgpack/msgpack';
import type { Field } from '../protocol/schema.js';

/** Values by name: an object for a structure, a map or a body. */
type Named = { readonly [name: string]: unknown };

/** @returns a decoded MessagePack value with names in place of positions and of indexes of choices; what does not fit stays as it is */
export function namedValue(field: Field | undefined, value: unknown): unknown {
  if (!field || value === null || value === undefined) return value ?? null;
  switch (field.type) {
    case 'struct':
      return Array.isArray(value) ? namedFields(Object.entries(field.fields ?? {}), value) : value;
    case 'optional':
      return namedValue(field.item, value);
    case 'list':
      return Array.isArray(value) ? value.map((item) => namedValue(field.item, item)) : value;
    case 'map':
      return isNamed(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, namedValue(field.item, item)])) : value;
    case 'choice':
      return field.options?.[value as number] ?? value;
    default:
      return value;
  }
}

/** Fields that a longer value has, and that the schema does not know, have their position for a name. */
export function namedFields(fields: readonly (readonly [name: string, field: Field])[], values: readonly unknown[]): Named {
  return Object.fromEntries(values.map((value, index) => [fields[index]?.[0] ?? String(index), namedValue(fields[index]?.[1], value)]));
}

/** @returns undefined for bytes that are no MessagePack */
export function decodedOrNothing(bytes: Uint8Array): unknown {
  try {
    return decode(bytes);
  } catch {
    return undefined;
  }
}

export interface ValueDifference {
  /** As `creates[3].x`; empty when the values differ as a whole. */
  readonly path: string;
  /** Undefined where there is nothing. */
  readonly first: unknown;
  readonly second: unknown;
}

/** @returns the first place at which two values differ; null when they are alike */
export function differenceOf(first: unknown, second: unknown, path = ''): ValueDifference | null {
  if (Object.is(first, second)) return null;
  if (first instanceof Uint8Array && second instanceof Uint8Array) return bytesDifference(first, second, path);
  if (Array.isArray(first) && Array.isArray(second)) {
    for (let i = 0; i < Math.max(first.length, second.length); i++) {
      const found = differenceOf(first[i], second[i], `${path}[${i}]`);
      if (found) return found;
    }
    return null;
  }
  if (!isNamed(first) || !isNamed(second)) return { path, first, second };
  for (const name of new Set([...Object.keys(first), ...Object.keys(second)])) {
    const found = differenceOf(first[name], second[name], path === '' ? name : `${path}.${name}`);
    if (found) return found;
  }
  return null;
}

function bytesDifference(first: Uint8Array, second: Uint8Array, path: string): ValueDifference | null {
  for (let i = 0; i < Math.max(first.length, second.length); i++)
    if (first[i] !== second[i]) return { path: `${path}[${i}]`, first: first[i], second: second[i] };
  return null;
}

const isNamed = (value: unknown): value is Named =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** A path that makes no sense. */
export class PathError extends Error {
  override readonly name = 'PathError';
}

const STEP = /\.?([^.[\]]+)|\[(\d+)\]/y;

/** @param path as `nodes[412].x` @throws PathError */
export function parsePath(path: string): readonly string[] {
  const steps: string[] = [];
  for (STEP.lastIndex = 0; STEP.lastIndex < path.length; ) {
    const [, name, index] = STEP.exec(path) ?? [];
    if (name === undefined && index === undefined) throw new PathError(`'${path}' is no path as nodes[412].x`);
    steps.push(name ?? index);
  }
  return steps;
}

/** @returns the value at a path; undefined when there is none */
export function valueAt(value: unknown, steps: readonly string[]): unknown {
  let found = value;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Named)[step];
  }
  return found;
}
