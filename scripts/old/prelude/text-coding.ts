/** Texts from bytes and back, for engines without TextDecoder, or without `encodeInto`: UTF-8 and UTF-16, whole texts. What is malformed becomes U+FFFD. */
const REPLACEMENT = 0xfffd;
/** Most code units that are made into a text in one call. */
const UNITS_MAX = 8_192;

type Bytes = Uint8Array;

const viewOf = (source: ArrayBuffer | ArrayBufferView): Bytes =>
  source instanceof ArrayBuffer ? new Uint8Array(source) : new Uint8Array(source.buffer, source.byteOffset, source.byteLength);

class Utf8Reader {
  private at = 0;
  constructor(private readonly bytes: Bytes) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  /** @returns the next code point */
  next(): number {
    const first = this.bytes[this.at++];
    if (first < 0x80) return first;
    if (first >= 0xc2 && first < 0xe0) return this.continued(first & 0x1f, 1, 0x80);
    if (first >= 0xe0 && first < 0xf0) return this.continued(first & 0xf, 2, 0x800);
    if (first >= 0xf0 && first < 0xf5) return this.continued(first & 0x7, 3, 0x10000);
    return REPLACEMENT;
  }

  private continued(high: number, count: number, least: number): number {
    let point = high;
    for (let i = 0; i < count; i++) {
      const byte = this.bytes[this.at];
      if (byte === undefined || (byte & 0xc0) !== 0x80) return REPLACEMENT;
      point = (point << 6) | (byte & 0x3f);
      this.at++;
    }
    const valid = point >= least && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
    return valid ? point : REPLACEMENT;
  }
}

class Text {
  private text = '';
  private units: number[] = [];

  add(point: number): void {
    const { units } = this;
    if (point < 0x10000) units.push(point);
    else units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff));
    if (units.length >= UNITS_MAX) this.flush();
  }

  private flush(): void {
    this.text += String.fromCharCode.apply(null, this.units);
    this.units = [];
  }

  end(): string {
    this.flush();
    return this.text;
  }
}

class Decoder {
  constructor(readonly encoding = 'utf-8') {}

  decode(source: ArrayBuffer | ArrayBufferView = new Uint8Array(0)): string {
    const bytes = viewOf(source);
    const text = new Text();
    if (this.encoding === 'utf-16le') for (let at = 0; at + 1 < bytes.length; at += 2) text.add(bytes[at] | (bytes[at + 1] << 8));
    else for (const reader = new Utf8Reader(bytes); !reader.isAtEnd; ) text.add(reader.next());
    const whole = text.end();
    return whole.charCodeAt(0) === 0xfeff ? whole.slice(1) : whole;
  }
}

class Encoder {
  readonly encoding = 'utf-8';

  encode(text = ''): Bytes {
    // Half of a pair is no character, and becomes one that says so.
    const whole = text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (found) => (found.length === 2 ? found : '\ufffd'));
    const plain = encodeURIComponent(whole).replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
    const bytes = new Uint8Array(plain.length);
    for (let i = 0; i < plain.length; i++) bytes[i] = plain.charCodeAt(i);
    return bytes;
  }
}

/** As many whole characters as there is room for. */
function encodeInto(this: { encode(text: string): Bytes }, text: string, target: Bytes): { read: number; written: number } {
  let [bytes, read] = [this.encode(text), text.length];
  while (bytes.length > target.length) {
    read -= isSecondHalf(text, read - 1) ? 2 : 1;
    bytes = this.encode(text.slice(0, read));
  }
  target.set(bytes);
  return { read, written: bytes.length };
}

const isSecondHalf = (text: string, at: number): boolean => /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));

const scope = globalThis as { TextDecoder?: unknown; TextEncoder?: { prototype: { encodeInto?: unknown } } };
scope.TextDecoder ??= Decoder;
scope.TextEncoder ??= Encoder as unknown as { prototype: object };
// Engines before 2019 have the rest.
scope.TextEncoder.prototype.encodeInto ??= encodeInto;

export {};
