/** Everything that differs between two decoded values, by its path. */

export interface Change {
  /** As `nodes[3].x`; empty for the value as a whole. */
  readonly path: string;
  /** Undefined where there is nothing. */
  readonly before: unknown;
  readonly after: unknown;
}

type Named = Readonly<Record<string, unknown>>;

const isNested = (value: unknown): value is Named => typeof value === 'object' && value !== null;

/** @param most more are not looked for */
export function changesOf(before: unknown, after: unknown, most: number, path = ''): Change[] {
  if (Object.is(before, after)) return [];
  if (!isNested(before) || !isNested(after) || Array.isArray(before) !== Array.isArray(after)) return [{ path, before, after }];
  const changes: Change[] = [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (changes.length >= most) break;
    const inner = Array.isArray(before) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    changes.push(...changesOf(before[name], after[name], most - changes.length, inner));
  }
  return changes;
}
