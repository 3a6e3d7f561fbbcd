/**
 * Compresses the rows of a chunk and the states of actors, as raw DEFLATE (RFC 1951), which every language's library reads. What ports send
 * resembles what they sent before, and shrinks to a third.
 *
 * The catch: a block may stand for a thousand times as much. So a long one is unpacked piece by piece, and no further than the size that
 * stands beside it.
 */
import { deflateSync, Inflate, inflateSync } from 'fflate';

/** Higher levels take more time, and save no percent on rows. */
const LEVEL = 4;
/** A byte of a block stands for no more than that many bytes. */
const RATIO_MAX = 1032;
/** Bytes of a block that are unpacked at once: 8 MB at most come out. */
const PIECE_BYTES = 8 << 10;

export const compress = (bytes: Uint8Array): Uint8Array => deflateSync(bytes, { level: LEVEL });

/** @param size of what was compressed, in bytes @returns null when the block makes no sense */
export function decompress(block: Uint8Array, size: number): Uint8Array | null {
  if (size > RATIO_MAX * block.length) return null;
  try {
    // Beyond the end there is room for one byte, which shows that there is more.
    const bytes = block.length <= PIECE_BYTES ? inflateSync(block, { out: new Uint8Array(size + 1) }) : inflatePieces(block, size);
    return bytes.length === size ? bytes : null;
  } catch {
    return null;
  }
}

/** @throws when the block makes no sense, or holds more than `size` bytes */
function inflatePieces(block: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let length = 0;
  const inflate = new Inflate((piece) => {
    bytes.set(piece, length);
    length += piece.length;
  });
  for (let at = 0; at < block.length; at += PIECE_BYTES)
    inflate.push(block.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= block.length);
  return bytes.subarray(0, length);
}
