/** An actor that uses everything that the base of an actor offers, and notes in its state what it was told. */
import {
  actor,
  dynamic,
  f64,
  list,
  map,
  message,
  optional,
  publication,
  request,
  str,
  struct,
  u16,
  u32,
  u53,
} from '../../../../protocol/schema.js';
import { peer } from './peer.js';

export const base = actor({
  name: 'base',
  address: 70,
  state: struct('BaseState', {
    /** One line for each thing that happened. */
    heard: list(str(256)),
    scale: f64,
    /** Requests that it has not answered yet. */
    waiting: list(struct('Waiting', { source: u16, request: u32 })),
  }),
  receives: {
    say: message({ kind: 0x4601, fields: { text: str(64), value: f64, note: optional(str(16)) } }),
    /** Is forwarded to the party at `address`, as a note to peer. For the text `refused` the note gets a text that it cannot have. */
    forward: message({ kind: 0x4602, fields: { address: u16, text: str(64) } }),
    ask: message({ kind: 0x4603, fields: { about: str(64) } }),
    /** Is answered at once when `later` is 0, else when a timer fires. */
    question: request({ kind: 0x4604, fields: { later: u32 }, reply: { kind: 0x4684, fields: { heard: u32, at: u53 } } }),
    arm: message({ kind: 0x4605, fields: { timer: u32, delayMs: u32 } }),
    /** Is published unchanged and not kept. */
    carry: message({ kind: 0x4606, fields: { values: map(u32, 16), any: dynamic } }),
    forget: message({ kind: 0x4607, fields: {} }),
    /** Makes it cancel one of its own requests. */
    retract: message({ kind: 0x4608, fields: { request: u32 } }),
  },
  publishes: {
    heard: publication({ kind: 0x4640, fields: { count: u32, last: str(256) } }),
    carried: publication({ kind: 0x4641, fields: { values: map(u32, 16), any: dynamic } }),
  },
  uses: [peer],
  follows: ['peer.weather', 'peer.news'],
  sendsTo: ['peer', 'timer'],
  watches: ['peer', 'page'],
});
