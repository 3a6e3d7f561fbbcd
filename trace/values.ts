/** Decoded values: where two of them differ, and what is at a path. */

/** Values by name: an object for a structure, a map or a body. */
type Named = { readonly [name: string]: unknown };

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

/** @returns the value at a path, also `length` of a list, a text or bytes; undefined when there is none */
export function valueAt(value: unknown, steps: readonly string[]): unknown {
  let found = value;
  for (const step of steps) {
    if (step === 'length' && (typeof found === 'string' || Array.isArray(found) || found instanceof Uint8Array)) found = found.length;
    else if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    else found = (found as Readonly<Record<string, unknown>>)[step];
  }
  return found;
}
