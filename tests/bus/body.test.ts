/** What the bus reads of a body without decoding it. */
import { encode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import { fieldKey, requestNumber } from '../../bus/body.js';
import { BODY_OFFSET, writeFrameLength } from '../../protocol/frame.js';

function frameOf(...fields: unknown[]): Uint8Array {
  const body = encode(fields);
  const frame = new Uint8Array(BODY_OFFSET + body.length);
  frame.set(body, BODY_OFFSET);
  writeFrameLength(frame, 0, frame.length);
  return frame;
}

const keyOf = (index: number, ...fields: unknown[]): string | null => {
  const frame = frameOf(...fields);
  return fieldKey(frame, 0, frame.length, index);
};

describe.each([
  ['a text', 'text'],
  ['nothing', null],
  ['bytes', new Uint8Array(300)],
  ['a list', [1, [2, 'three']]],
  ['a long list', new Array(20).fill('item')],
  ['a record', { a: 1, b: [2] }],
])('a conflation key after %s', (_name, before) => {
  test('is that of equal values alone', () => {
    expect(keyOf(1, before, 7, 'more')).toBe(keyOf(1, before, 7, 'other'));
    expect(keyOf(1, before, 7)).not.toBe(keyOf(1, before, 8));
  });

  test('is none where the body ends before', () => {
    expect(keyOf(1, before)).toBeNull();
    const frame = frameOf(before, 'a key');
    expect(fieldKey(frame, 0, frame.length - 1, 1)).toBeNull();
  });
});

test('a conflation key may itself be a list', () => {
  expect(keyOf(0, [1, 2], 'more')).toBe(keyOf(0, [1, 2], 'other'));
  expect(keyOf(0, [1, 2])).not.toBe(keyOf(0, [1, 3]));
});

test.each([
  ['a list', [[7]]],
  ['a text', ['7']],
  ['negative', [-7]],
  ['beyond 32 bits', [2 ** 32]],
  ['missing', []],
])('a request number that is %s is none', (_name, fields) => {
  const frame = frameOf(...fields);
  expect(requestNumber(frame, 0, frame.length)).toBe(-1);
});
