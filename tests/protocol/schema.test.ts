/** The schemas as a contract: the hash is approved, kinds are used once, and the generator refuses anything that would break it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../protocol/codegen/check.js';
import { conflictsIn } from '../../protocol/codegen/conflicts.js';
import { schemaHash } from '../../protocol/codegen/schema-hash.js';
import { tandemParties } from '../../protocol/generated/index.js';
import {
  actor,
  bin,
  choice,
  type Field,
  f64,
  list,
  map,
  message,
  optional,
  type PartySchema,
  port,
  request,
  str,
  struct,
  u8,
  u16,
} from '../../protocol/schema.js';

/** A sentence for each conflict. */
const conflictsOf = (...input: Parameters<typeof conflictsIn>): string[] => conflictsIn(...input).map(({ text }) => text);

const parties = tandemParties as readonly unknown[] as readonly PartySchema[];
const portOf = (receives: PartySchema['receives']): PartySchema =>
  port({ name: 'sample', address: 90, receives }) as unknown as PartySchema;

it('fields take only types of the schema language, also for the compiler', () => {
  const kind = 0x4001;
  const wrong = () => [
    // @ts-expect-error: the name of a type is not a type
    message({ kind, fields: { quantity: 'u16' } }),
    // @ts-expect-error: nor is a constructor
    message({ kind, fields: { quantity: Number } }),
    // @ts-expect-error: `str` has to be called, with its length
    message({ kind, fields: { note: str } }),
    // @ts-expect-error: the same in a list
    list('u16'),
    // @ts-expect-error: the same in a structure
    struct('Order', { quantity: Number }),
    // @ts-expect-error: the same in an optional
    optional(Number),
    // @ts-expect-error: the same in a reply
    request({ kind, fields: {}, reply: { kind: kind + 0x80, fields: { done: Boolean } } }),
    // @ts-expect-error: a request has a reply
    request({ kind, fields: {} }),
    // @ts-expect-error: there is no such lane
    message({ kind, fields: {}, lane: 'urgent' }),
    // @ts-expect-error: an address is a number
    port({ name: 'sample', address: '90', receives: {} }),
  ];
  expect(wrong).toBeTypeOf('function');
});

describe('schema hash', () => {
  it('is the approved one: after looking at a change, a person runs `npm run codegen -- --approve`', () => {
    const approved = readFileSync(new URL('../../protocol/schema-hash.txt', import.meta.url), 'utf8').trim();
    expect(schemaHash(parties)).toBe(approved);
  });

  const base = { first: u8, second: list(u16, 10) };
  const hashOf = (fields: Record<string, Field>, kind = 0x4301) => schemaHash([portOf({ one: message({ kind, fields }) })]);
  it.each([
    ['the order of fields', { second: list(u16, 10), first: u8 }],
    ['a type', { first: u16, second: list(u16, 10) }],
    ['a limit', { first: u8, second: list(u16, 11) }],
    ['an inner type', { first: u8, second: list(u8, 10) }],
    ['a name', { other: u8, second: list(u16, 10) }],
    ['a further field', { ...base, third: u8 }],
  ])('changes with %s', (_, fields) => {
    expect(hashOf(fields)).not.toBe(hashOf(base));
  });
  it('changes with a kind, and not with the order of parties', () => {
    expect(hashOf(base, 0x4302)).not.toBe(hashOf(base));
    expect(schemaHash([...parties].reverse())).toBe(schemaHash(parties));
  });
});

describe('checks of a schema', () => {
  it('find nothing in the real ones', () => {
    expect(parties.flatMap(problemsOf)).toEqual([]);
    expect(conflictsOf(parties)).toEqual([]);
  });

  it.each([
    ['a kind out of range', { one: message({ kind: 0x1_0000, fields: {} }) }, 'kind 65536'],
    ['a name that is none', { 'not-a-name': message({ kind: 0x4301, fields: {} }) }, 'not an identifier'],
    [
      'a field that the runtime fills in',
      { one: request({ kind: 0x4301, fields: { request: u8 }, reply: { kind: 0x4381, fields: {} } }) },
      'taken',
    ],
    ['a member of the generated class', { one: message({ kind: 0x4301, fields: { target: u8 } }) }, 'taken'],
    [
      'a modifier of AssemblyScript',
      { one: message({ kind: 0x4301, fields: { public: u8 } }) },
      'sample.one.public: AssemblyScript takes the name',
    ],
    [
      'a modifier in a structure',
      { one: message({ kind: 0x4301, fields: { at: struct('Point', { static: u8 }) } }) },
      'sample.one.at.static:',
    ],
    ['a request without a reply', { one: request({ kind: 0x4301, fields: {} } as never) }, 'sample.one: its reply is null'],
    ['a type without a name', { one: message({ kind: 0x4301, fields: { at: struct('point', { x: u8 }) } }) }, 'not the name of a type'],
  ] as const)('find %s', (_, receives, problem) => {
    expect(problemsOf(portOf(receives as unknown as PartySchema['receives'])).join()).toContain(problem);
  });

  const at = (field: unknown) => ({ one: message({ kind: 0x4301, fields: { at: field as Field } }) });
  const recursive = { type: 'struct', name: 'Ring', fields: {} as Record<string, Field> } as const;
  recursive.fields.next = list(recursive as Field);
  const deep = (depth: number): Field => (depth ? list(deep(depth - 1)) : u8);
  it.each([
    ['a type in quotes', 'u32', "sample.one.at: 'u32' is the name of a type"],
    ['a constructor', Number, 'sample.one.at: the function Number is no type'],
    ['a type that is not called', list, 'sample.one.at: list is to be called: list(…)'],
    ['nothing', undefined, 'sample.one.at: undefined is no type'],
    ['null', null, 'sample.one.at: null is no type'],
    ['an object', {}, 'sample.one.at: an object is no type'],
    ['an unknown type', { type: 'u64' }, "sample.one.at: 'u64' is no type"],
    ['a name of an inherited member', { type: 'toString' }, "sample.one.at: 'toString' is no type"],
    ['an array', [u8], 'sample.one.at: an array is no type'],
    ['a default', { ...u8, default: 'x' }, "sample.one.at: has 'default', which is none of type"],
    ['a limit of 0', str(0), 'sample.one.at: its limit is 0'],
    ['a limit below 0', list(u8, -1), 'sample.one.at: its limit is -1'],
    ['a limit that is no number', str(Number.NaN), 'sample.one.at: its limit is NaN'],
    ['a limit that is no integer', bin(1.5), 'sample.one.at: its limit is 1.5'],
    ['no limit at all', map(u8, Number.POSITIVE_INFINITY), 'sample.one.at: its limit is Infinity'],
    ['a limit in quotes', str('8' as unknown as number), "sample.one.at: its limit is '8'"],
    ['a limit beyond a frame', str(2 ** 31), 'sample.one.at: its limit 2147483648 is beyond the 1048576 bytes'],
    ['an item that is none', list('u8' as unknown as Field), "sample.one.at: 'u8' is the name of a type"],
    ['no item', { type: 'optional' }, 'sample.one.at: undefined is no type'],
    ['no fields', { type: 'struct', name: 'Point' }, 'sample.one.at: its fields are undefined'],
    ['a choice of nothing', choice('Side', []), 'a choice has between 1 and 65,535 options'],
    ['a choice of numbers', choice('Side', [1] as unknown as string[]), 'a choice has between 1 and 65,535 options'],
    ['options alike', choice('Side', ['to left', 'toLeft']), 'the same name in AssemblyScript'],
    ['a type of the language', struct('Map', { x: u8 }), 'the name Map is one of'],
    ['a type of the runtime', struct('Reader', { x: u8 }), 'the name Reader is one of'],
    ['a type that contains itself', recursive, 'a type cannot contain itself'],
    ['too deep a type', deep(20), 'nested deeper than 16'],
  ])('find %s in the place of a field', (_, field, problem) => {
    expect(problemsOf(portOf(at(field))).join('\n')).toContain(problem);
  });

  it.each([
    ['a port with a state', { state: struct('SampleState', {}) }, 'sample.state: a port has no state'],
    ['neither actor nor port', { role: undefined }, 'sample: is neither an actor nor a port'],
    ['a slip of the pen', { recieves: {} }, "sample: has 'recieves', which is none of"],
    ['a name in AssemblyScript or TypeScript', { name: 'class' }, 'class: its name means something'],
    ['a name of generated code', { name: 'shared' }, 'shared: its name means something'],
    ["an address of the runtime's VMs", { address: 61 }, 'sample: address 61 is out of range'],
    ['an address that is none', { address: Number.NaN }, 'sample: address NaN is out of range'],
    ["a port among the runtime's actors", { address: 10 }, "sample: address 10 is for the runtime's actors"],
    ['one name instead of a list', { follows: 'scene.layout' }, 'sample: its follows is not a list of names'],
    ['messages in an array', { receives: [] }, 'sample: its receives is an array'],
    [
      'a handler of the runtime',
      { receives: { ended: message({ kind: 0x4301, fields: {} }) } },
      'sample.ended: the runtime calls the handler',
    ],
    [
      'a reply and a message of one name',
      {
        receives: {
          ask: request({ kind: 0x4301, fields: {}, reply: { kind: 0x4381, fields: {} } }),
          askReply: message({ kind: 0x4302, fields: {} }),
        },
      },
      'sample.askReply: two messages',
    ],
    [
      'a member for two fields',
      { receives: { one: message({ kind: 0x4301, fields: { at: optional(u8), hasAt: u8 } }) } },
      'sample.one.hasAt: the generated class has hasAt for at already',
    ],
    [
      'a key that is no field',
      { receives: { one: message({ kind: 0x4301, overflow: 'latest', key: 'node', fields: {} }) } },
      "sample.one: its key 'node' is none of its fields",
    ],
    ['a lane that is none', { receives: { one: message({ kind: 0x4301, lane: 'fast' as never, fields: {} }) } }, "its lane is 'fast'"],
  ])('find %s', (_, part, problem) => {
    expect(problemsOf({ ...portOf({}), ...part }).join('\n')).toContain(problem);
  });

  it.each([null, undefined, 'text', [], Number, 1])('find that %s is no party', (value) => {
    expect(problemsOf(value).join()).toContain('is no party');
  });

  it('find references that lead nowhere, and types with the same name', () => {
    const typed = (name: string, address: number, item: Field): PartySchema =>
      port({
        name,
        address,
        receives: { [name]: message({ kind: 0x4001 + address * 256, fields: { at: struct('Point', { x: item }) } }) },
      });
    const lost = { ...portOf({}), follows: ['focus.nothing', 'sample.own'], sendsTo: ['nobody', 'focus', 'focus'] };
    expect(conflictsOf([...parties, lost])).toEqual([
      'sample follows focus.nothing, which does not exist',
      'sample follows sample.own, which is its own',
      'sample sends to nobody, which does not exist',
      'sample sends to focus twice',
    ]);
    expect(conflictsOf([typed('a', 70, u8), typed('b', 71, u8), typed('c', 72, u16)])).toEqual([
      'c and others have different types named Point',
    ]);
    const clash = port({ name: 'a', address: 70, receives: { one: message({ kind: 0x4601, fields: { at: struct('AOne', {}) } }) } });
    expect(conflictsOf([clash])).toEqual(['a: the type AOne has the name of the class of the message one']);
  });

  it('find a kind that is used twice', () => {
    const receives = { one: message({ kind: 0x4301, fields: {} }), two: message({ kind: 0x4301, fields: {} }) };
    expect(conflictsOf([portOf(receives)])).toEqual(['sample.two and sample.one both have kind 0x4301']);
  });

  it.each([
    ['one', 'history.back', []],
    ['one', 'nobody.back', ['sample passes one on as nobody.back, and there is no nobody.back']],
    ['two', 'history.back', ['sample passes two on as history.back, and there is no two']],
    ['one', 'history.push', ['sample passes one on as history.push, which has other fields']],
    ['one', 'focus.popLayer', ['sample passes one on as focus.popLayer, and does not send to focus']],
  ])('find whether %s can be passed on as %s', (passed, path, problems) => {
    const sample = { ...portOf({ one: message({ kind: 0x4301, fields: {} }) }), sendsTo: ['history'], passesOn: { [passed]: path } };
    expect(conflictsOf([...parties, sample])).toEqual(problems);
  });

  const gauge = (measures: unknown): unknown => ({
    ...actor({ name: 'gauge', address: 91, state: struct('GaugeState', {}), receives: {} }),
    receives: {
      took: message({ kind: 0x4401, fields: { name: str(), value: f64 } }),
      fell: message({
        kind: 0x4402,
        fields: { level: choice('Level', ['info', 'error']), source: str(), text: str(), attributes: list(u8) },
      }),
      mild: message({ kind: 0x4403, fields: { level: choice('Mild', ['info']), source: str(), text: str(), attributes: list(u8) } }),
    },
    measures,
  });

  it.each([
    [{ times: 'took', crashes: 'fell' }, []],
    ['took', ["gauge: its measures is 'took': write { times, crashes }, each the name of a message that it receives"]],
    [{ times: 'took' }, ['gauge: its measures is an object: write { times, crashes }, each the name of a message that it receives']],
    [{ times: 'lost', crashes: 'fell' }, ["gauge: its measures has times: 'lost', which is no message that it receives"]],
    [{ times: 'fell', crashes: 'fell' }, ['gauge.fell: stands for the times that it measures, whose fields are name, value']],
    [
      { times: 'took', crashes: 'mild' },
      ['gauge.mild: stands for the crashes that it measures, whose fields are level, source, text, attributes'],
    ],
  ])('find whether an actor can measure by %j', (measures, problems) => {
    expect(problemsOf(gauge(measures))).toEqual(problems);
  });

  it('find two actors that measure', () => {
    const second = gauge({ times: 'took', crashes: 'fell' }) as PartySchema;
    expect(conflictsOf([...parties, second])).toEqual(['gauge and metrics both have what the VMs measure']);
  });

  it.each([
    [['nobody'], 'sample watches nobody, which does not exist'],
    [['sample'], 'sample watches itself, and would learn of its end in its next life'],
    [['focus', 'focus'], 'sample watches focus twice'],
  ])('find that %s cannot be watched', (watches, problem) => {
    expect(conflictsOf([...parties, { ...portOf({}), watches }])).toEqual([problem]);
  });
});
