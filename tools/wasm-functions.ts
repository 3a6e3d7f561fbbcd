/** Finds the functions of a WebAssembly module in its binary form: https://webassembly.github.io/spec/core/binary/modules.html */

const HEADER_BYTES = 8;
const CODE_SECTION = 10;

/** Reads unsigned LEB128 numbers. */
class Cursor {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  number(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.bytes[this.at++];
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  }
}

/** @returns the offset of each function's body in the module, ascending */
export function functionStarts(module: Uint8Array): number[] {
  const cursor = new Cursor(module, HEADER_BYTES);
  while (!cursor.atEnd) {
    const section = cursor.number();
    const size = cursor.number();
    if (section !== CODE_SECTION) {
      cursor.at += size;
      continue;
    }
    return Array.from({ length: cursor.number() }, () => {
      const bodyBytes = cursor.number();
      const start = cursor.at;
      cursor.at += bodyBytes;
      return start;
    });
  }
  return [];
}
