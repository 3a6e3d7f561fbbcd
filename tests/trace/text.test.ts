/** A message on one line. */
import { expect, test } from 'vitest';
import { BODY_LENGTH_MAX, durationText, type MessageText, messageLine, shortText, timeText } from '../../trace/text.js';

const key: MessageText = {
  at: 1_700_000_000_123_456,
  source: 'input',
  target: 'focus',
  kind: 'focus.key',
  bytes: 64,
  waitMicros: 120,
  handleMicros: 1_300,
  body: { key: 'right', phase: 'down' },
  remark: '',
};

test('a line says when, who, to whom, what, how large, how long, and what is in it', () => {
  expect(messageLine(key)).toBe('22:13:20.123456 input -> focus focus.key 64 B wait 120 us handle 1.3 ms {key: "right", phase: "down"}');
});

test('what is not known is left out, and a remark stands before the body', () => {
  const bare = { ...key, bytes: null, waitMicros: null, handleMicros: null, body: undefined };
  expect(messageLine(bare)).toBe('22:13:20.123456 input -> focus focus.key');
  expect(messageLine({ ...bare, remark: 'again', body: 1 })).toBe('22:13:20.123456 input -> focus focus.key (again) 1');
});

test('nothing in a line steers a terminal', () => {
  expect(messageLine({ ...key, source: '\u001b[2J', body: new Map([['a\r\nb', '\u009b']]) })).toMatch(
    /^22:13:20.123456 \?\[2J -> .* \{a\?\?b: "\?"\}$/,
  );
});

test('times have the digits that matter', () => {
  expect([0, 999, 1_000, 12_345, 999_999, 1_000_000, 61_234_567].map(durationText)).toEqual([
    '0 us',
    '999 us',
    '1 ms',
    '12.3 ms',
    '1000 ms',
    '1 s',
    '61.2 s',
  ]);
  expect(timeText(86_399_000_001)).toBe('23:59:59.000001');
});

test('values of all shapes stand on one line', () => {
  expect(shortText({ a: null, b: [1, -2.5, true], c: new Map([['x', 'y\n']]), d: new Uint8Array(3), e: {} })).toBe(
    '{a: null, b: [1, -2.5, true], c: {x: "y\\n"}, d: <3 bytes>, e: {}}',
  );
  expect(shortText('x'.repeat(1000))).toBe(`"${'x'.repeat(40)}…"`);
});

test('a large or deep value costs no more than what is shown', () => {
  let visited = 0;
  const large = Array.from({ length: 100_000 }, (_, at) => ({
    get item() {
      visited++;
      return at;
    },
  }));
  const text = shortText(large);
  expect(text).toHaveLength(BODY_LENGTH_MAX);
  expect(text.endsWith('…')).toBe(true);
  expect(visited).toBeLessThan(BODY_LENGTH_MAX);
  let deep: unknown = 0;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(shortText(deep)).toBe('[[[[[[…]]]]]]');
});
