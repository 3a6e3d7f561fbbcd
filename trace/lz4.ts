/**
 * Compresses the rows of a chunk: the block format of LZ4 (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md). What ports send resembles what they
 * sent before, and shrinks to a third.
 */

/** Shortest repetition that is written as one. */
const MATCH_MIN = 4;
/** The format ends with literals: no match begins in the last bytes, or reaches into the very last. */
const MATCH_START_MIN_LEFT = 12;
const LITERALS_AT_END = 5;
const DISTANCE_MAX = 0xffff;
const HASH_BITS = 14;
/** A byte of length stands for no more than that many bytes. */
const RATIO_MAX = 255;

const wordAt = (bytes: Uint8Array, at: number): number => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);

/** Where each four bytes were seen last; what a block before has left there is checked like everything else. */
const seen = new Int32Array(1 << HASH_BITS);

class Block {
  private readonly bytes: Uint8Array;
  private length = 0;

  constructor(private readonly input: Uint8Array) {
    this.bytes = new Uint8Array(input.length + Math.ceil(input.length / RATIO_MAX) + 16);
  }

  /** Literals, and a match behind them; without one at the end. */
  put(from: number, to: number, distance: number, matched: number): void {
    const literals = to - from;
    const more = matched - MATCH_MIN;
    this.bytes[this.length++] = (Math.min(literals, 15) << 4) | (matched === 0 ? 0 : Math.min(more, 15));
    if (literals >= 15) this.rest(literals - 15);
    this.bytes.set(this.input.subarray(from, to), this.length);
    this.length += literals;
    if (matched === 0) return;
    this.bytes[this.length++] = distance;
    this.bytes[this.length++] = distance >>> 8;
    if (more >= 15) this.rest(more - 15);
  }

  private rest(count: number): void {
    for (; count >= 255; count -= 255) this.bytes[this.length++] = 255;
    this.bytes[this.length++] = count;
  }

  written(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

export function compress(input: Uint8Array): Uint8Array {
  const block = new Block(input);
  seen.fill(-1);
  let from = 0;
  for (let at = 0; at < input.length - MATCH_START_MIN_LEFT; ) {
    const word = wordAt(input, at);
    const slot = Math.imul(word, 0x9e37_79b1) >>> (32 - HASH_BITS);
    const before = seen[slot];
    seen[slot] = at;
    if (before < 0 || at - before > DISTANCE_MAX || wordAt(input, before) !== word) {
      at++;
      continue;
    }
    let end = at + MATCH_MIN;
    while (end < input.length - LITERALS_AT_END && input[end] === input[before + end - at]) end++;
    block.put(from, at, at - before, end - at);
    at = end;
    from = end;
  }
  block.put(from, input.length, 0, 0);
  return block.written();
}

/** @param size of what was compressed, in bytes @returns null when the block makes no sense */
export function decompress(block: Uint8Array, size: number): Uint8Array | null {
  if (size > RATIO_MAX * block.length) return null;
  const output = new Uint8Array(size);
  let [at, length] = [0, 0];
  const extended = (count: number): number => {
    if (count < 15) return count;
    let byte = 255;
    while (byte === 255 && at < block.length) {
      byte = block[at++];
      count += byte;
    }
    return count;
  };
  while (at < block.length) {
    const token = block[at++];
    const literals = extended(token >> 4);
    if (literals > block.length - at || literals > size - length) return null;
    output.set(block.subarray(at, at + literals), length);
    at += literals;
    length += literals;
    if (at === block.length) break;
    const distance = block[at++] | (block[at++] << 8);
    const matched = extended(token & 15) + MATCH_MIN;
    if (!(distance > 0 && distance <= length) || matched > size - length) return null;
    for (let end = length + matched; length < end; length++) output[length] = output[length - distance];
  }
  return length === size ? output : null;
}
