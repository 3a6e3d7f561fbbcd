/** Expressions that are printed afterwards: what they give, and what is wrong with those that make no sense. */
import { describe, expect, test } from 'vitest';
import { ExpressionError, parseExpression } from '../../trace/expression.js';
import { valueAt } from '../../trace/values.js';

const values = {
  body: { node: 7, name: 'rail', nodes: [{ x: 3 }, { x: 4 }], bytes: new Uint8Array(5) },
  state: { focused: 7, open: true },
  wait: 40,
};
const given = (text: string): unknown =>
  parseExpression(text).evaluate(({ root, steps }) => valueAt(values[root as keyof typeof values], steps));

describe('an expression', () => {
  test.each([
    ['body.node', 7],
    ['body.nodes[1].x', 4],
    ['body.nodes.length + body.bytes.length', 7],
    ['body.name.length', 4],
    ['1 + 2 * 3 - (4 - 2) / 2', 6],
    ['-body.node % 4', -3],
    ['body.name + " " + body.node', 'rail 7'],
    ['state.focused = body.node', true],
    ['state.focused != body.node', false],
    ['wait / 10 >= 4', true],
    ['state.open + 1', 2],
    ['body.nothing', undefined],
    ['body.nothing + 1', undefined],
    ['body.nothing = 1', undefined],
    ['body.__proto__', undefined],
    ['body.constructor.name', undefined],
    ['"a\\"b"', 'a"b'],
    ['null', null],
  ])('%s', (text, expected) => {
    expect(given(text)).toEqual(expected);
  });

  test('names the paths that it needs', () => {
    expect(parseExpression('state.a + focus.b[2].c').paths).toEqual([
      { root: 'state', steps: ['a'], position: 1 },
      { root: 'focus', steps: ['b', '2', 'c'], position: 11 },
    ]);
  });
});

test.each([
  ['', /at character 1: it ends where a value is missing/],
  ['body.x +', /at character 9: it ends where a value is missing/],
  ['(body.x', /a \) is missing/],
  ['body.x body.y', /"b" is not expected/],
  ['alert("x")', /"\(" is not expected/],
  ['body.x = 1 = 2', /"=" is not expected/],
  [`${'('.repeat(60)}1`, /more than 50 parentheses/],
])('%s makes no sense', (text, problem) => {
  expect(() => parseExpression(text)).toThrow(ExpressionError);
  expect(() => parseExpression(text)).toThrow(problem);
});
