/**
 * The node tree: columns of typed arrays with the node's handle as the index, and links between siblings and to parent and children.
 * Changes report whether they were possible. `order` lists the visible nodes in document order; while `orderDirty` is set it is
 * out of date, and `arrange` rebuilds it.
 */
import { SCENE_NODES_MAX, SCENE_STRING_LENGTH_MAX } from '../../protocol/messages/scene.js';
import { COLOUR, defaultOf, HEIGHT, PROPERTY_COUNT, ROOT_HEIGHT, ROOT_WIDTH, TEXT_COLOUR, VISIBLE, WIDTH } from './properties.js';

export const ROOT = 0;
export const NONE = -1;

/** A handle is free, or has a type of node. */
const FREE = 0;
export const VIEW = 1;
export const IMAGE = 2;
export const TEXT = 3;

const CAPACITY_MIN = 256;
/** A bit for each property. */
const KNOWN = 2 ** PROPERTY_COUNT - 1;
const DEFAULTS = Float64Array.from({ length: PROPERTY_COUNT }, (_, property) => defaultOf(property));

export class Tree {
  /** One more than the highest handle that was ever used: the length of every column. */
  rows = 1;
  capacity = CAPACITY_MIN;
  types = new Uint8Array(CAPACITY_MIN);
  parent = new Int32Array(CAPACITY_MIN);
  first = new Int32Array(CAPACITY_MIN);
  last = new Int32Array(CAPACITY_MIN);
  next = new Int32Array(CAPACITY_MIN);
  previous = new Int32Array(CAPACITY_MIN);
  /** `PROPERTY_COUNT` values per node. */
  properties = new Float64Array(CAPACITY_MIN * PROPERTY_COUNT);
  /** Per node a bit for each property that has been set; the others have their defaults. */
  given = new Uint32Array(CAPACITY_MIN);
  strings: string[] = new Array(CAPACITY_MIN).fill('');
  /** Per node 1 when the display does not have its string. */
  private marked = new Uint8Array(CAPACITY_MIN);
  /** Length of all strings together, in UTF-16 code units. */
  private stringsLength = 0;

  order = new Int32Array(CAPACITY_MIN);
  orderLength = 0;
  /** Per index of `order`: the index after the last of its subtree. */
  end = new Int32Array(CAPACITY_MIN);
  orderDirty = true;
  /** Per node: its index in `order`. */
  private place = new Int32Array(CAPACITY_MIN);

  /** Handles freed by the last `remove`. */
  freed = new Int32Array(CAPACITY_MIN);
  freedCount = 0;

  constructor() {
    this.clear(ROOT, VIEW);
    this.setValue(ROOT, WIDTH, ROOT_WIDTH);
    this.setValue(ROOT, HEIGHT, ROOT_HEIGHT);
  }

  exists(node: number): boolean {
    return node < this.rows && this.types[node] !== FREE;
  }

  value(node: number, property: number): number {
    return this.properties[node * PROPERTY_COUNT + property];
  }

  /** @returns whether the value differs from the one before */
  setValue(node: number, property: number, value: number): boolean {
    const at = node * PROPERTY_COUNT + property;
    if (this.properties[at] === value) return false;
    this.properties[at] = value;
    this.given[node] |= 1 << property;
    if (property === VISIBLE) this.orderDirty = true;
    return true;
  }

  create(node: number, type: number): boolean {
    if (node >= SCENE_NODES_MAX || this.exists(node)) return false;
    this.reserve(node + 1);
    this.clear(node, type);
    if (type === TEXT) this.setValue(node, COLOUR, TEXT_COLOUR);
    return true;
  }

  /** @param before a child of `parent`, or 0 to append */
  insert(parent: number, node: number, before: number): boolean {
    if (node === ROOT || !this.exists(node) || !this.exists(parent) || this.types[parent] === TEXT) return false;
    if (before === node || this.isWithin(parent, node)) return false;
    if (before !== ROOT && (!this.exists(before) || this.parent[before] !== parent)) return false;
    this.detach(node);
    const after = before === ROOT ? NONE : before;
    const previous = after === NONE ? this.last[parent] : this.previous[after];
    this.parent[node] = parent;
    this.next[node] = after;
    this.previous[node] = previous;
    if (previous === NONE) this.first[parent] = node;
    else this.next[previous] = node;
    if (after === NONE) this.last[parent] = node;
    else this.previous[after] = node;
    this.orderDirty = true;
    return true;
  }

  /** Removes a node with its subtree, and lists their handles in `freed`. */
  remove(node: number): boolean {
    this.freedCount = 0;
    if (node === ROOT || !this.exists(node)) return false;
    this.detach(node);
    let at = node;
    for (;;) {
      while (this.first[at] !== NONE) at = this.first[at];
      const up = this.parent[at];
      const after = this.next[at];
      this.types[at] = FREE;
      this.given[at] = 0;
      this.freed[this.freedCount++] = at;
      if (at === node) break;
      if (after !== NONE) at = after;
      else {
        this.first[up] = NONE;
        at = up;
      }
    }
    this.orderDirty = true;
    return true;
  }

  /** @returns whether there was room for it */
  setString(node: number, value: string): boolean {
    const length = this.stringsLength - this.strings[node].length + value.length;
    if (length > SCENE_STRING_LENGTH_MAX) return false;
    this.strings[node] = value;
    this.stringsLength = length;
    return true;
  }

  /** @returns whether the node was not marked */
  markString(node: number): boolean {
    if (this.marked[node] !== 0) return false;
    this.marked[node] = 1;
    return true;
  }

  isMarked(node: number): boolean {
    return this.marked[node] !== 0;
  }

  unmarkString(node: number): void {
    this.marked[node] = 0;
  }

  /** The five columns of links, one after the other. */
  saveLinks(): Uint8Array {
    const links = new Int32Array(5 * this.rows);
    links.set(this.parent.subarray(0, this.rows));
    links.set(this.first.subarray(0, this.rows), this.rows);
    links.set(this.last.subarray(0, this.rows), 2 * this.rows);
    links.set(this.next.subarray(0, this.rows), 3 * this.rows);
    links.set(this.previous.subarray(0, this.rows), 4 * this.rows);
    return new Uint8Array(links.buffer);
  }

  /** The values that have been set, node after node. */
  saveValues(): Uint8Array {
    const values = new Float64Array(countBits(this.given.subarray(0, this.rows)));
    let at = 0;
    for (let node = 0; node < this.rows; node++) {
      for (let left = this.given[node]; left !== 0; left &= left - 1) values[at++] = this.value(node, lowestBit(left));
    }
    return new Uint8Array(values.buffer);
  }

  /**
   * Replaces all columns by those of a snapshot. Strings follow one by one. Values of properties that only a later version
   * has are skipped.
   */
  load(types: Uint8Array, links: Uint8Array, given: Uint8Array, values: Float64Array): void {
    const rows = types.length;
    if (rows === 0 || links.length !== 20 * rows || given.length !== 4 * rows) throw new RangeError('columns of different lengths');
    const masks = new Uint32Array(given.slice().buffer);
    if (values.length !== countBits(masks)) throw new RangeError('values of other properties');
    this.rows = 0;
    this.reserve(rows);
    this.strings.fill('');
    this.stringsLength = 0;
    this.marked.fill(0);
    this.types.set(types);
    const column = new Int32Array(links.slice().buffer);
    for (const link of column) if (link < NONE || link >= rows) throw new RangeError('link to no node');
    this.parent.set(column.subarray(0, rows));
    this.first.set(column.subarray(rows, 2 * rows));
    this.last.set(column.subarray(2 * rows, 3 * rows));
    this.next.set(column.subarray(3 * rows, 4 * rows));
    this.previous.set(column.subarray(4 * rows, 5 * rows));
    this.loadValues(masks, values);
    this.orderDirty = true;
  }

  private loadValues(masks: Uint32Array, values: Float64Array): void {
    let at = 0;
    for (let node = 0; node < masks.length; node++) {
      this.given[node] = masks[node] & KNOWN;
      for (let left = masks[node]; left !== 0; left &= left - 1, at++) {
        const property = lowestBit(left);
        if (property < PROPERTY_COUNT) this.properties[node * PROPERTY_COUNT + property] = values[at];
      }
    }
  }

  /** Lists the visible nodes in document order. Hidden nodes and their subtrees are left out. */
  arrange(): void {
    this.orderDirty = false;
    this.orderLength = 0;
    let node = ROOT;
    for (;;) {
      if (this.value(node, VISIBLE) !== 0) {
        this.place[node] = this.orderLength;
        this.order[this.orderLength++] = node;
        if (this.first[node] !== NONE) {
          node = this.first[node];
          continue;
        }
        this.end[this.place[node]] = this.orderLength;
      }
      while (node !== ROOT && this.next[node] === NONE) {
        node = this.parent[node];
        this.end[this.place[node]] = this.orderLength;
      }
      if (node === ROOT) return;
      node = this.next[node];
    }
  }

  /** @returns the node's index in `order`, or -1 when it is not visible or not in the tree */
  indexOf(node: number): number {
    const index = this.place[node];
    return index < this.orderLength && this.order[index] === node ? index : NONE;
  }

  /** Makes room for handles below `rows`. */
  reserve(rows: number): void {
    if (rows > this.capacity) {
      let capacity = this.capacity;
      while (capacity < rows) capacity *= 2;
      this.types = grown(this.types, new Uint8Array(capacity));
      this.parent = grown(this.parent, new Int32Array(capacity));
      this.first = grown(this.first, new Int32Array(capacity));
      this.last = grown(this.last, new Int32Array(capacity));
      this.next = grown(this.next, new Int32Array(capacity));
      this.previous = grown(this.previous, new Int32Array(capacity));
      this.properties = grown(this.properties, new Float64Array(capacity * PROPERTY_COUNT));
      this.given = grown(this.given, new Uint32Array(capacity));
      this.order = grown(this.order, new Int32Array(capacity));
      this.end = grown(this.end, new Int32Array(capacity));
      this.place = grown(this.place, new Int32Array(capacity));
      this.freed = grown(this.freed, new Int32Array(capacity));
      this.marked = grown(this.marked, new Uint8Array(capacity));
      while (this.strings.length < capacity) this.strings.push('');
      this.capacity = capacity;
    }
    while (this.rows < rows) this.clear(this.rows++, FREE);
  }

  private clear(node: number, type: number): void {
    this.types[node] = type;
    this.parent[node] = NONE;
    this.first[node] = NONE;
    this.last[node] = NONE;
    this.next[node] = NONE;
    this.previous[node] = NONE;
    this.properties.set(DEFAULTS, node * PROPERTY_COUNT);
    this.given[node] = 0;
  }

  private isWithin(node: number, ancestor: number): boolean {
    for (let at = node; at !== NONE; at = this.parent[at]) if (at === ancestor) return true;
    return false;
  }

  private detach(node: number): void {
    const parent = this.parent[node];
    if (parent === NONE) return;
    const next = this.next[node];
    const previous = this.previous[node];
    if (previous === NONE) this.first[parent] = next;
    else this.next[previous] = next;
    if (next === NONE) this.last[parent] = previous;
    else this.previous[next] = previous;
    this.parent[node] = NONE;
    this.next[node] = NONE;
    this.previous[node] = NONE;
  }
}

const lowestBit = (mask: number): number => 31 - Math.clz32(mask & -mask);

function countBits(masks: Uint32Array): number {
  let count = 0;
  for (const mask of masks) for (let left = mask; left !== 0; left &= left - 1) count++;
  return count;
}

/** @returns `to`, which starts as a copy of `from` */
export function grown<Column extends Uint8Array | Int32Array | Uint32Array | Float32Array | Float64Array>(
  from: Column,
  to: Column,
): Column {
  to.set(from);
  return to;
}
