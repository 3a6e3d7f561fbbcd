import { describe, expect, it } from 'vitest';
import { DeadLetters } from '../../bus/dead-letters.js';
import { BODY_OFFSET, writeFrameLength, writeHeader } from '../../protocol/frame.js';
import { DEAD_LETTERS_BYTES_MAX, DEAD_LETTERS_MAX } from '../../protocol/limits.js';

function frameWith(sequence: number, length: number): Uint8Array {
  const frame = new Uint8Array(length).fill(0xaa);
  writeHeader(frame, 0, { kind: 0x1001, source: 32, target: 1, sequence, epoch: 3, causeSource: 0, causeSequence: 0, sentAt: 5 });
  writeFrameLength(frame, 0, length);
  return frame;
}

describe('dead letters', () => {
  it('say what, why, from whom, to whom and when', () => {
    const letters = new DeadLetters(8, () => 1234);
    const frame = frameWith(77, BODY_OFFSET + 10);
    const buffer = new Uint8Array(frame.length + 3);
    buffer.set(frame, 3);
    letters.add('unreachable', 'no route to scene', buffer, 3, frame.length);
    expect(letters.list()).toEqual([
      {
        code: 'unreachable',
        detail: 'no route to scene',
        kind: 0x1001,
        source: 32,
        target: 1,
        sequence: 77,
        frame,
        report: null,
        at: 1234,
      },
    ]);
  });

  it('keep the newest and count all', () => {
    const letters = new DeadLetters(4, () => 0);
    for (let sequence = 1; sequence <= 4; sequence++) letters.add('ended', '', frameWith(sequence, 60), 0, 60);
    expect(letters.list().map((letter) => letter.sequence)).toEqual([1, 2, 3, 4]);
    letters.add('ended', '', frameWith(5, 60), 0, 60);
    expect(letters.list().map((letter) => letter.sequence)).toEqual([2, 3, 4, 5]);
    for (let sequence = 6; sequence <= 10; sequence++) letters.add('ended', '', frameWith(sequence, 60), 0, 60);
    expect(letters.list().map((letter) => letter.sequence)).toEqual([7, 8, 9, 10]);
    expect(letters.count).toBe(10);
  });

  it('are bounded in number and in bytes, and do not hold on to the buffer', () => {
    const letters = new DeadLetters(undefined, () => 0);
    const small = frameWith(1, 100);
    for (let i = 0; i < DEAD_LETTERS_MAX + 50; i++) letters.add('overloaded', '', small, 0, small.length);
    expect(letters.list()).toHaveLength(DEAD_LETTERS_MAX);
    small.fill(0);
    expect(letters.list()[0].frame[BODY_OFFSET]).toBe(0xaa);
    const large = frameWith(2, DEAD_LETTERS_BYTES_MAX / 4);
    for (let i = 0; i < 5; i++) letters.add('overloaded', '', large, 0, large.length);
    expect(letters.list().map(({ sequence }) => sequence)).toEqual([2, 2, 2, 2]);
    expect(letters.count).toBe(DEAD_LETTERS_MAX + 55);
  });

  it('accept bytes that are too short for a header, even from shared memory', () => {
    const letters = new DeadLetters(8, () => 0);
    letters.add('undecodable', 'truncated', new Uint8Array(new SharedArrayBuffer(6)).fill(7), 1, 5);
    const [letter] = letters.list();
    expect(letter).toMatchObject({ kind: 0, source: 0, target: 0, sequence: 0 });
    expect([...letter.frame]).toEqual([7, 7, 7, 7, 7]);
    expect(letter.frame.buffer).toBeInstanceOf(ArrayBuffer);
  });
});
