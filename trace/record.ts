/**
 * A step as it lies in the trace memory: fields at fixed offsets, so that writing one allocates nothing, and then the frame, if it is kept.
 *
 *   0        4      5       6      8        12     14       16       18      20      24       28        32
 *   +--------+------+-------+------+--------+------+--------+--------+-------+-------+--------+---------+
 *   | length | type | flags | code | serial | kind | target | source | cause | epoch | digest | payload |
 *   +--------+------+-------+------+--------+------+--------+--------+-------+-------+--------+---------+
 *   32     36  40         48   56                                64           72         80
 *   +-------+--+----------+----+---------------------------------+------------+----------+---------
 *   | frame |  | sequence | at | endedAt, or sequence of a cause | sentAt     | position | payload
 *   +-------+--+----------+----+---------------------------------+------------+----------+---------
 *
 * `payload` and `frame` are lengths in bytes: of what follows, and of the frame even if it is not kept. Numbers are little-endian, as on
 * every machine that this runs on: no record leaves the device. `position` is where the VM's journal has the frame, -1 when it has not; so it is known which
 * messages were handled before, also by an incarnation that is gone. Steps that are rare follow whole, as MessagePack.
 */
import { ERROR_CODES, type ErrorCode } from '../protocol/errors.js';
import {
  CAUSE_SEQUENCE_OFFSET,
  CAUSE_SOURCE_OFFSET,
  EPOCH_OFFSET,
  frameLength,
  KIND_OFFSET,
  NOBODY,
  readU16,
  readU32,
  readU53,
  SENT_AT_OFFSET,
  SEQUENCE_OFFSET,
  SOURCE_OFFSET,
  TARGET_OFFSET,
} from '../protocol/frame.js';
import type { Address, Epoch, Sequence, VmName } from '../protocol/names.js';
import { decodePlain, encodePlain } from '../protocol/plain.js';
import { type TraceWriter, TYPE_BYTE } from './memory.js';
import type { Arrived, Emitted, Handled, MessageId, Rejected, TraceStep } from './step.js';

const EMITTED = 1;
const ARRIVED = 2;
const HANDLED = 3;
const REJECTED = 4;
const WHOLE = 5;

const AGAIN = 1;
const HAS_FRAME = 2;
const HAS_DIGEST = 4;
/** A filter by roots has let it pass: its chain of causes has a root; ... */
export const FROM_ROOT = 8;
/** ... or leads into another VM, and is not known here; */
export const OPEN_CHAIN = 16;
/** and it is here only for the chains that go on from it: the rest of the filter does not want it. */
export const CHAIN_ONLY = 32;
const MARKS = FROM_ROOT | OPEN_CHAIN | CHAIN_ONLY;

const RECORD_BYTES = 80;

/** In 32-bit words. */
const ROLE = 1;
const KIND = 3;
const SOURCE = 4;
const EPOCH = 5;
const DIGEST = 6;
const PAYLOAD = 7;
const FRAME = 8;
/** In words of 64 bits. */
const SEQUENCE = 5;
const AT = 6;
const ENDED = 7;
const SENT = 8;
const POSITION = 9;

/** Where no journal has the frame. */
export const NO_POSITION = -1;

const paddedTo8 = (bytes: number): number => (bytes + 7) & ~7;

/** Puts steps into a trace memory. */
export class RecordWriter {
  /** Bytes written so far. */
  written = 0;
  /** What is known of the chain of the next message: `FROM_ROOT`, `OPEN_CHAIN`, `CHAIN_ONLY`. */
  mark = 0;
  private readonly scratch = { words: 0, numbers: 0 };

  constructor(readonly memory: TraceWriter) {}

  /** @param digest null when none is taken. @param keeps whether the frame itself follows */
  emitted(bytes: Uint8Array, at: number, digest: number | null, keeps: boolean): void {
    const flags = digest === null ? 0 : HAS_DIGEST;
    this.begin(EMITTED, flags, 0, bytes, at, keeps);
    const { words, numbers } = this.scratch;
    this.memory.words[words + DIGEST] = digest ?? 0;
    this.memory.numbers[numbers + AT] = readU53(bytes, at + SENT_AT_OFFSET);
    this.memory.numbers[numbers + ENDED] = readU53(bytes, at + CAUSE_SEQUENCE_OFFSET);
    this.memory.end();
  }

  arrived(bytes: Uint8Array, at: number, now: number): void {
    this.begin(ARRIVED, 0, 0, bytes, at, false);
    this.memory.numbers[this.scratch.numbers + AT] = now;
    this.memory.end();
  }

  /** @param epoch of the party that handled it. @param position in the journal */
  handled(
    bytes: Uint8Array,
    at: number,
    epoch: Epoch,
    beganAt: number,
    endedAt: number,
    position: number,
    again: boolean,
    keeps: boolean,
  ): void {
    this.begin(HANDLED, again ? AGAIN : 0, 0, bytes, at, keeps);
    const { words, numbers } = this.scratch;
    const { memory } = this;
    memory.words[words + EPOCH] = epoch;
    memory.numbers[numbers + AT] = beganAt;
    memory.numbers[numbers + ENDED] = endedAt;
    memory.numbers[numbers + SENT] = readU53(bytes, at + SENT_AT_OFFSET);
    memory.numbers[numbers + POSITION] = position;
    memory.end();
  }

  /** @param length of what was rejected: the frame's own length may be what is wrong with it */
  rejected(code: ErrorCode, bytes: Uint8Array, at: number, length: number, now: number, keeps: boolean): void {
    this.begin(REJECTED, 0, ERROR_CODES.indexOf(code), bytes, at, keeps, length);
    this.memory.numbers[this.scratch.numbers + AT] = now;
    this.memory.end();
  }

  /** Any other step. @returns false when it is too long for this memory */
  whole(step: TraceStep): boolean {
    const payload = encodePlain(step);
    const bytes = RECORD_BYTES + paddedTo8(payload.length);
    if (bytes > this.memory.recordBytesMax) return false;
    const at = this.memory.begin(bytes);
    this.memory.words[2 * at + ROLE] = WHOLE;
    this.memory.words[2 * at + PAYLOAD] = payload.length;
    this.memory.bytes.set(payload, 8 * at + RECORD_BYTES);
    this.written += bytes;
    this.memory.end();
    return true;
  }

  private begin(
    type: number,
    flags: number,
    code: number,
    bytes: Uint8Array,
    at: number,
    keeps: boolean,
    frame = frameLength(bytes, at),
  ): void {
    const { memory, scratch } = this;
    const kept = keeps && RECORD_BYTES + paddedTo8(frame) <= memory.recordBytesMax ? frame : 0;
    const length = RECORD_BYTES + paddedTo8(kept);
    const start = memory.begin(length);
    const { words, numbers } = memory;
    const word = 2 * start;
    words[word + ROLE] = type | ((flags | this.mark | (kept > 0 ? HAS_FRAME : 0)) << 8) | (code << 16);
    words[word + KIND] = readU16(bytes, at + KIND_OFFSET) | (readU16(bytes, at + TARGET_OFFSET) << 16);
    words[word + SOURCE] = readU16(bytes, at + SOURCE_OFFSET) | (readU16(bytes, at + CAUSE_SOURCE_OFFSET) << 16);
    words[word + EPOCH] = readU32(bytes, at + EPOCH_OFFSET);
    words[word + PAYLOAD] = kept;
    words[word + FRAME] = frame;
    numbers[start + SEQUENCE] = readU53(bytes, at + SEQUENCE_OFFSET);
    if (kept > 0) memory.bytes.set(bytes.subarray(at, at + kept), 8 * start + RECORD_BYTES);
    this.written += length;
    scratch.words = word;
    scratch.numbers = start;
  }
}

/** A step, and what else its record says. */
export interface DecodedRecord {
  readonly step: TraceStep;
  /** Where the journal of its VM has the frame that was handled, and its end; `NO_POSITION` for other steps. */
  readonly position: number;
  readonly end: number;
  /** As `RecordWriter.mark`. */
  readonly mark: number;
}

/** @param bytes the record from `at` on, as a TraceReader visits it; nothing of it is kept */
export function decodeRecord(vm: VmName, bytes: Uint8Array, at: number, length: number): DecodedRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, length);
  const mark = view.getUint8(TYPE_BYTE + 1) & MARKS;
  if (view.getUint8(TYPE_BYTE) !== WHOLE) return { step: messageOf(vm, view, bytes, at), mark, ...placeOf(view) };
  const payload = bytes.slice(at + RECORD_BYTES, at + RECORD_BYTES + view.getUint32(4 * PAYLOAD, true));
  return { step: decodePlain(payload) as TraceStep, mark: 0, ...NOWHERE };
}

const NOWHERE = { position: NO_POSITION, end: NO_POSITION };

function placeOf(view: DataView): Pick<DecodedRecord, 'position' | 'end'> {
  if (view.getUint8(TYPE_BYTE) !== HANDLED) return NOWHERE;
  const position = view.getFloat64(8 * POSITION, true);
  return { position, end: position + view.getUint32(4 * FRAME, true) };
}

function messageOf(vm: VmName, view: DataView, bytes: Uint8Array, at: number): Emitted | Arrived | Handled | Rejected {
  const flags = view.getUint8(TYPE_BYTE + 1);
  const payload = view.getUint32(4 * PAYLOAD, true);
  const frame = flags & HAS_FRAME ? bytes.slice(at + RECORD_BYTES, at + RECORD_BYTES + payload) : null;
  const number = (word: number): number => view.getFloat64(8 * word, true);
  const common = {
    vm,
    at: number(AT),
    source: view.getUint16(4 * SOURCE, true),
    sequence: number(SEQUENCE),
    target: view.getUint16(4 * KIND + 2, true),
    kind: view.getUint16(4 * KIND, true),
  };
  const epoch = view.getUint32(4 * EPOCH, true);
  switch (view.getUint8(TYPE_BYTE)) {
    case EMITTED: {
      const digest = flags & HAS_DIGEST ? view.getUint32(4 * DIGEST, true) : null;
      const cause = causeOf(view.getUint16(4 * SOURCE + 2, true), number(ENDED));
      return { type: 'emitted', ...common, epoch, cause, bytes: view.getUint32(4 * FRAME, true), digest, frame };
    }
    case ARRIVED:
      return { type: 'arrived', ...common };
    case HANDLED: {
      const again = (flags & AGAIN) !== 0;
      return { type: 'handled', ...common, epoch, sentAt: number(SENT), endedAt: number(ENDED), again, frame };
    }
    default:
      return { type: 'rejected', ...common, code: ERROR_CODES[view.getUint16(TYPE_BYTE + 2, true)], frame };
  }
}

const causeOf = (source: Address, sequence: Sequence): MessageId | null => (source === NOBODY ? null : { source, sequence });
