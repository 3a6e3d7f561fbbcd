/** The filter language: what each condition means, and what is said of one that makes no sense. */
import { describe, expect, test } from 'vitest';
import { focus } from '../../protocol/messages/focus.js';
import { input } from '../../protocol/ports/input.js';
import { compileFilter, FilterError } from '../../trace/filter.js';
import { MessageJoin, type TracedMessage } from '../../trace/messages.js';
import { Schemas } from '../../trace/schemas.js';
import { factsAt, frameOf } from './random-steps.js';

const schemas = new Schemas(factsAt('frames').parties);
const header = { kind: focus.receives.key.kind, source: input.address, target: focus.address, sequence: 1 };
const frame = frameOf({ ...header, epoch: 1, causeSource: 0, causeSequence: 0, sentAt: 1000 }, [3, 0]);

function key(): TracedMessage {
  const join = new MessageJoin();
  join.add({ type: 'emitted', vm: 'host', at: 1000, ...header, epoch: 1, cause: null, bytes: frame.length, digest: null, frame });
  const times = { at: 5500, sentAt: 1000, endedAt: 6000 };
  join.add({ type: 'handled', vm: 'wasm', ...header, ...times, epoch: 1, again: false, frame: null }, 17);
  return join.take()[0];
}
const message = key();
const dead: TracedMessage = { ...message, outcome: 'rejected', code: 'refused', waited: null, handling: null, number: 0 };

describe('a condition', () => {
  test.each([
    ['', true],
    ['from:input', true],
    ['from:focus', false],
    ['to:focus', true],
    ['party:focus', true],
    ['from:scene,input', true],
    ['kind:focus.key', true],
    ['kind:focus.*', true],
    ['kind:scene.*', false],
    ['kind:*', true],
    ['vm:wasm', true],
    ['vm:js', false],
    ['lane:interactive', true],
    ['wait>4ms', true],
    ['wait>4500us', false],
    ['wait>=4500us', true],
    ['wait<1s', true],
    ['handle>1ms', false],
    ['handle=500us', true],
    ['size>10', true],
    ['size>1kB', false],
    ['number=17', true],
    ['trap', false],
    ['dead', false],
    ['body.key=down', true],
    ['body.key=up', false],
    ['body.key!=up', true],
    ['body.key~ow', true],
    ['body.key="down"', true],
    ['body.node=0', false],
    ['not from:focus', true],
    ['not dead trap', false],
    ['from:input to:focus', true],
    ['from:input and to:scene', false],
    ['to:scene or to:focus', true],
    ['to:scene or to:focus from:focus', false],
    ['(to:scene or to:focus) from:input', true],
    ['not (to:scene or dead)', true],
    ['not not to:focus', true],
  ])('%s', (text, expected) => {
    expect(compileFilter(text, schemas)(message)).toBe(expected);
  });

  test('on what is not known does not hold', () => {
    for (const text of ['wait>0us', 'wait<1s', 'handle<1s', 'number>0'])
      expect([text, compileFilter(text, schemas)(dead)]).toEqual([text, false]);
    expect(compileFilter('dead', schemas)(dead)).toBe(true);
    expect(compileFilter('body.key=down', schemas)({ ...message, frame: null })).toBe(false);
  });
});

describe('a filter that makes no sense says where, and what is allowed', () => {
  test.each([
    ['from:focsu', 6, 'there is no party focsu; perhaps focus'],
    ['to:focus kind:key', 15, 'there is no kind key; perhaps focus.key'],
    ['vm:worker', 4, 'there is no VM worker; there are host, js, wasm'],
    ['form:focus', 1, 'there is no form: a filter has'],
    ['wait>4', 6, 'needs a unit: us, ms, s'],
    ['wait>4min', 6, 'there is no unit min: write us, ms, s'],
    ['wait>long', 6, 'compared with a number'],
    ['wait:4ms', 1, 'write wait with = != > >= < or <='],
    ['from=focus', 1, 'write from:NAME'],
    ['trap=1', 1, 'trap stands alone'],
    ['(dead', 1, 'a ( without its )'],
    ['dead)', 5, 'a ) without its ('],
    ['dead or', 8, 'it ends where a condition is missing'],
    ['from:', 6, 'a value is missing'],
    ['body.x="a', 8, 'a text without its closing "'],
    ['body.x[a]=1', 1, 'is no path'],
    ['body.kye=up', 1, 'there is no kye in body; perhaps key'],
    ['body.creates[0].nod=1', 1, 'there is no nod in body.creates.0; perhaps node'],
    ['body.key.up=1', 1, 'body.key has no fields'],
    ['body.x>abc', 8, 'needs a number'],
    ['>4', 1, 'begins no condition'],
    ['('.repeat(100), 52, 'more than 50 conditions in each other'],
  ])('%s', (text, position, problem) => {
    const said = (): unknown => {
      try {
        return compileFilter(text, schemas);
      } catch (error) {
        return error;
      }
    };
    const error = said();
    expect(error).toBeInstanceOf(FilterError);
    expect((error as FilterError).message).toContain(problem);
    expect((error as FilterError).position).toBe(position);
  });
});
