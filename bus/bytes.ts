/** Copying of frames. The catch: below some length a loop beats `set`, which needs a view (an allocation) to name its source. */

const LOOP_BYTES_MAX = 80;

/** Copies `source[at, at + length)` to `target[targetAt, ...)`. The two must not overlap. */
export function copyBytes(source: Uint8Array, at: number, length: number, target: Uint8Array, targetAt: number): void {
  if (length > LOOP_BYTES_MAX) {
    target.set(source.subarray(at, at + length), targetAt);
    return;
  }
  for (let i = 0; i < length; i++) target[targetAt + i] = source[at + i];
}

/** The smallest power of two that is at least `value`; `value` is 1 to 2^30. */
export const powerOfTwoFrom = (value: number): number => (value <= 1 ? 1 : 1 << (32 - Math.clz32(value - 1)));
