/**
 * The node tree: columns with the node's handle as the index, and links between siblings and to parent and children.
 * Changes report whether they were possible. `order` lists the visible nodes in document order; while `orderDirty` is set it is
 * out of date, and `arrange` rebuilds it.
 */
import { Bytes } from '../../protocol/assembly/values';
import { SCENE_NODES_MAX, SCENE_STRING_LENGTH_MAX } from '../../protocol/generated/assembly/scene';
import { Column } from './column';
import { COLOUR, defaultOf, HEIGHT, PROPERTY_COUNT, ROOT_HEIGHT, ROOT_WIDTH, TEXT_COLOUR, VISIBLE, WIDTH } from './properties';

export const ROOT: i32 = 0;
export const NONE: i32 = -1;

/** A handle is free, or has a type of node. */
export const FREE: u8 = 0;
export const VIEW: u8 = 1;
export const IMAGE: u8 = 2;
export const TEXT: u8 = 3;

const CAPACITY_MIN: i32 = 256;
/** A bit for each property. */
const KNOWN: u32 = (1 << PROPERTY_COUNT) - 1;
const DEFAULTS: Column<f64> = new Column<f64>(PROPERTY_COUNT);
for (let property = 0; property < PROPERTY_COUNT; property++) DEFAULTS[property] = defaultOf(property);

export class Tree {
  /** One more than the highest handle that was ever used: the length of every column. */
  rows: i32 = 1;
  capacity: i32 = CAPACITY_MIN;
  types: Column<u8> = new Column<u8>(CAPACITY_MIN);
  parent: Column<i32> = new Column<i32>(CAPACITY_MIN);
  first: Column<i32> = new Column<i32>(CAPACITY_MIN);
  last: Column<i32> = new Column<i32>(CAPACITY_MIN);
  next: Column<i32> = new Column<i32>(CAPACITY_MIN);
  previous: Column<i32> = new Column<i32>(CAPACITY_MIN);
  /** `PROPERTY_COUNT` values per node. */
  properties: Column<f64> = new Column<f64>(CAPACITY_MIN * PROPERTY_COUNT);
  /** Per node a bit for each property that has been set; the others have their defaults. */
  given: Column<u32> = new Column<u32>(CAPACITY_MIN);
  strings: StaticArray<string> = emptyStrings(CAPACITY_MIN);
  /** Per node 1 when the display does not have its string. */
  private marked: Column<u8> = new Column<u8>(CAPACITY_MIN);
  /** Length of all strings together, in UTF-16 code units. */
  private stringsLength: i32 = 0;

  order: Column<i32> = new Column<i32>(CAPACITY_MIN);
  orderLength: i32 = 0;
  /** Per index of `order`: the index after the last of its subtree. */
  end: Column<i32> = new Column<i32>(CAPACITY_MIN);
  orderDirty: bool = true;
  /** Per node: its index in `order`. */
  private place: Column<i32> = new Column<i32>(CAPACITY_MIN);

  /** Handles freed by the last `remove`. */
  freed: Column<i32> = new Column<i32>(CAPACITY_MIN);
  freedCount: i32 = 0;

  constructor() {
    this.clear(ROOT, VIEW);
    this.setValue(ROOT, WIDTH, ROOT_WIDTH);
    this.setValue(ROOT, HEIGHT, ROOT_HEIGHT);
  }

  exists(node: i32): bool {
    return <u32>node < <u32>this.rows && this.types[node] != FREE;
  }

  // @ts-ignore: decorator
  @inline value(node: i32, property: i32): f64 {
    return this.properties[node * PROPERTY_COUNT + property];
  }

  /** @returns whether the value differs from the one before */
  setValue(node: i32, property: i32, value: f64): bool {
    const at = node * PROPERTY_COUNT + property;
    if (this.properties[at] == value) return false;
    this.properties[at] = value;
    this.given[node] |= 1 << property;
    if (property == VISIBLE) this.orderDirty = true;
    return true;
  }

  create(node: i32, type: u8): bool {
    if (<u32>node >= <u32>SCENE_NODES_MAX || this.exists(node)) return false;
    this.reserve(node + 1);
    this.clear(node, type);
    if (type == TEXT) this.setValue(node, COLOUR, TEXT_COLOUR);
    return true;
  }

  /** @param before a child of `parent`, or 0 to append */
  insert(parent: i32, node: i32, before: i32): bool {
    if (node == ROOT || !this.exists(node) || !this.exists(parent) || this.types[parent] == TEXT) return false;
    if (before == node || this.isWithin(parent, node)) return false;
    if (before != ROOT && (!this.exists(before) || this.parent[before] != parent)) return false;
    this.detach(node);
    const after = before == ROOT ? NONE : before;
    const previous = after == NONE ? this.last[parent] : this.previous[after];
    this.parent[node] = parent;
    this.next[node] = after;
    this.previous[node] = previous;
    if (previous == NONE) this.first[parent] = node;
    else this.next[previous] = node;
    if (after == NONE) this.last[parent] = node;
    else this.previous[after] = node;
    this.orderDirty = true;
    return true;
  }

  /** Removes a node with its subtree, and lists their handles in `freed`. */
  remove(node: i32): bool {
    this.freedCount = 0;
    if (node == ROOT || !this.exists(node)) return false;
    this.detach(node);
    let at = node;
    while (true) {
      while (this.first[at] != NONE) at = this.first[at];
      const up = this.parent[at];
      const after = this.next[at];
      this.types[at] = FREE;
      this.given[at] = 0;
      this.freed[this.freedCount++] = at;
      if (at == node) break;
      if (after != NONE) at = after;
      else {
        this.first[up] = NONE;
        at = up;
      }
    }
    this.orderDirty = true;
    return true;
  }

  /** @returns whether there was room for it */
  setString(node: i32, value: string): bool {
    const length = this.stringsLength - this.strings[node].length + value.length;
    if (length > SCENE_STRING_LENGTH_MAX) return false;
    this.strings[node] = value;
    this.stringsLength = length;
    return true;
  }

  /** @returns whether the node was not marked */
  markString(node: i32): bool {
    if (this.marked[node] != 0) return false;
    this.marked[node] = 1;
    return true;
  }

  isMarked(node: i32): bool {
    return this.marked[node] != 0;
  }

  unmarkString(node: i32): void {
    this.marked[node] = 0;
  }

  /** Copies the five columns of links, one after the other. */
  saveLinks(links: Column<i32>): void {
    const bytes = this.rows << 2;
    links.reserve(5 * this.capacity);
    memory.copy(links.address, this.parent.address, bytes);
    memory.copy(links.address + bytes, this.first.address, bytes);
    memory.copy(links.address + 2 * bytes, this.last.address, bytes);
    memory.copy(links.address + 3 * bytes, this.next.address, bytes);
    memory.copy(links.address + 4 * bytes, this.previous.address, bytes);
  }

  /** Copies the values that have been set, node after node. @returns their number */
  saveValues(values: Column<f64>): i32 {
    const count = countBits(this.given.address, this.rows);
    if (count > values.capacity) values.reserve(2 * count);
    let to = values.address;
    for (let node = 0; node < this.rows; node++) {
      const row = this.properties.address + ((node * PROPERTY_COUNT) << 3);
      for (let left = this.given[node]; left != 0; left &= left - 1, to += 8) store<f64>(to, load<f64>(row + (ctz(left) << 3)));
    }
    return count;
  }

  /**
   * Replaces all columns by those of a snapshot. Strings follow one by one. Values of properties that only a later version
   * has are skipped.
   */
  load(types: Bytes, links: Bytes, given: Bytes, values: Bytes): void {
    const rows = types.length;
    if (rows == 0 || links.length != 20 * rows || given.length != 4 * rows) throw new RangeError('columns of different lengths');
    if (values.length >> 3 != countBits(given.address, rows)) throw new RangeError('values of other properties');
    this.rows = 0;
    this.reserve(rows);
    this.strings = emptyStrings(this.capacity);
    this.stringsLength = 0;
    this.marked.fill(0);
    this.types.load(types.address, rows);
    this.loadLinks(this.parent, links.address, rows);
    this.loadLinks(this.first, links.address + 4 * rows, rows);
    this.loadLinks(this.last, links.address + 8 * rows, rows);
    this.loadLinks(this.next, links.address + 12 * rows, rows);
    this.loadLinks(this.previous, links.address + 16 * rows, rows);
    this.loadValues(given.address, values.address);
    this.orderDirty = true;
  }

  private loadValues(given: usize, values: usize): void {
    let from = values;
    for (let node = 0; node < this.rows; node++) {
      const row = this.properties.address + ((node * PROPERTY_COUNT) << 3);
      const mask = load<u32>(given + (node << 2));
      this.given[node] = mask & KNOWN;
      for (let left = mask; left != 0; left &= left - 1, from += 8) {
        const property: i32 = ctz(left);
        if (property < PROPERTY_COUNT) store<f64>(row + (property << 3), load<f64>(from));
      }
    }
  }

  private loadLinks(column: Column<i32>, address: usize, rows: i32): void {
    column.load(address, rows << 2);
    for (let node = 0; node < rows; node++) if (column[node] < NONE || column[node] >= rows) throw new RangeError('link to no node');
  }

  /** Lists the visible nodes in document order. Hidden nodes and their subtrees are left out. */
  arrange(): void {
    this.orderDirty = false;
    this.orderLength = 0;
    let node = ROOT;
    while (true) {
      if (this.value(node, VISIBLE) != 0) {
        this.place[node] = this.orderLength;
        this.order[this.orderLength++] = node;
        if (this.first[node] != NONE) {
          node = this.first[node];
          continue;
        }
        this.end[this.place[node]] = this.orderLength;
      }
      while (node != ROOT && this.next[node] == NONE) {
        node = this.parent[node];
        this.end[this.place[node]] = this.orderLength;
      }
      if (node == ROOT) return;
      node = this.next[node];
    }
  }

  /** @returns the node's index in `order`, or -1 when it is not visible or not in the tree */
  indexOf(node: i32): i32 {
    const index = this.place[node];
    return index < this.orderLength && this.order[index] == node ? index : NONE;
  }

  /** Makes room for handles below `rows`. */
  reserve(rows: i32): void {
    if (rows > this.capacity) {
      let capacity = this.capacity;
      while (capacity < rows) capacity *= 2;
      this.types.reserve(capacity);
      this.parent.reserve(capacity);
      this.first.reserve(capacity);
      this.last.reserve(capacity);
      this.next.reserve(capacity);
      this.previous.reserve(capacity);
      this.properties.reserve(capacity * PROPERTY_COUNT);
      this.given.reserve(capacity);
      this.order.reserve(capacity);
      this.end.reserve(capacity);
      this.place.reserve(capacity);
      this.freed.reserve(capacity);
      this.marked.reserve(capacity);
      const strings = emptyStrings(capacity);
      for (let node = 0; node < this.capacity; node++) strings[node] = this.strings[node];
      this.strings = strings;
      this.capacity = capacity;
    }
    while (this.rows < rows) this.clear(this.rows++, FREE);
  }

  private clear(node: i32, type: u8): void {
    this.types[node] = type;
    this.parent[node] = NONE;
    this.first[node] = NONE;
    this.last[node] = NONE;
    this.next[node] = NONE;
    this.previous[node] = NONE;
    memory.copy(this.properties.address + ((node * PROPERTY_COUNT) << 3), DEFAULTS.address, PROPERTY_COUNT << 3);
    this.given[node] = 0;
  }

  private isWithin(node: i32, ancestor: i32): bool {
    for (let at = node; at != NONE; at = this.parent[at]) if (at == ancestor) return true;
    return false;
  }

  private detach(node: i32): void {
    const parent = this.parent[node];
    if (parent == NONE) return;
    const next = this.next[node];
    const previous = this.previous[node];
    if (previous == NONE) this.first[parent] = next;
    else this.next[previous] = next;
    if (next == NONE) this.last[parent] = previous;
    else this.previous[next] = previous;
    this.parent[node] = NONE;
    this.next[node] = NONE;
    this.previous[node] = NONE;
  }
}

function countBits(masks: usize, rows: i32): i32 {
  let count = 0;
  for (let row = 0; row < rows; row++) count += popcnt(load<u32>(masks + (row << 2)));
  return count;
}

function emptyStrings(count: i32): StaticArray<string> {
  const strings = new StaticArray<string>(count);
  for (let i = 0; i < count; i++) strings[i] = '';
  return strings;
}
