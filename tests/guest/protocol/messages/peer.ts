/** The base actor's partner in the tests of the kit: it owns topics and answers requests. It has no implementation. */
import { actor, bool, list, message, publication, request, str, struct, u32 } from '../../../../protocol/schema.js';

export const peer = actor({
  name: 'peer',
  address: 71,
  state: struct('PeerState', { asked: u32 }),
  receives: {
    note: message({ kind: 0x4701, fields: { text: str(64) } }),
    question: request({ kind: 0x4702, fields: { about: str(64) }, reply: { kind: 0x4782, fields: { answer: str(64), sure: bool } } }),
  },
  publishes: {
    news: publication({ kind: 0x4740, fields: { lines: list(str(32), 8) } }),
    weather: publication({ kind: 0x4741, fields: { degrees: u32 } }),
  },
});
