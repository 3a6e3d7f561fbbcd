/**
 * The frame, with the constants of protocol/frame.ts: a test compares them.
 *
 *   0     4   5        8        11       14            23         28      29        32           41            50
 *   +-----+---+--------+--------+--------+-------------+----------+-------+---------+------------+-------------+------
 *   | len | 98| cd kind| cd src | cd tgt | cf sequence | ce epoch | 92    | cd src  | cf seq     | cf sentAt   | body
 *   +-----+---+--------+--------+--------+-------------+----------+-------+---------+------------+-------------+------
 *     LE    1     3        3        3          9            5        1 \------- cause -------/          9
 */
import { FRAME_BYTES_MAX } from '../limits';
import { Problem } from './reader';

export const LENGTH_BYTES: usize = 4;
export const KIND_OFFSET: usize = 6;
export const SOURCE_OFFSET: usize = 9;
export const TARGET_OFFSET: usize = 12;
export const SEQUENCE_OFFSET: usize = 15;
export const EPOCH_OFFSET: usize = 24;
export const CAUSE_SOURCE_OFFSET: usize = 30;
export const CAUSE_SEQUENCE_OFFSET: usize = 33;
export const SENT_AT_OFFSET: usize = 42;
/** Offset of the body, which is also the length of a frame's fixed part. */
export const BODY_OFFSET: usize = 50;

/** Source of a cause when there is none. */
export const NOBODY: u16 = 0;
/** The target of a publication before the router has fanned it out to the followers. */
export const FOLLOWERS: u16 = 0xffff;

/** Bytes of the frame that starts at `at`, with its length field. */
export function frameLength(at: usize): u64 {
  return LENGTH_BYTES + <u64>load<u32>(at);
}

export function frameKind(at: usize): u16 {
  return bswap(load<u16>(at, KIND_OFFSET));
}

export function frameSource(at: usize): u16 {
  return bswap(load<u16>(at, SOURCE_OFFSET));
}

export function frameTarget(at: usize): u16 {
  return bswap(load<u16>(at, TARGET_OFFSET));
}

export function frameSequence(at: usize): u64 {
  return bswap(load<u64>(at, SEQUENCE_OFFSET));
}

export function frameEpoch(at: usize): u32 {
  return bswap(load<u32>(at, EPOCH_OFFSET));
}

export function frameCauseSource(at: usize): u16 {
  return bswap(load<u16>(at, CAUSE_SOURCE_OFFSET));
}

export function frameCauseSequence(at: usize): u64 {
  return bswap(load<u64>(at, CAUSE_SEQUENCE_OFFSET));
}

/** Microseconds since the Unix epoch. */
export function frameSentAt(at: usize): u64 {
  return bswap(load<u64>(at, SENT_AT_OFFSET));
}

/**
 * Writes the fixed part, unstamped: sequence and epoch are 0 until the VM fills them in, and the length is 0 until the body is
 * written.
 */
export function writeHeader(at: usize, kind: u16, source: u16, target: u16, causeSource: u16, causeSequence: u64, sentAt: u64): void {
  store<u32>(at, 0);
  store<u8>(at, 0x98, 4);
  storeU16(at, KIND_OFFSET, kind);
  storeU16(at, SOURCE_OFFSET, source);
  storeU16(at, TARGET_OFFSET, target);
  storeU64(at, SEQUENCE_OFFSET, 0);
  store<u8>(at, 0xce, EPOCH_OFFSET - 1);
  store<u32>(at, 0, EPOCH_OFFSET);
  store<u8>(at, 0x92, 28);
  storeU16(at, CAUSE_SOURCE_OFFSET, causeSource);
  storeU64(at, CAUSE_SEQUENCE_OFFSET, causeSequence);
  storeU64(at, SENT_AT_OFFSET, sentAt);
}

/** @param length of the frame with its length field */
export function writeFrameLength(at: usize, length: u32): void {
  store<u32>(at, length - <u32>LENGTH_BYTES);
}

/** Checks that a whole frame with a well-formed header lies between `at` and `end`. @returns the problem, if any */
export function checkFrame(at: usize, end: usize): Problem {
  if (end - at <= BODY_OFFSET) return Problem.Truncated;
  const length = frameLength(at);
  if (length > <u64>FRAME_BYTES_MAX) return Problem.TooLong;
  if (length > end - at) return Problem.Truncated;
  if (length <= BODY_OFFSET) return Problem.Header;
  return hasTags(at) && hasSafeNumbers(at) ? Problem.None : Problem.Header;
}

/** Whether sequence, cause and time are below 2^53, like a `u53` of a body, so that an actor can write them into its state. */
function hasSafeNumbers(at: usize): bool {
  return (frameSequence(at) | frameCauseSequence(at) | frameSentAt(at)) >> 53 === 0;
}

/** Whether the constant bytes are right: the MessagePack tags between the fields. */
function hasTags(at: usize): bool {
  return (
    load<u8>(at, 4) === 0x98 && load<u8>(at, 5) === 0xcd && load<u8>(at, 8) === 0xcd && load<u8>(at, 11) === 0xcd &&
    load<u8>(at, 14) === 0xcf && load<u8>(at, 23) === 0xce && load<u8>(at, 28) === 0x92 && load<u8>(at, 29) === 0xcd &&
    load<u8>(at, 32) === 0xcf && load<u8>(at, 41) === 0xcf
  );
}

// @ts-ignore: decorator
@inline
function storeU16(at: usize, offset: usize, value: u16): void {
  store<u8>(at + offset - 1, 0xcd);
  store<u16>(at + offset, bswap(value));
}

// @ts-ignore: decorator
@inline
function storeU64(at: usize, offset: usize, value: u64): void {
  store<u8>(at + offset - 1, 0xcf);
  store<u64>(at + offset, bswap(value));
}
