/**
 * The places of focusable nodes and focus groups as followers know them. `update` compares the tree with what was published and
 * collects the differences.
 */
import { SCENE_FOCUSABLES_MAX } from '../../protocol/messages/scene.js';
import type { Animations } from './animation.js';
import type { Layout } from './layout.js';
import { FOCUS_GROUP, FOCUSABLE, X, Y } from './properties.js';
import { grown, NONE, ROOT, type Tree } from './tree.js';

/** Columns of a published rectangle: the fields of LayoutRect. */
export const NODE = 0;
export const GROUP = 1;
export const IS_FOCUSABLE = 2;
export const LEFT = 3;
export const TOP = 4;
export const WIDTH = 5;
export const HEIGHT = 6;
export const ORDER = 7;
const IS_GROUP = 8;
export const FOCUSABLE_COLUMNS = 9;

/** Added to IS_GROUP in a row whose node was removed since: another node may have its number by the next `update`. */
const REMOVED = 2;
const CAPACITY_MIN = 64;

export class Focusables {
  /** What is published, in document order. */
  rows = new Float64Array(CAPACITY_MIN * FOCUSABLE_COLUMNS);
  count = 0;
  /** Result of `update`: indices of new or different rows, and nodes that left. */
  changed: number[] = [];
  removed: number[] = [];

  private former = new Float64Array(CAPACITY_MIN * FOCUSABLE_COLUMNS);
  /** Per node: the index of its row, or -1. */
  private place = new Int32Array(0).fill(NONE);
  /** Per node: where it will be on the screen, its focus group, and, for a group, the members counted so far. */
  private left = new Float64Array(0);
  private top = new Float64Array(0);
  private group = new Int32Array(0);
  private members = new Int32Array(0);

  update(tree: Tree, layout: Layout, animations: Animations): void {
    this.reserve(tree.capacity);
    this.changed.length = 0;
    this.removed.length = 0;
    const former = this.rows;
    const formerCount = this.count;
    this.rows = this.former;
    this.former = former;
    this.count = 0;
    for (let i = 0; i < tree.orderLength; i++) this.visit(tree, layout, animations, tree.order[i]);
    for (let i = 0; i < formerCount; i++) {
      const node = former[i * FOCUSABLE_COLUMNS + NODE];
      const place = this.place[node];
      if (place >= this.count || this.rows[place * FOCUSABLE_COLUMNS + NODE] !== node) {
        this.place[node] = NONE;
        this.removed.push(node);
      } else if (former[i * FOCUSABLE_COLUMNS + IS_GROUP] >= REMOVED) {
        this.removed.push(node);
      }
    }
  }

  /** Notes that a node was removed: a node with its number at the next `update` is a different one. */
  forget(node: number): void {
    if (node >= this.place.length || this.place[node] === NONE) return;
    const flags = this.place[node] * FOCUSABLE_COLUMNS + IS_GROUP;
    if (this.rows[flags] < REMOVED) this.rows[flags] += REMOVED;
  }

  /** Whether the row is a group's. */
  isGroup(index: number): boolean {
    return this.rows[index * FOCUSABLE_COLUMNS + IS_GROUP] % REMOVED !== 0;
  }

  /** Replaces all rows by those of a snapshot. */
  load(tree: Tree, rows: Float64Array): void {
    this.reserve(tree.capacity);
    this.place.fill(NONE);
    this.count = Math.floor(rows.length / FOCUSABLE_COLUMNS);
    this.reserveRows(this.count);
    this.rows.set(rows);
    for (let i = 0; i < this.count; i++) {
      const node = rows[i * FOCUSABLE_COLUMNS + NODE];
      if (!(node >= 0 && node < tree.rows)) throw new RangeError('rectangle of no node');
      this.place[node] = i;
    }
  }

  private visit(tree: Tree, layout: Layout, animations: Animations, node: number): void {
    const parent = tree.parent[node];
    const isTop = parent === NONE;
    this.left[node] = (isTop ? 0 : this.left[parent]) + layout.left[node] + animations.target(node, X, tree.value(node, X));
    this.top[node] = (isTop ? 0 : this.top[parent]) + layout.top[node] + animations.target(node, Y, tree.value(node, Y));
    const isGroup = tree.value(node, FOCUS_GROUP) !== 0;
    const isFocusable = tree.value(node, FOCUSABLE) !== 0;
    const group = isTop ? ROOT : this.group[parent];
    this.group[node] = isGroup ? node : group;
    this.members[node] = 0;
    if ((!isGroup && !isFocusable) || isTop || this.count === SCENE_FOCUSABLES_MAX) return;
    this.add(layout, node, group, isFocusable, isGroup);
  }

  private add(layout: Layout, node: number, group: number, isFocusable: boolean, isGroup: boolean): void {
    this.reserveRows(this.count + 1);
    const row = this.count * FOCUSABLE_COLUMNS;
    const rows = this.rows;
    rows[row + NODE] = node;
    rows[row + GROUP] = group;
    rows[row + IS_FOCUSABLE] = isFocusable ? 1 : 0;
    rows[row + LEFT] = this.left[node];
    rows[row + TOP] = this.top[node];
    rows[row + WIDTH] = layout.width[node];
    rows[row + HEIGHT] = layout.height[node];
    rows[row + ORDER] = this.members[group]++;
    rows[row + IS_GROUP] = isGroup ? 1 : 0;
    if (this.differs(node, row)) this.changed.push(this.count);
    this.place[node] = this.count++;
  }

  /** Whether the row of a node differs from its former one. */
  private differs(node: number, row: number): boolean {
    if (this.place[node] === NONE) return true;
    const former = this.place[node] * FOCUSABLE_COLUMNS;
    for (let column = GROUP; column < FOCUSABLE_COLUMNS; column++) {
      if (this.rows[row + column] !== this.former[former + column]) return true;
    }
    return false;
  }

  private reserve(capacity: number): void {
    if (capacity === this.left.length) return;
    this.place = grown(this.place, new Int32Array(capacity).fill(NONE));
    this.left = new Float64Array(capacity);
    this.top = new Float64Array(capacity);
    this.group = new Int32Array(capacity);
    this.members = new Int32Array(capacity);
  }

  private reserveRows(count: number): void {
    if (count * FOCUSABLE_COLUMNS <= this.rows.length) return;
    this.rows = grown(this.rows, new Float64Array(Math.max(2 * this.rows.length, count * FOCUSABLE_COLUMNS)));
  }
}
