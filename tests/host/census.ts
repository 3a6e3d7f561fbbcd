/**
 * For tests of growth: counts the objects of this thread that are still held, by class. Bytes would not do, because the engine compiles
 * all the time, and its code grows by more than a forgotten listener.
 */
import { getHeapSnapshot, queryObjects, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Types of nodes that are named after a class or function; the others are strings, numbers, and the engine's own. */
const NAMED = ['object', 'closure', 'native'];

interface HeapSnapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly [readonly string[]] } };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

async function takeSnapshot(): Promise<HeapSnapshot> {
  const chunks: Buffer[] = [];
  for await (const chunk of getHeapSnapshot()) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** Number of objects of this thread that are still held, of whatever class: a tenth of the work of a census, to see whether anything moves. */
export const countObjects = (): number => queryObjects(Object, { format: 'count' });

export type Census = ReadonlyMap<string, number>;

/** Counts what is left after garbage collection. */
export async function takeCensus(): Promise<Census> {
  // Objects released by a finalizer are collected the next time.
  for (let i = 0; i < 4; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { nodes, strings, snapshot } = await takeSnapshot();
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const census = new Map<string, number>();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const type = types[0][nodes[at + fields.indexOf('type')]];
    if (!NAMED.includes(type)) continue;
    const key = `${type} ${strings[nodes[at + fields.indexOf('name')]]}`;
    census.set(key, (census.get(key) ?? 0) + 1);
  }
  return census;
}

/** Classes that have grown with an action done so many times: by at least one object for every two times. */
export function grownBy(times: number, before: Census, after: Census): Record<string, number> {
  const growth = [...after].map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const);
  return Object.fromEntries(growth.filter(([, more]) => more >= times / 2));
}
