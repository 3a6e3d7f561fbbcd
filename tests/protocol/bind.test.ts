/** A schema of names alone: what it says before it is bound, what `bind` puts into it, and what it refuses. */
import { expect, test } from 'vitest';
import { Actor, type Handlers } from '../../actors/model/actor.js';
import { Kinds } from '../../bus/kinds.js';
import { BindError, type Binding, bind, UnboundError } from '../../protocol/bind.js';
import type { Fields, MessageOf, PublicationOf, ReplyFields, StateOf } from '../../protocol/fields.js';
import { shapeOf } from '../../protocol/fingerprint.js';
import { system } from '../../protocol/generated/system.js';
import { Reader } from '../../protocol/reader.js';
import { actor, message, publication, request, struct, u32 } from '../../protocol/schema.js';
import { Writer } from '../../protocol/writer.js';

const draw = (kind?: number) =>
  actor({
    name: 'basket',
    state: struct('BasketState', { cents: u32 }),
    receives: {
      add: message({ kind, fields: { cents: u32 } }),
      total: request({ fields: {}, reply: { fields: { cents: u32 } } }),
    },
    publishes: { changed: publication({ fields: { cents: u32 } }) },
  });

/** Writes the first field alone. */
const codec = (kind: number, fields: Fields) => ({
  kind,
  shape: shapeOf(fields),
  encode(writer: Writer, { cents }: { cents?: number }) {
    writer.reserve(8);
    writer.structure(1);
    writer.u32(cents ?? 0);
  },
  decode(reader: Reader) {
    reader.structure();
    return { cents: reader.u32() };
  },
});

const bindingOf = (fields: Fields = { cents: u32 }) => ({
  address: 64,
  receives: { add: codec(0x4001, fields), total: { ...codec(0x4002, {}), reply: codec(0x4082, { cents: u32 }) } },
  publishes: { changed: codec(0x4040, { cents: u32 }) },
  state: codec(0, { cents: u32 }),
});
const bound = (basket: ReturnType<typeof draw>, binding = bindingOf()) => bind(basket, binding as unknown as Binding<typeof basket>);

test('before it is bound, it has its whole shape, and whatever is done with it says what to do', () => {
  const basket = draw();
  class Basket extends Actor<typeof basket> {
    snapshot(): StateOf<typeof basket> {
      return { cents: 0 };
    }
    restore() {}
  }
  const said =
    'basket has no numbers yet: run npx tandem codegen and start the application with what it writes, or name basket in the definition that is started';
  const { add } = basket.receives;
  for (const act of [
    () => add.encode(new Writer(), { cents: 1 }),
    () => add.decode(new Reader()),
    () => basket.state.decode(new Reader()),
    () => new Basket(basket),
    () => new Kinds([basket], system),
  ])
    expect(act).toThrow(new UnboundError('basket'));
  expect(new UnboundError('basket').message).toBe(said);
  const parts = Object.keys(add);
  bound(basket);
  expect(Object.keys(add)).toEqual(parts);
});

test('bound in place, it has numbers, owners and codecs, and every part of it is the object that it was', () => {
  const basket = draw();
  const { add, total } = basket.receives;
  expect(bound(basket)).toBe(basket);
  expect(basket.receives.add).toBe(add);
  expect(basket).toMatchObject({ role: 'actor', address: 64, follows: [], sendsTo: [], watches: [] });
  expect(add).toMatchObject({ role: 'message', kind: 0x4001, name: 'add', owner: 64, ownerName: 'basket', lane: 'ordinary' });
  expect(total).toMatchObject({ role: 'request', kind: 0x4002, reply: { role: 'reply', kind: 0x4082, name: 'totalReply', owner: 64 } });
  const writer = new Writer();
  add.encode(writer, { cents: 250 });
  expect(add.decode(new Reader().reset(writer.toBytes()))).toEqual({ cents: 250 });
  expect(() => add.decode(new Reader().reset(Uint8Array.of(0x91, 0xc0)))).toThrow('type at byte 1 in add.cents (kind 0x4001)');
});

test('codecs of the same numbers take the place of others', () => {
  const basket = bound(draw());
  const encode = basket.receives.add.encode;
  bound(basket, bindingOf());
  expect(basket.receives.add.encode).not.toBe(encode);
});

test.each([
  ['other fields', draw(), bindingOf({ cents: u32, note: u32 }), 'the generated code of basket is older than its schema (add differs)'],
  [
    'a message less',
    draw(),
    { ...bindingOf(), publishes: {} },
    'the generated code of basket is older than its schema (basket.changed differs)',
  ],
  ['another number', draw(0x4009), bindingOf(), 'basket.add has the number 16393, and the generated code 16385'],
])('code that was generated for %s is refused', (_, basket, binding, said) => {
  expect(() => bound(basket, binding as never)).toThrow(BindError);
  expect(() => bound(basket, binding as never)).toThrow(said);
  expect(() => bound(basket, binding as never)).toThrow('run npx tandem codegen');
});

test('what its schema uses gives the compiler the types of its handlers, and so does its class', () => {
  const basket = draw();
  const till = actor({
    name: 'till',
    state: struct('TillState', {}),
    receives: {},
    uses: [basket],
    follows: ['basket.changed'],
    sendsTo: ['basket'],
  });
  const unseen = { name: 'unseen', state: struct('UnseenState', {}), receives: {}, uses: [basket], follows: ['other.changed'] } as const;
  expect(actor(unseen).follows).toEqual(['other.changed']);
  // @ts-expect-error: basket publishes no chnged
  actor({ name: 'slip', state: struct('SlipState', {}), receives: {}, uses: [basket], follows: ['basket.chnged'] });
  expect('uses' in till).toBe(false);
  const hears: Handlers<typeof till> = {
    onBasketChanged: ({ cents }, fresh) => void [cents.toFixed(), fresh === true],
    onTotalReply: (_request, { cents }) => void cents.toFixed(),
  };
  const blind = actor({ name: 'blind', state: struct('BlindState', {}), receives: {}, follows: ['basket.changed'], sendsTo: ['basket'] });
  const claims: Handlers<typeof blind> = { onBasketChanged: (_fields: PublicationOf<typeof basket, 'changed'>) => {} };
  const told: Handlers<typeof blind, typeof basket> = {
    onBasketChanged: ({ cents }) => void cents.toFixed(),
    onTotalReply: (_request, { cents }) => void cents.toFixed(),
  };
  // @ts-expect-error: a change has no note
  const wrong: Handlers<typeof till>['onBasketChanged'] = ({ note }) => void note;
  // @ts-expect-error: an amount has cents
  const added: MessageOf<typeof basket, 'add'> = { euros: 1 };
  const answered: ReplyFields<typeof basket.receives.total> = { cents: 1 };
  expect([hears, claims, told, wrong, added, answered]).toHaveLength(6);
});
