import { expect, test } from 'vitest';
import { actor, choice, message, type PartySchema, port, str, struct, u8, u16, u32 } from '../../protocol/schema.js';
import { judge } from '../../trace/judge.js';

const fields = { title: str(100), size: u8, colour: choice('Colour', ['red', 'green']) };
const of = (given: object = fields, state: object = { count: u32 }): readonly PartySchema[] => [
  actor({
    name: 'shelf',
    address: 100,
    state: struct('ShelfState', state as typeof fields),
    receives: { put: message({ kind: 0x4001, fields: given as typeof fields }) },
  }) as PartySchema,
  port({ name: 'door', address: 101, receives: {} }) as PartySchema,
];

test('what has changed between a recording and today is named, and judged', () => {
  expect(judge(of(), of())).toEqual({ verdict: 'fine', changes: [] });
  const cases: readonly (readonly [now: readonly PartySchema[], said: string])[] = [
    [of({ ...fields, more: u8 }), 'fine shelf.put.more: the field is new: it has its default'],
    [of({ ...fields, size: u16 }), 'fine shelf.put.size: its type was u8 and is u16'],
    [of({ ...fields, colour: choice('Colour', ['red', 'green', 'blue']) }), 'fine shelf.put.colour: it has the new choices blue'],
    [of({ ...fields, size: str() }), 'impossible shelf.put.size: its type was u8 and is str'],
    [
      of({ title: str(100), amount: u8, colour: fields.colour }),
      'risky shelf.put.size: the field is called amount now, or another has its place',
    ],
    [of({ title: str(100), size: u8 }), 'risky shelf.put.colour: the field is gone: what was recorded in it is not read'],
    [of({ ...fields, title: str(10) }), 'risky shelf.put.title: it may have 10 at most, and had up to 100'],
    [of({ ...fields, colour: choice('Colour', ['green', 'red']) }), 'risky shelf.put.colour: choice 0 was red and is green'],
    [of({ ...fields, colour: choice('Colour', ['red']) }), 'impossible shelf.put.colour: choice green is gone'],
    [of(fields, { count: str() }), 'impossible shelf.state.count: its type was u32 and is str'],
    [of().slice(1), 'impossible shelf: the actor is gone'],
    [of().slice(0, 1), 'fine door: the port is gone'],
  ];
  for (const [now, said] of cases) {
    const { verdict, changes } = judge(of(), now);
    expect(changes.map((change) => `${change.verdict} ${change.path}: ${change.change}`)).toEqual([said]);
    expect(verdict).toBe(said.split(' ')[0]);
  }
});

test('a field that has moved cannot be read', () => {
  const { verdict, changes } = judge(of(), of({ size: u8, title: str(100), colour: fields.colour }));
  expect(verdict).toBe('impossible');
  expect(changes[0]).toEqual({ path: 'shelf.put.title', verdict: 'impossible', change: 'it was field 1 and is field 2' });
});
