/**
 * What became of a message that came from outside, until it was seen: its path to a picture, and how long each part of it took.
 *
 *   key ─> focus ─> page ─> scene ┄ drawn with ┄> displayList ─> display
 *
 * The catch: a scene draws when it is asked to. So the step to the picture is no cause, but the first display list that the scene sent after it
 * had handled what came of the key. Only of a scene that rested is it one, since the change made a tick due.
 */
import type { Address, Kind, Microseconds } from '../../protocol/names.js';
import { type Links, NO_ROW } from './links.js';
import type { MessageTable } from './message-table.js';

/** One message on the way. Times are in microseconds. */
export interface PathStep {
  readonly row: number;
  /** How long what the step before has changed waited to be drawn; null where that step is its cause. */
  readonly drawnAfter: number | null;
  /** From sent to begun. */
  readonly waited: number;
  /** From begun to what follows on the way, or to the end. */
  readonly handled: number;
}

export interface KeyPath {
  readonly steps: readonly PathStep[];
  /** Microseconds from sent to the end of the last handling. */
  readonly total: number;
  /** Whether it ends at a picture, and not only at the last that came of it. */
  readonly isSeen: boolean;
}

/** As large as a tree of effects may be that is looked through: a key leads to some hundred messages. */
const EFFECTS_MAX = 10_000;

/** @param pictures kind of the messages that are seen; null when the application has none */
export function keyPath(table: MessageTable, links: Links, row: number, pictures: Kind | null): KeyPath {
  const tree = effectsOf(links, row);
  const picture = pictures === null ? NO_ROW : pictureAfter(table, tree, pictures);
  const change = picture === NO_ROW ? lastOf(table, tree) : changeBefore(table, tree, picture);
  const rows = wayTo(links, row, change);
  if (picture !== NO_ROW && picture !== change) rows.push(picture);
  const steps = rows.map((each, index) => stepOf(table, links, each, rows[index - 1], rows[index + 1]));
  return { steps, total: Math.max(0, endOf(table, rows.at(-1)!) - table.at(row)), isSeen: picture !== NO_ROW };
}

/** From a message to one that came of it. */
function wayTo(links: Links, from: number, to: number): number[] {
  const way = [to];
  if (to === from) return way;
  for (const cause of links.chain(to)) {
    way.push(cause);
    if (cause === from) break;
  }
  return way.reverse();
}

/** The message and all that came of it. */
function effectsOf(links: Links, row: number): readonly number[] {
  const tree = [row];
  const seen = new Set(tree);
  for (let i = 0; i < tree.length && tree.length < EFFECTS_MAX; i++)
    for (const effect of links.effects(tree[i]))
      if (!seen.has(effect)) {
        seen.add(effect);
        tree.push(effect);
      }
  return tree;
}

/** The first picture by a party that has handled something of the tree, after that. */
function pictureAfter(table: MessageTable, tree: readonly number[], pictures: Kind): number {
  const painters = paintersOf(table, pictures);
  let found = NO_ROW;
  for (const row of tree) {
    const sent = painters.get(table.target(row));
    if (table.kind(row) === pictures) found = earlier(table, found, row);
    if (sent) found = earlier(table, found, firstAfter(table, sent, endOf(table, row)));
  }
  return found;
}

const earlier = (table: MessageTable, a: number, b: number): number =>
  a === NO_ROW ? b : b === NO_ROW || table.at(a) <= table.at(b) ? a : b;

const painters = new WeakMap<MessageTable, { readonly length: number; readonly found: Map<Address, number[]> }>();

/** Rows of pictures by who sent them, in the order in which they were sent. */
function paintersOf(table: MessageTable, pictures: Kind): Map<Address, number[]> {
  const known = painters.get(table);
  if (known?.length === table.length) return known.found;
  const found = new Map<Address, number[]>();
  for (let row = 0; row < table.length; row++) {
    if (table.kind(row) !== pictures) continue;
    const rows = found.get(table.source(row));
    if (rows) rows.push(row);
    else found.set(table.source(row), [row]);
  }
  for (const rows of found.values()) rows.sort((a, b) => table.at(a) - table.at(b));
  painters.set(table, { length: table.length, found });
  return found;
}

function firstAfter(table: MessageTable, rows: readonly number[], time: Microseconds): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (table.at(rows[middle]) < time) low = middle + 1;
    else high = middle;
  }
  return rows[low] ?? NO_ROW;
}

/** What of the tree the picture shows: the last that its sender handled before it. */
function changeBefore(table: MessageTable, tree: readonly number[], picture: number): number {
  if (tree.includes(picture)) return picture;
  const handled = tree.filter((row) => table.target(row) === table.source(picture) && endOf(table, row) <= table.at(picture));
  return handled.reduce((last, row) => (endOf(table, row) > endOf(table, last) ? row : last));
}

const lastOf = (table: MessageTable, tree: readonly number[]): number =>
  tree.reduce((last, row) => (endOf(table, row) > endOf(table, last) ? row : last));

const endOf = (table: MessageTable, row: number): Microseconds => (table.begunAt(row) ?? table.at(row)) + (table.handling(row) ?? 0);

function stepOf(table: MessageTable, links: Links, row: number, before: number | undefined, next: number | undefined): PathStep {
  const begun = table.begunAt(row) ?? table.at(row);
  const isDrawn = before !== undefined && links.cause(row) !== before;
  const left = next !== undefined && links.cause(next) === row ? Math.min(table.at(next), endOf(table, row)) : endOf(table, row);
  return {
    row,
    drawnAfter: isDrawn ? Math.max(0, table.at(row) - endOf(table, before)) : null,
    waited: Math.max(0, begun - table.at(row)),
    handled: Math.max(0, left - begun),
  };
}
