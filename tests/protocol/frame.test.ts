/** The frame's layout: one picture, compared with the constants and the code of both languages. */
import { decode } from '@msgpack/msgpack';
import { beforeAll, describe, expect, it } from 'vitest';
import { DECODE_PROBLEMS, type DecodeError } from '../../protocol/errors.js';
import * as frame from '../../protocol/frame.js';
import { CodecGuest } from './codec-guest.js';

const HEADER: frame.FrameHeader = {
  kind: 0x4001,
  source: 34,
  target: 64,
  sequence: 2 ** 40 + 7,
  epoch: 3,
  causeSource: 33,
  causeSequence: 2 ** 33 + 5,
  sentAt: 1_790_000_000_123_456,
};
const BODY = Uint8Array.of(0x91, 0x2a);

/** Offset of each value, at the left edge of its cell below its first byte. */
const PICTURE = `
  0     4   5        8        11       14            23         28      29        32           41            50
  +-----+---+--------+--------+--------+-------------+----------+-------+---------+------------+-------------+------
  | len | 98| cd kind| cd src | cd tgt | cf sequence | ce epoch | 92    | cd src  | cf seq     | cf sentAt   | body
  +-----+---+--------+--------+--------+-------------+----------+-------+---------+------------+-------------+------`;
const [offsetLine, , cellLine] = PICTURE.split('\n').slice(1);
const starts = offsetLine.trim().split(/ +/).map(Number);
const cells = cellLine
  .split('|')
  .slice(1)
  .map((cell) => cell.trim());
/** Start of a cell's value, after its tag. */
const valueAt = (index: number): number => starts[index] + (cells[index].includes(' ') ? 1 : 0);

describe('frame layout', () => {
  let guest: CodecGuest;
  beforeAll(async () => {
    guest = await CodecGuest.start();
  });

  const constants = [
    frame.LENGTH_BYTES,
    frame.KIND_OFFSET,
    frame.SOURCE_OFFSET,
    frame.TARGET_OFFSET,
    frame.SEQUENCE_OFFSET,
    frame.EPOCH_OFFSET,
    frame.CAUSE_SOURCE_OFFSET,
    frame.CAUSE_SEQUENCE_OFFSET,
    frame.SENT_AT_OFFSET,
    frame.BODY_OFFSET,
    frame.NOBODY,
    frame.FOLLOWERS,
  ];

  it('is the one drawn', () => {
    const drawn = [starts[1], ...[2, 3, 4, 5, 6, 8, 9, 10].map(valueAt), starts[11]];
    expect(constants.slice(0, 10)).toEqual(drawn);
    const bytes = whole();
    cells.forEach((cell, index) => {
      const tag = /^[0-9a-f]{2}\b/.exec(cell);
      if (tag) expect(bytes[starts[index]].toString(16)).toBe(tag[0]);
    });
  });

  it('has the same constants in AssemblyScript', () => {
    expect(constants.map((_, index) => guest.frame.frameConstant(index))).toEqual(constants);
    expect(guest.frame.frameConstant(constants.length)).toBe(-1);
  });

  it('is plain MessagePack after its length', () => {
    const { kind, source, target, sequence, epoch, causeSource, causeSequence, sentAt } = HEADER;
    expect(decode(whole().subarray(frame.LENGTH_BYTES))).toEqual([
      kind,
      source,
      target,
      sequence,
      epoch,
      [causeSource, causeSequence],
      sentAt,
      [0x2a],
    ]);
  });

  it('is read as it was written', () => {
    expect(frame.readHeader(whole(), 0)).toEqual(HEADER);
    expect(frame.frameLength(whole(), 0)).toBe(frame.BODY_OFFSET + BODY.length);
  });

  it('is written by a guest like by TypeScript, unstamped', () => {
    const unstamped = whole({ ...HEADER, sequence: 0, epoch: 0 }).subarray(frame.LENGTH_BYTES, frame.BODY_OFFSET);
    const at = guest.place(new Uint8Array(frame.BODY_OFFSET).fill(0xee));
    guest.frame.writeHeader(at, HEADER.kind, HEADER.source, HEADER.target, HEADER.causeSource, HEADER.causeSequence, HEADER.sentAt);
    expect(guest.read(at, frame.BODY_OFFSET).subarray(frame.LENGTH_BYTES)).toEqual(unstamped);
  });

  it('is checked alike in both languages: cut short anywhere, and with any byte changed', () => {
    const good = whole();
    const variants = [good, ...Array.from(good, (_, length) => good.slice(0, length))];
    for (let at = 0; at < good.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) variants.push(good.with(at, value));
    }
    for (const bytes of variants) {
      const at = guest.place(bytes);
      expect(guest.frame.checkFrame(at, at + bytes.length)).toBe(problemOf(bytes));
    }
    expect(problemOf(good)).toBe(0);
    expect(problemOf(good.with(3, 1))).toBe(DECODE_PROBLEMS.indexOf('too long') + 1);
    expect(problemOf(good.with(28, 0x93))).toBe(DECODE_PROBLEMS.indexOf('header') + 1);
  });

  it.each([
    ['sequence', frame.SEQUENCE_OFFSET],
    ['causeSequence', frame.CAUSE_SEQUENCE_OFFSET],
    ['sentAt', frame.SENT_AT_OFFSET],
  ] as const)('has numbers that JavaScript holds exactly: %s', (field, offset) => {
    const largest = whole({ ...HEADER, [field]: Number.MAX_SAFE_INTEGER });
    expect(problemOf(largest)).toBe(0);
    expect(frame.readHeader(largest, 0)[field]).toBe(Number.MAX_SAFE_INTEGER);
    for (const [at, value] of [
      [0, 1],
      [0, 0x80],
      [1, 0x20],
      [1, 0x26],
    ]) {
      const bytes = whole().with(offset + at, value);
      expect(() => frame.checkFrame(bytes, 0, bytes.length)).toThrow(`header at byte ${offset - 1}`);
      const placed = guest.place(bytes);
      expect(guest.frame.checkFrame(placed, placed + bytes.length)).toBe(DECODE_PROBLEMS.indexOf('header') + 1);
    }
  });

  function whole(header = HEADER): Uint8Array {
    const bytes = new Uint8Array(frame.BODY_OFFSET + BODY.length);
    frame.writeHeader(bytes, 0, header);
    bytes.set(BODY, frame.BODY_OFFSET);
    frame.writeFrameLength(bytes, 0, bytes.length);
    return bytes;
  }

  function problemOf(bytes: Uint8Array): number {
    try {
      frame.checkFrame(bytes, 0, bytes.length);
      return 0;
    } catch (error) {
      return DECODE_PROBLEMS.indexOf((error as DecodeError).problem) + 1;
    }
  }
});
