/** Numbers of an application: given once, kept, never given again; what two branches and a renaming do to them is told, with the way out. */
import { expect, test } from 'vitest';
import type { BoundParty } from '../../protocol/bind.js';
import { actor, message, port, publication, request, struct, u32 } from '../../protocol/schema.js';
import { lockText, readLock } from '../../tools/lock-file.js';
import { numberParties, rename } from '../../tools/numbers.js';

type Messages = Readonly<Record<string, number | undefined>>;

/** An actor with messages, each with its number if it has one by hand; one of the name `total` is a request. */
function draw(name: string, messages: Messages, topics: readonly string[] = [], address?: number): BoundParty {
  const receives = Object.entries(messages).map(([message_, kind]) => [
    message_,
    message_ === 'total' ? request({ kind, fields: {}, reply: { fields: { cents: u32 } } }) : message({ kind, fields: { cents: u32 } }),
  ]);
  const publishes = Object.fromEntries(topics.map((topic) => [topic, publication({ fields: {} })]));
  return actor({ name, address, state: struct('State', {}), receives: Object.fromEntries(receives), publishes }) as unknown as BoundParty;
}

/** One run of the tool. */
function run(
  text: string | null,
  parties: readonly BoundParty[],
  renumber: readonly string[] = [],
  renames: readonly [string, string][] = [],
) {
  const { lock, problems, left } = readLock(text, renumber);
  const refused = renames.flatMap(([from, to]) => rename(lock, from, to) ?? []);
  const given = numberParties(
    lock,
    parties.map((party) => ({ file: `src/actors/${party.name}.ts`, party })),
    left,
  );
  const said = [...problems, ...given.problems].map(({ file, line, text: said_ }) => `${file}${line ? `:${line}` : ''}: ${said_}`);
  return { lock: lockText(lock), said: [...said, ...refused], notes: given.notes, kinds: kindsOf(parties), client: given.clientAddress };
}

const kindsOf = (parties: readonly BoundParty[]): Record<string, number> =>
  Object.fromEntries(
    parties.flatMap(({ name, receives, publishes }) =>
      [...Object.entries(receives), ...Object.entries(publishes)].map(([message_, { kind }]) => [`${name}.${message_}`, kind]),
    ),
  );

test('a first run gives an address, a block of kinds, and the kind of a reply; the file has one number a line', () => {
  const basket = draw('basket', { add: undefined, total: undefined }, ['changed']);
  const { lock, said, client } = run(null, [basket]);
  expect(said).toEqual([]);
  expect(basket.address).toBe(64);
  expect(basket.receives.total).toMatchObject({ kind: 0x4002, reply: { kind: 0x4082 } });
  expect(client).toBe(65);
  expect(lock).toBe(`{
  "addresses": {
    "basket": 64,
    "client": 65
  },
  "kinds": {
    "basket.add": "0x4001",
    "basket.changed": "0x4040",
    "basket.total": "0x4002"
  },
  "retired": {}
}
`);
});

test('numbers stay whatever the order; new ones follow; what is gone is retired, and comes back to its own name alone', () => {
  const first = run(null, [draw('basket', { add: undefined, remove: undefined })]);
  const second = run(first.lock, [draw('basket', { put: undefined, add: undefined }), draw('aisle', { open: undefined })]);
  expect(second.kinds).toEqual({ 'basket.put': 0x4003, 'basket.add': 0x4001, 'aisle.open': 0x4101 });
  expect(second.lock).toContain('"retired": {\n    "0x4002": "basket.remove"\n  }');
  const third = run(second.lock, [draw('basket', { add: undefined, remove: undefined, more: undefined })]);
  expect(third.kinds).toEqual({ 'basket.add': 0x4001, 'basket.remove': 0x4002, 'basket.more': 0x4004 });
  expect(JSON.parse(third.lock).retired).toEqual({ '66': 'aisle', '0x4003': 'basket.put', '0x4101': 'aisle.open' });
  const fourth = run(third.lock, [draw('basket', { add: undefined }), draw('till', { open: undefined })]);
  expect(fourth.kinds['till.open']).toBe(0x4201);
  expect(JSON.parse(fourth.lock).addresses).toEqual({ basket: 64, client: 65, till: 67 });
});

test('what may have been renamed is told, and keeps its number when it is said so, also later', () => {
  const first = run(null, [draw('basket', { add: undefined })]);
  const put = () => [draw('basket', { put: undefined })];
  const second = run(first.lock, put());
  expect(second.notes).toEqual([
    'basket.add is gone and basket.put is new: if it was renamed, keep its number with npx tandem codegen --rename basket.add=basket.put; otherwise what was recorded or is sent by the name of before reaches nobody',
  ]);
  for (const { lock } of [first, second]) {
    const renamed = run(lock, put(), [], [['basket.add', 'basket.put']]);
    expect([renamed.said, renamed.kinds]).toEqual([[], { 'basket.put': 0x4001 }]);
    expect(renamed.notes).toEqual([]);
  }
  const party = run(first.lock, [draw('cart', { add: undefined })], [], [['basket', 'cart']]);
  expect([party.kinds, JSON.parse(party.lock)]).toEqual([
    { 'cart.add': 0x4001 },
    { addresses: { cart: 64, client: 65 }, kinds: { 'cart.add': '0x4001' }, retired: {} },
  ]);
  expect(run(first.lock, put(), [], [['basket.ad', 'basket.put']]).said).toEqual(['tandem.lock.json has no basket.ad']);
});

test('numbers by hand win, and none of them is somebody else’s', () => {
  const first = run(null, [draw('basket', { add: undefined })]);
  const byHand = run(first.lock, [draw('basket', { add: 0x4009, put: undefined }, [], 100)]);
  expect(byHand.kinds).toEqual({ 'basket.add': 0x4009, 'basket.put': 0x400a });
  expect(JSON.parse(byHand.lock)).toMatchObject({ addresses: { basket: 100 }, retired: { '64': 'basket', '0x4001': 'basket.add' } });
  expect(run(first.lock, [draw('basket', { add: undefined }), draw('till', { open: 0x4001 }, [], 65)]).said).toEqual([
    'src/actors/till.ts: till has 65 by hand, which tandem.lock.json keeps for client: take another, or give client a new one with npx tandem codegen --renumber client',
    'src/actors/till.ts: till.open has 0x4001 by hand, which tandem.lock.json keeps for basket.add: take another, or give basket.add a new one with npx tandem codegen --renumber basket.add',
  ]);
  expect(run(byHand.lock, [draw('basket', {}), draw('till', { open: 0x4001 })]).said).toEqual([
    'src/actors/till.ts: till.open has 0x4001 by hand, which was basket.add’s and is given to nobody again: take another'.replace('’', "'"),
  ]);
});

const MERGED = `{
  "addresses": {
    "basket": 64,
    "client": 65,
    "search": 66,
    "till": 66
  },
  "kinds": {
    "basket.add": "0x4001",
    "search.find": "0x4101",
    "till.open": "0x4101"
  },
  "retired": {}
}
`;

test('two branches that took the same number are found, with line, both names and the way out, which works', () => {
  const parties = () => [draw('basket', { add: undefined }), draw('search', { find: undefined }), draw('till', { open: undefined })];
  expect(readLock(MERGED).problems).toEqual([
    {
      file: 'tandem.lock.json',
      line: 6,
      text: 'search in line 5 and till both have 66: two branches have taken the same number. Leave it to the one that is in use already, and give the other a new one with npx tandem codegen --renumber till (or search)',
    },
    {
      file: 'tandem.lock.json',
      line: 11,
      text: 'search.find in line 10 and till.open both have 0x4101: two branches have taken the same number. Leave it to the one that is in use already, and give the other a new one with npx tandem codegen --renumber till.open (or search.find)',
    },
  ]);
  const mended = run(MERGED, parties(), ['till']);
  expect([mended.said, mended.kinds]).toEqual([[], { 'basket.add': 0x4001, 'search.find': 0x4101, 'till.open': 0x4201 }]);
  expect(JSON.parse(mended.lock)).toMatchObject({ addresses: { search: 66, till: 67 }, retired: {} });
  expect(JSON.parse(run(mended.lock, parties(), ['till.open']).lock)).toMatchObject({
    kinds: { 'till.open': '0x4301' },
    retired: { '0x4201': 'till.open' },
  });
});

const SOUND = MERGED.replace('"till": 66', '"till": 67').replace('"till.open": "0x4101"', '"till.open": "0x4201"');

test.each([
  [
    SOUND.replace('    "search": 66,\n', `${'<'.repeat(7)} HEAD\n    "search": 66,\n${'='.repeat(7)}\n`),
    5,
    'has the markers of a merge: take the lines of both sides, remove the markers, and run npx tandem codegen, which finds numbers that both have taken',
  ],
  [
    SOUND.replace('"search": 66', '"basket": 68'),
    5,
    'gives basket two numbers, 64 and 68, as a merge does of two branches that have both added it: remove one of the lines',
  ],
  [SOUND.replace('"search": 66', '"search": 12'), 5, 'gives search the number 12: those of applications are 64 to 65534'],
  [SOUND.replace('"0x4101",', '"0x0101",'), 10, 'gives search.find the number 0x0101: those of applications are 0x4000 to 0xffff'],
  [
    SOUND.replace('{}', '{\n    "67": "aisle"\n  }'),
    14,
    "till in line 6 has 67, which was aisle's: give it another with npx tandem codegen --renumber till",
  ],
])('a file that a person or a merge has damaged: %#', (text, line, said) => {
  expect(readLock(text).problems).toEqual([{ file: 'tandem.lock.json', line, text: said }]);
});

test('a file that is no JSON is told with its line', () => {
  const { problems } = readLock('{\n  "addresses": {\n    "basket" 64\n  }\n}\n');
  expect(problems).toMatchObject([{ file: 'tandem.lock.json', line: 3 }]);
  expect(problems[0].text).toMatch(/^is no JSON: .*; take it from the last commit$/);
});

test('more messages than a block has places get a second block', () => {
  const many = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`m${index}`, undefined]));
  const shop = port({ name: 'shop', receives: Object.fromEntries(Object.keys(many).map((name) => [name, message({ fields: {} })])) });
  const { kinds } = run(null, [shop as unknown as BoundParty, draw('till', { open: undefined })]);
  expect([kinds['shop.m62'], kinds['shop.m63'], kinds['till.open']]).toEqual([0x403f, 0x4101, 0x4201]);
});
