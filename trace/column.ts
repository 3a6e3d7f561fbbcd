/**
 * A list of numbers of one type that grows at its end. A million take as many bytes as their type says.
 *
 * Who reads much reads `values`: a place in the code that sees one type of numbers is several times as fast as `get`, which all types share.
 */

type Numbers = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

const FIRST_LENGTH = 1024;

export class Column<T extends Numbers> {
  /** Its rows, and room after them. Another one after it has grown. */
  values: T;

  constructor(private readonly type: new (length: number) => T) {
    this.values = new type(FIRST_LENGTH);
  }

  /** @param row an index up to the first that was not set @returns the values, with room for the row */
  upTo(row: number): T {
    if (row === this.values.length) {
      const larger = new this.type(2 * row);
      larger.set(this.values);
      this.values = larger;
    }
    return this.values;
  }

  /** @param row an index up to the first that was not set */
  set(row: number, value: number): void {
    this.upTo(row)[row] = value;
  }

  get(row: number): number {
    return this.values[row];
  }
}
