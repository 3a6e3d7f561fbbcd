/** What a person is about to buy: the actor of these tests. */
import { actor, choice, list, message, publication, request, str, struct, u8, u32 } from '../../../../protocol/schema.js';

const item = struct('BasketItem', { name: str(40), cents: u32, count: u8 });

export const basket = actor({
  name: 'basket',
  address: 64,
  state: struct('BasketState', { items: list(item, 100), note: str(60) }),
  receives: {
    add: message({ kind: 0x4001, fields: { name: str(40), cents: u32, count: u8 } }),
    write: message({ kind: 0x4002, fields: { note: str(60), rank: choice('BasketRank', ['low', 'high']) } }),
    clear: message({ kind: 0x4003, fields: {} }),
    total: request({ kind: 0x4004, fields: {}, reply: { kind: 0x4084, fields: { cents: u32 } }, deadlineMs: 500 }),
    find: request({ kind: 0x4005, fields: { name: str(40) }, reply: { kind: 0x4085, fields: { count: u8 } } }),
    /** Never answers. */
    wait: request({ kind: 0x4006, fields: {}, reply: { kind: 0x4086, fields: {} } }),
  },
  publishes: {
    changed: publication({ kind: 0x4040, fields: { cents: u32, items: list(item, 100) } }),
    noted: publication({ kind: 0x4041, fields: { note: str(60) } }),
  },
});
