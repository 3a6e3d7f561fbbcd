/**
 * A growing array of numbers that is read and written without bounds checks: the callers' indices are below the capacity because
 * the tree reserves for its highest handle. Used in place of JavaScript's typed arrays.
 */
export class Column<T> {
  /** Address of the first number. Changes in `reserve`. */
  address: usize;
  private buffer: ArrayBuffer;

  /** All numbers are 0. */
  constructor(public capacity: i32) {
    const buffer = new ArrayBuffer(capacity << alignof<T>());
    this.buffer = buffer;
    this.address = changetype<usize>(buffer);
  }

  // @ts-ignore: decorator
  @inline @operator('[]') get(index: i32): T {
    return load<T>(this.address + ((<usize>index) << alignof<T>()));
  }

  // @ts-ignore: decorator
  @inline @operator('[]=') set(index: i32, value: T): void {
    store<T>(this.address + ((<usize>index) << alignof<T>()), value);
  }

  /** Makes room for `capacity` numbers, and keeps those that are there. */
  reserve(capacity: i32): void {
    if (capacity <= this.capacity) return;
    const buffer = new ArrayBuffer(capacity << alignof<T>());
    memory.copy(changetype<usize>(buffer), this.address, this.capacity << alignof<T>());
    this.buffer = buffer;
    this.address = changetype<usize>(buffer);
    this.capacity = capacity;
  }

  /** Takes over as many numbers as `bytes` holds. */
  load(address: usize, bytes: i32): void {
    this.reserve(bytes >> alignof<T>());
    memory.copy(this.address, address, bytes);
  }

  fill(value: T): void {
    for (let i = 0; i < this.capacity; i++) this[i] = value;
  }
}
