/**
 * Short ASCII strings from bytes. A call with a separate argument per unit is more than twice as fast as a loop or a spread,
 * and most strings in messages are names. So there is one case per length, written out.
 */

/** The longest string that `decodeShortAscii` takes. */
export const SHORT_BYTES_MAX = 16;
const from = String.fromCharCode;

/** @returns the string in `b[at, at + size)`, or null when it is not ASCII */
// biome-ignore format: one line per length
export function decodeShortAscii(b: Uint8Array, at: number, size: number): string | null {
  switch (size) {
    case 0: return '';
    case 1: return (b[at]) < 0x80 ? from(b[at]) : null;
    case 2: return (b[at] | b[at + 1]) < 0x80 ? from(b[at], b[at + 1]) : null;
    case 3: return (b[at] | b[at + 1] | b[at + 2]) < 0x80 ? from(b[at], b[at + 1], b[at + 2]) : null;
    case 4: return (b[at] | b[at + 1] | b[at + 2] | b[at + 3]) < 0x80 ? from(b[at], b[at + 1], b[at + 2], b[at + 3]) : null;
    case 5: return (b[at] | b[at + 1] | b[at + 2] | b[at + 3] | b[at + 4]) < 0x80
      ? from(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4]) : null;
    case 6: return (b[at] | b[at + 1] | b[at + 2] | b[at + 3] | b[at + 4] | b[at + 5]) < 0x80
      ? from(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5]) : null;
    case 7: return (b[at] | b[at + 1] | b[at + 2] | b[at + 3] | b[at + 4] | b[at + 5] | b[at + 6]) < 0x80
      ? from(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6]) : null;
    case 8: return (b[at] | b[at + 1] | b[at + 2] | b[at + 3] | b[at + 4] | b[at + 5] | b[at + 6] | b[at + 7]) < 0x80
      ? from(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6], b[at + 7]) : null;
    case 9: return (b[at] | b[at + 1] | b[at + 2] | b[at + 3] | b[at + 4] | b[at + 5] | b[at + 6] | b[at + 7] | b[at + 8]) < 0x80
      ? from(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6], b[at + 7], b[at + 8]) : null;
    case 10: return (b[at] | b[at + 1] | b[at + 2] | b[at + 3] | b[at + 4] | b[at + 5] | b[at + 6] | b[at + 7] | b[at + 8] | b[at + 9]) < 0x80
      ? from(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6], b[at + 7], b[at + 8], b[at + 9]) : null;
    case 11: return (b[at] | b[at + 1] | b[at + 2] | b[at + 3] | b[at + 4] | b[at + 5] | b[at + 6] | b[at + 7] | b[at + 8] | b[at + 9] | b[at + 10]) < 0x80
      ? from(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6], b[at + 7], b[at + 8], b[at + 9], b[at + 10]) : null;
    case 12: return (b[at] | b[at + 1] | b[at + 2] | b[at + 3] | b[at + 4] | b[at + 5] | b[at + 6] | b[at + 7] | b[at + 8] | b[at + 9] | b[at + 10] | b[at + 11]) < 0x80
      ? from(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6], b[at + 7], b[at + 8], b[at + 9], b[at + 10], b[at + 11]) : null;
    case 13: return (b[at] | b[at + 1] | b[at + 2] | b[at + 3] | b[at + 4] | b[at + 5] | b[at + 6] | b[at + 7] | b[at + 8] | b[at + 9] | b[at + 10] | b[at + 11] | b[at + 12]) < 0x80
      ? from(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6], b[at + 7], b[at + 8], b[at + 9], b[at + 10], b[at + 11], b[at + 12]) : null;
    case 14: return (b[at] | b[at + 1] | b[at + 2] | b[at + 3] | b[at + 4] | b[at + 5] | b[at + 6] | b[at + 7] | b[at + 8] | b[at + 9] | b[at + 10] | b[at + 11] | b[at + 12] | b[at + 13]) < 0x80
      ? from(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6], b[at + 7], b[at + 8], b[at + 9], b[at + 10], b[at + 11], b[at + 12], b[at + 13]) : null;
    case 15: return (b[at] | b[at + 1] | b[at + 2] | b[at + 3] | b[at + 4] | b[at + 5] | b[at + 6] | b[at + 7] | b[at + 8] | b[at + 9] | b[at + 10] | b[at + 11] | b[at + 12] | b[at + 13] | b[at + 14]) < 0x80
      ? from(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6], b[at + 7], b[at + 8], b[at + 9], b[at + 10], b[at + 11], b[at + 12], b[at + 13], b[at + 14]) : null;
    case 16: return (b[at] | b[at + 1] | b[at + 2] | b[at + 3] | b[at + 4] | b[at + 5] | b[at + 6] | b[at + 7] | b[at + 8] | b[at + 9] | b[at + 10] | b[at + 11] | b[at + 12] | b[at + 13] | b[at + 14] | b[at + 15]) < 0x80
      ? from(b[at], b[at + 1], b[at + 2], b[at + 3], b[at + 4], b[at + 5], b[at + 6], b[at + 7], b[at + 8], b[at + 9], b[at + 10], b[at + 11], b[at + 12], b[at + 13], b[at + 14], b[at + 15]) : null;
    default: return null;
  }
}
