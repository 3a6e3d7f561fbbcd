/**
 * A growing array of numbers, used in place of JavaScript's typed arrays. It has no bounds checks: the callers' indices are below the
 * capacity because the tree reserves for its highest handle. The memory is never freed: a column lives as long as its actor.
 */
export class Column<T> {
  /** Address of the first number. Changes in `reserve`. */
  address: usize = 0;
  capacity: i32 = 0;

  /** All numbers start as 0. */
  constructor(capacity: i32) {
    this.reserve(capacity);
  }

  // @ts-ignore: decorator
  @inline @operator('[]') get(index: i32): T {
    return load<T>(this.address + ((<usize>index) << alignof<T>()));
  }

  // @ts-ignore: decorator
  @inline @operator('[]=') set(index: i32, value: T): void {
    store<T>(this.address + ((<usize>index) << alignof<T>()), value);
  }

  /** Makes room for `capacity` numbers. Keeps the present ones; new ones are 0. */
  reserve(capacity: i32): void {
    if (capacity <= this.capacity) return;
    const former = <usize>this.capacity << alignof<T>();
    const bytes = <usize>capacity << alignof<T>();
    this.address = this.capacity == 0 ? heap.alloc(bytes) : heap.realloc(this.address, bytes);
    memory.fill(this.address + former, 0, bytes - former);
    this.capacity = capacity;
  }

  /** Copies as many numbers as `bytes` holds. */
  load(address: usize, bytes: i32): void {
    this.reserve(bytes >> <i32>alignof<T>());
    memory.copy(this.address, address, bytes);
  }

  fill(value: T): void {
    for (let i = 0; i < this.capacity; i++) this[i] = value;
  }
}
