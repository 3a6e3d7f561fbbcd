/**
 * The places of focusable nodes and focus groups as followers know them. `update` compares the tree with what was published and
 * collects the differences.
 */
import { SCENE_FOCUSABLES_MAX } from '../../protocol/generated/assembly/scene';
import { Animations } from './animation';
import { Column } from './column';
import { Layout } from './layout';
import { FOCUS_GROUP, FOCUSABLE, X, Y } from './properties';
import { NONE, ROOT, Tree } from './tree';

/** Columns of a published rectangle: the fields of LayoutRect. */
export const NODE: i32 = 0;
export const GROUP: i32 = 1;
export const IS_FOCUSABLE: i32 = 2;
export const LEFT: i32 = 3;
export const TOP: i32 = 4;
export const WIDTH: i32 = 5;
export const HEIGHT: i32 = 6;
export const ORDER: i32 = 7;
export const IS_GROUP: i32 = 8;
export const FOCUSABLE_COLUMNS: i32 = 9;

/** Added to IS_GROUP in a row whose node was removed since: another node may have its number by the next `update`. */
const REMOVED: f64 = 2;
const CAPACITY_MIN: i32 = 64;

export class Focusables {
  /** What is published, in document order. */
  rows: Column<f64> = new Column<f64>(CAPACITY_MIN * FOCUSABLE_COLUMNS);
  count: i32 = 0;
  /** Result of `update`: indices of new or different rows, and nodes that left. */
  changed: Array<i32> = [];
  removed: Array<i32> = [];

  private former: Column<f64> = new Column<f64>(CAPACITY_MIN * FOCUSABLE_COLUMNS);
  /** Per node: the index of its row, or -1. */
  private place: Column<i32> = new Column<i32>(0);
  /** Per node: where it will be on the screen, its focus group, and, for a group, the members counted so far. */
  private left: Column<f64> = new Column<f64>(0);
  private top: Column<f64> = new Column<f64>(0);
  private group: Column<i32> = new Column<i32>(0);
  private members: Column<i32> = new Column<i32>(0);

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
      const node = <i32>former[i * FOCUSABLE_COLUMNS + NODE];
      const place = this.place[node];
      if (place >= this.count || this.rows[place * FOCUSABLE_COLUMNS + NODE] != node) {
        this.place[node] = NONE;
        this.removed.push(node);
      } else if (former[i * FOCUSABLE_COLUMNS + IS_GROUP] >= REMOVED) {
        this.removed.push(node);
      }
    }
  }

  /** Notes that a node was removed: a node with its number at the next `update` is a different one. */
  forget(node: i32): void {
    if (node >= this.place.capacity || this.place[node] == NONE) return;
    const flags = this.place[node] * FOCUSABLE_COLUMNS + IS_GROUP;
    if (this.rows[flags] < REMOVED) this.rows[flags] += REMOVED;
  }

  /** Whether the row is a group's. */
  isGroup(index: i32): bool {
    return this.rows[index * FOCUSABLE_COLUMNS + IS_GROUP] % REMOVED != 0;
  }

  /** Replaces all rows by those of a snapshot. @param address of its numbers */
  load(tree: Tree, address: usize, bytes: i32): void {
    this.reserve(tree.capacity);
    this.place.fill(NONE);
    this.count = (bytes >> 3) / FOCUSABLE_COLUMNS;
    this.rows.load(address, (this.count * FOCUSABLE_COLUMNS) << 3);
    for (let i = 0; i < this.count; i++) {
      const node = <i32>this.rows[i * FOCUSABLE_COLUMNS + NODE];
      if (<u32>node >= <u32>tree.rows) throw new RangeError('rectangle of no node');
      this.place[node] = i;
    }
  }

  private visit(tree: Tree, layout: Layout, animations: Animations, node: i32): void {
    const parent = tree.parent[node];
    const isTop = parent == NONE;
    this.left[node] = (isTop ? 0.0 : this.left[parent]) + layout.left[node] + animations.target(node, X, tree.value(node, X));
    this.top[node] = (isTop ? 0.0 : this.top[parent]) + layout.top[node] + animations.target(node, Y, tree.value(node, Y));
    const isGroup = tree.value(node, FOCUS_GROUP) != 0;
    const isFocusable = tree.value(node, FOCUSABLE) != 0;
    const group = isTop ? ROOT : this.group[parent];
    this.group[node] = isGroup ? node : group;
    this.members[node] = 0;
    if ((!isGroup && !isFocusable) || isTop || this.count == SCENE_FOCUSABLES_MAX) return;
    this.add(layout, node, group, isFocusable, isGroup);
  }

  private add(layout: Layout, node: i32, group: i32, isFocusable: bool, isGroup: bool): void {
    this.reserveRows(this.count + 1);
    const row = this.count * FOCUSABLE_COLUMNS;
    const rows = this.rows;
    rows[row + NODE] = node;
    rows[row + GROUP] = group;
    rows[row + IS_FOCUSABLE] = isFocusable ? 1.0 : 0.0;
    rows[row + LEFT] = this.left[node];
    rows[row + TOP] = this.top[node];
    rows[row + WIDTH] = layout.width[node];
    rows[row + HEIGHT] = layout.height[node];
    rows[row + ORDER] = this.members[group]++;
    rows[row + IS_GROUP] = isGroup ? 1.0 : 0.0;
    if (this.differs(node, row)) this.changed.push(this.count);
    this.place[node] = this.count++;
  }

  /** Whether the row of a node differs from its former one. */
  private differs(node: i32, row: i32): bool {
    if (this.place[node] == NONE) return true;
    const former = this.place[node] * FOCUSABLE_COLUMNS;
    for (let column = GROUP; column < FOCUSABLE_COLUMNS; column++) {
      if (this.rows[row + column] != this.former[former + column]) return true;
    }
    return false;
  }

  private reserve(capacity: i32): void {
    const former = this.place.capacity;
    if (capacity == former) return;
    this.place.reserve(capacity);
    for (let node = former; node < capacity; node++) this.place[node] = NONE;
    this.left.reserve(capacity);
    this.top.reserve(capacity);
    this.group.reserve(capacity);
    this.members.reserve(capacity);
  }

  private reserveRows(count: i32): void {
    if (count * FOCUSABLE_COLUMNS > this.rows.capacity) this.rows.reserve(2 * this.rows.capacity);
  }
}
