import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Copier } from '../../bus/copier.js';

it('copier copies like `set`, whatever the order of sources', () => {
  const random = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 167 + length) & 255);
  // Two sources that share a buffer at different offsets, and one in shared memory.
  const buffer = random(2000);
  const shared = new Uint8Array(new SharedArrayBuffer(1000));
  shared.set(random(1000));
  const sources = [buffer.subarray(3, 1003), buffer.subarray(700, 1700), shared];
  const copy = fc.record({
    source: fc.constantFrom(...sources),
    at: fc.nat(500),
    length: fc.oneof({ weight: 4, arbitrary: fc.nat(80) }, { weight: 1, arbitrary: fc.nat(500) }),
    targetAt: fc.nat(500),
  });
  fc.assert(
    fc.property(fc.array(copy, { maxLength: 30, size: 'max' }), (copies) => {
      const target = new Uint8Array(1005).subarray(5);
      const expected = new Uint8Array(1000);
      const copier = new Copier(target);
      for (const { source, at, length, targetAt } of copies) {
        copier.copy(source, at, length, targetAt);
        expected.set(source.subarray(at, at + length), targetAt);
        expect(Buffer.compare(target, expected)).toBe(0);
      }
    }),
    { seed: 20_261, numRuns: 300 },
  );
});
