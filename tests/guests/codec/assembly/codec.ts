/**
 * Decodes and re-encodes many bodies in a call. The host puts them into `input` one after another, with a table of their
 * lengths, and reads three words for each from `output`: problem, offset, and the length of the encoding, or its hash.
 *
 * Each body is decoded at the very end of the memory, so that a read past its end is a trap.
 */
import { Reader } from 'tandem/protocol/assembly/reader';
import { Writer } from 'tandem/protocol/assembly/writer';
import * as frame from 'tandem/protocol/assembly/frame';
import { roundTrip } from './table';

const PAGE_BYTES: usize = 65536;

const reader = new Reader();
const writer = new Writer();
let region: usize = 0;
let regionBytes: usize = 0;
let tailEndPages: i32 = 0;

/** Memory for bodies, lengths and results. */
export function allocate(bytes: usize): usize {
  if (bytes > regionBytes) {
    if (region !== 0) heap.free(region);
    region = heap.alloc(bytes);
    regionBytes = bytes;
  }
  return region;
}

export function encoded(): usize {
  return writer.start;
}

export function encodedBytes(): i32 {
  return writer.length;
}

/** Takes pages at the end of the memory for this alone. */
function ensureTail(bytes: usize): void {
  if (memory.size() === tailEndPages) return;
  memory.grow(<i32>((bytes + PAGE_BYTES - 1) / PAGE_BYTES));
  tailEndPages = memory.size();
}

/** @param bodyBytesMax the same in all calls */
export function run(codec: i32, bodies: usize, lengths: usize, count: i32, results: usize, bodyBytesMax: usize): void {
  for (let i = 0; i < count; i++) {
    const length = load<u32>(lengths + (<usize>i << 2));
    ensureTail(bodyBytesMax);
    const end = <usize>tailEndPages * PAGE_BYTES;
    memory.copy(end - length, bodies, length);
    bodies += length;
    reader.reset(end - length, end);
    writer.reset();
    const ok = roundTrip(codec, reader, writer);
    store<u32>(results, reader.problem, 0);
    store<u32>(results, reader.offset, 4);
    store<u32>(results, ok ? hash(writer.start, writer.length) : 0, 8);
    results += 12;
  }
}

/** FNV-1a of 32 bits. */
function hash(at: usize, length: i32): u32 {
  let value: u32 = 0x811c9dc5;
  for (let i = 0; i < length; i++) value = (value ^ load<u8>(at + i)) * 0x01000193;
  return value;
}

export function frameConstant(index: i32): usize {
  const constants: StaticArray<usize> = [
    frame.LENGTH_BYTES, frame.KIND_OFFSET, frame.SOURCE_OFFSET, frame.TARGET_OFFSET, frame.SEQUENCE_OFFSET, frame.EPOCH_OFFSET,
    frame.CAUSE_SOURCE_OFFSET, frame.CAUSE_SEQUENCE_OFFSET, frame.SENT_AT_OFFSET, frame.BODY_OFFSET, frame.NOBODY, frame.FOLLOWERS,
  ];
  return index < constants.length ? constants[index] : <usize>-1;
}

export function writeHeader(at: usize, kind: u16, source: u16, target: u16, causeSource: u16, causeSequence: f64, sentAt: f64): void {
  frame.writeHeader(at, kind, source, target, causeSource, <u64>causeSequence, <u64>sentAt);
}

export function checkFrame(at: usize, end: usize): i32 {
  return frame.checkFrame(at, end);
}
