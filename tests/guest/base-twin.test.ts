/**
 * The base of an actor in both languages: random sequences of everything that can reach an actor, with gaps in followed topics
 * and malformed bodies, give equal bytes.
 */
import { beforeAll, it } from 'vitest';
import type { ActorFactory } from '../../actors/contract/instance.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import type { Random } from '../../bus/random.js';
import { compileGuest, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import { HOST_RUNTIME } from '../../protocol/addresses.js';
import { tandemParties } from '../../protocol/generated/index.js';
import { page } from '../../protocol/generated/page.js';
import { system } from '../../protocol/generated/system.js';
import { END_REASONS } from '../../protocol/ports/system.js';
import { Writer } from '../../protocol/writer.js';
import { compareTwins, type TwinFrame, type TwinSequence } from '../actors/twins.js';
import { Base } from './base.js';
import { readModule } from './guests.js';
import { base } from './protocol/generated/base.js';
import { peer } from './protocol/generated/peer.js';

const { say, forward, ask, question, arm, carry, forget, retract } = base.receives;
const { refresh, requestFailed, timerFired, ended, withdrawn } = system.receives;
const parties = [...tandemParties, base, peer];

let js: ActorFactory;
let wasm: ActorFactory;
beforeAll(async () => {
  js = javaScriptActorFactory(base, () => new Base(), parties);
  wasm = wasmActorFactory(base, await compileGuest(readModule('dist/tests/guests/base/base.wasm')), undefined, parties);
});

const WORDS = ['', 'x', 'rail', 'Élan', '日本', '🎬 film', 'a longer line of text'];
const NUMBERS = [0, -0, 1, -1, 0.1, 2 ** 31, -(2 ** 33), 2 ** 53, 1e300, Number.NaN, Number.POSITIVE_INFINITY];
const one = <T>(random: Random, from: readonly T[]): T => from[random.integer(from.length)];
const word = (random: Random): string => one(random, WORDS);

/** Versions of one topic: mostly the next, sometimes with a gap, an old one again, or fresh. */
function nextVersion(random: Random, known: number): { version: number; fresh: boolean } {
  if (random.chance(0.15)) return { version: known + 2 + random.integer(3), fresh: false };
  if (random.chance(0.1)) return { version: Math.max(1, known - random.integer(3)), fresh: random.chance(0.3) };
  return { version: known + 1, fresh: random.chance(0.2) };
}

/** The same message with bytes of its body cut off or changed. */
function damaged(frame: TwinFrame, random: Random): TwinFrame {
  const cut = random.chance(0.5);
  const [at, value] = [random.integer(64), random.integer(256)];
  const encode = (writer: Writer, fields: never, first: number, second: boolean): void => {
    const body = new Writer();
    frame.message.encode(body, fields, first, second);
    const bytes = body.toBytes();
    if (!cut) bytes[at % bytes.length] = value;
    const kept = cut ? bytes.subarray(0, 1 + (at % bytes.length)) : bytes;
    writer.reserve(kept.length);
    writer.bytes.set(kept, writer.length);
    writer.length += kept.length;
  };
  return { ...frame, message: { kind: frame.message.kind, name: `damaged ${frame.message.name}`, encode } };
}

function sequence(random: Random): TwinSequence {
  const versions = new Map<number, number>();
  const publication = (topic: typeof peer.publishes.news | typeof peer.publishes.weather, fields: object): TwinFrame => {
    const { version, fresh } = nextVersion(random, versions.get(topic.kind) ?? 0);
    versions.set(topic.kind, version);
    return { message: topic, fields, source: peer.address, first: version, fresh };
  };
  const lines = () => Array.from({ length: random.integer(9) }, () => word(random));
  const values = () => new Map(Array.from({ length: random.integer(5) }, () => [word(random), random.integer(2 ** 31)]));
  const anything = () => new Uint8Array(one(random, [[0xc0], [0x92, 1, 0xa1, 0x78], [0x81, 0xa1, 0x6b, 0xcb, 0, 1, 2, 3, 4, 5, 6, 7]]));
  const makers: (() => TwinFrame)[] = [
    () => ({
      message: say,
      fields: { text: word(random), value: one(random, NUMBERS), note: random.chance(0.5) ? word(random).slice(0, 4) : null },
    }),
    () => ({ message: forward, fields: { address: random.integer(0x10000), text: word(random) } }),
    () => ({ message: ask, fields: { about: word(random) } }),
    () => ({ message: question, fields: { later: random.integer(2) }, source: 64 + random.integer(3), first: random.integer(2 ** 32) }),
    () => ({ message: arm, fields: { timer: random.integer(9), delayMs: random.integer(3) } }),
    () => ({ message: carry, fields: { values: values(), any: anything() } }),
    () => ({ message: forget, fields: {} }),
    () => ({ message: retract, fields: { request: random.integer(9) } }),
    () => ({
      message: withdrawn,
      fields: { request: random.integer(9), requester: 64 + random.integer(3), requestKind: question.kind },
      source: one(random, [62, 64, 65]),
    }),
    () => publication(peer.publishes.weather, { degrees: random.integer(99) }),
    () => publication(peer.publishes.news, { lines: lines() }),
    () => ({
      message: peer.receives.question.reply,
      fields: { answer: word(random), sure: random.chance(0.5) },
      source: 71,
      first: random.integer(9),
    }),
    () => ({
      message: requestFailed,
      fields: { request: random.integer(9), requestKind: 0x4702, code: random.integer(9), crashEpoch: null },
      source: 62,
    }),
    () => ({ message: timerFired, fields: { timer: random.integer(9) }, source: 36 }),
    () => ({
      message: ended,
      fields: { party: one(random, [peer.address, page.address]), epoch: random.integer(2 ** 32), reason: one(random, END_REASONS) },
      source: HOST_RUNTIME,
    }),
    () => ({ message: refresh, fields: { topic: one(random, [0x4640, 0x4641]), follower: 64 }, source: 64 }),
    () => ({ message: peer.receives.note, fields: { text: 'not for base' } }),
  ];
  return () => {
    const frame = one(random, makers)();
    return random.chance(0.1) ? damaged(frame, random) : frame;
  };
}

it('gives equal output, equal snapshots and equal reports in both languages', () => {
  const options = { scale: 0.5 };
  compareTwins({
    name: base.name,
    address: base.address,
    js: () => js.create(options),
    wasm: () => wasm.create(options),
    sequence,
    sequences: 400,
  });
});
