/**
 * Values that decode without an allocation: they point into the frame, and become strings and arrays on demand.
 * The catch: a value that points into a frame is valid until the handler returns. `text` gives a string that stays valid.
 */

/** A string field. */
export class Text {
  /** Well-formed UTF-8 in the frame, unless `held`. */
  private start: usize = 0;
  private size: i32 = 0;
  private value: string = '';
  private held: bool = true;

  get text(): string {
    if (!this.held) {
      this.value = String.UTF8.decodeUnsafe(this.start, this.size);
      this.held = true;
    }
    return this.value;
  }

  set text(value: string) {
    this.value = value;
    this.held = true;
  }

  /** False when the text points into a frame, at `address` with `byteLength`. */
  get isString(): bool {
    return this.held;
  }

  get address(): usize {
    return this.start;
  }

  /** Length in bytes of UTF-8. For a text that is a string they have to be counted. */
  get byteLength(): i32 {
    return this.held ? String.UTF8.byteLength(this.value) : this.size;
  }

  /** Points this at well-formed UTF-8 in memory. */
  point(address: usize, size: i32): void {
    this.start = address;
    this.size = size;
    this.held = false;
  }

  /** Copies the value of another without making a string. */
  copy(other: Text): void {
    this.start = other.start;
    this.size = other.size;
    this.held = other.held;
    if (other.held) this.value = other.value;
  }

  clear(): void {
    this.size = 0;
    this.held = false;
  }
}

/** A binary field: bytes in the frame, or of an array to be sent. */
export class Bytes {
  private start: usize = 0;
  private size: i32 = 0;
  /** Keeps the bytes to be sent from being collected. */
  private owner: ArrayBuffer | null = null;

  get address(): usize {
    return this.start;
  }

  get length(): i32 {
    return this.size;
  }

  /** Points this at bytes in memory, which must not move until this is encoded. */
  point(address: usize, size: i32): void {
    this.start = address;
    this.size = size;
    if (this.owner !== null) this.owner = null;
  }

  /** Points this at the bytes of an array. */
  set(array: Uint8Array): void {
    this.start = array.dataStart;
    this.size = array.length;
    this.owner = array.buffer;
  }

  /** Copies the value of another, which must not be decoded again before this is encoded. */
  copy(other: Bytes): void {
    this.start = other.start;
    this.size = other.size;
    this.owner = other.owner;
  }

  /** A copy that stays valid. */
  toArray(): Uint8Array {
    const array = new Uint8Array(this.size);
    memory.copy(array.dataStart, this.start, this.size);
    return array;
  }

  clear(): void {
    this.point(0, 0);
  }
}

/** The bytes of one MessagePack value of any shape. No bytes stand for nil. */
export class Dynamic extends Bytes {}

/** An optional item of a list or map. */
export class Maybe<T> {
  present: bool = false;
  value: T = isReference<T>() ? instantiate<T>() : <T>0;
}

/** A list that keeps its items when it is cleared, and reuses them. */
export class List<T> {
  private items: Array<T> = new Array<T>();
  private count: i32 = 0;

  get length(): i32 {
    return this.count;
  }

  // @ts-ignore: decorator
  @operator('[]')
  at(index: i32): T {
    if (<u32>index >= <u32>this.count) throw new RangeError('no such item');
    return unchecked(this.items[index]);
  }

  // @ts-ignore: decorator
  @operator('[]=')
  put(index: i32, value: T): void {
    if (<u32>index >= <u32>this.count) throw new RangeError('no such item');
    unchecked((this.items[index] = value));
  }

  /** Appends a number, boolean or choice. */
  push(value: T): void {
    const index = this.count++;
    if (index < this.items.length) unchecked((this.items[index] = value));
    else this.items.push(value);
  }

  /** Appends an object to be filled. It may still have values from an earlier use. */
  add(): T {
    const index = this.count++;
    if (index === this.items.length) this.items.push(instantiate<T>());
    return unchecked(this.items[index]);
  }

  clear(): void {
    this.count = 0;
  }
}
