/** What recordings compress is read by others' DEFLATE, and what makes no sense costs nothing. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Random } from '../../bus/random.js';
import { compress, decompress } from '../../trace/deflate.js';

test("zlib reads what we compress, and we what zlib does, at lengths around those of its blocks and our pieces'", () => {
  const random = new Random(1);
  for (const length of [0, 1, 8191, 8192, 8193, 65_535, 65_536, 300_000]) {
    for (const digits of [1, 16, 256]) {
      const bytes = Uint8Array.from({ length }, () => random.integer(digits));
      expect(inflateRawSync(compress(bytes)).equals(bytes), `${length} ${digits}`).toBe(true);
      const read = decompress(deflateRawSync(bytes), length);
      expect(read && Buffer.from(bytes).equals(read), `${length} ${digits}`).toBe(true);
    }
  }
});

test('a block of another size than was said, or that ends too early, is none', () => {
  const bytes = new TextEncoder().encode('right right right down down right enter back '.repeat(40));
  const block = compress(bytes);
  for (const size of [0, 1, bytes.length - 1, bytes.length + 1, 2 ** 40]) expect(decompress(block, size)).toBeNull();
  for (let length = 0; length < block.length; length++) expect(decompress(block.subarray(0, length), bytes.length)).toBeNull();
});

test('a block that stands for a thousand times its size is unpacked no further than it may', () => {
  const bomb = deflateRawSync(new Uint8Array(1 << 24));
  expect(decompress(bomb, 1000)).toBeNull();
  expect(decompress(deflateRawSync(new Uint8Array(1 << 20)), 1 << 20)).toHaveLength(1 << 20);
});
