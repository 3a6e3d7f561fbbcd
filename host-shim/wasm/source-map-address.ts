/**
 * Where a debugger looks for a module's source map. A module says it in a section of its own, relative to its own address. A module that was
 * compiled from bytes has no address but `wasm://wasm/<hash>`, from which that leads nowhere. So it gets the whole address before it is
 * compiled.
 */
const HEADER_BYTES = 8;
const CUSTOM_SECTION = 0;
const CODE_SECTION = 10;
const SECTION = 'sourceMappingURL';

/** Reads unsigned LEB128 numbers, and text. */
class Cursor {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  number(): number {
    let value = 0;
    for (let factor = 1; this.at < this.bytes.length; factor *= 128) {
      const byte = this.bytes[this.at++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    return value;
  }

  text(): string {
    const length = this.number();
    const text = new TextDecoder().decode(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return text;
  }
}

/**
 * @param url of the module, or of where its map is relative to
 * @returns the module with the whole address; the same bytes when it names none that could be resolved. A section before the code stays as it
 * is, because positions in crash reports count from the beginning of the module
 */
export function withSourceMapAt(module: Uint8Array<ArrayBuffer>, url: URL): Uint8Array<ArrayBuffer> {
  const cursor = new Cursor(module, HEADER_BYTES);
  let code = false;
  while (cursor.at < module.length) {
    const start = cursor.at;
    const id = module[cursor.at++];
    const end = cursor.number() + cursor.at;
    if (id === CODE_SECTION) code = true;
    if (id === CUSTOM_SECTION && code && cursor.text() === SECTION) {
      const address = resolved(cursor.text(), url);
      return address === null ? module : joined(module.subarray(0, start), section(address), module.subarray(end));
    }
    cursor.at = end;
  }
  return module;
}

/** Not by `URL.canParse`, which engines have since 2023. @returns null for an address that makes no sense */
function resolved(address: string, url: URL): string | null {
  try {
    return new URL(address, url).href;
  } catch {
    return null;
  }
}

function section(address: string): Uint8Array {
  const content = joined(text(SECTION), text(address));
  return joined(Uint8Array.of(CUSTOM_SECTION), number(content.length), content);
}

function text(content: string): Uint8Array {
  const bytes = new TextEncoder().encode(content);
  return joined(number(bytes.length), bytes);
}

function number(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest >>>= 7) bytes.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
  return Uint8Array.from(bytes);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
