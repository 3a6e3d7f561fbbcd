/** How a run ended: what is compared between a run with faults and the same without, and what must hold of each by itself. */
import { decode, encode } from '@msgpack/msgpack';
import type { CrashReport, DeadLetter, VmCounters } from '../actors/control.js';
import { decodeEnvelope } from '../actors/envelope.js';
import { FOLLOWERS } from '../protocol/frame.js';
import { Reader } from '../protocol/reader.js';
import type { StateOf } from '../protocol/schema.js';
import { type CourierName, type CourierSchema, couriers, PAIR_LANES } from './couriers.js';
import type { Hand, Heard, PairCount } from './hand.js';
import { hand as handSchema } from './protocol/generated/index.js';

export type CourierState = StateOf<CourierSchema>;

export interface Ending {
  /** Of those that run: the others are in `problems`. */
  readonly couriers: ReadonlyMap<CourierName, CourierState>;
  readonly hand: Pick<Hand, 'streams' | 'pairs' | 'answers' | 'asked'>;
  readonly counters: VmCounters;
  readonly deadLetters: readonly DeadLetter<CrashReport>[];
  /** Ids of messages that were given up, as the supervisor was told. */
  readonly poisoned: readonly number[];
  readonly recoveriesMs: readonly number[];
  /** What went wrong whatever the other run did: errors of ports, actors that are down, what is left over. */
  readonly problems: readonly string[];
}

/** @param envelope of a courier */
export function stateOf(envelope: Uint8Array): CourierState {
  const [, , , state] = decode(decodeEnvelope(envelope).snapshot) as unknown[];
  return couriers[0].state.decode(new Reader().reset(encode(state))) as CourierState;
}

interface Streams {
  readonly name: string;
  readonly address: number;
  readonly streams: ReadonlyMap<number, Heard>;
  readonly pairs: readonly PairCount[];
}

/** All who hear something, in the same form. */
export function listenersOf({ couriers: states, hand }: Ending): Streams[] {
  const ofCouriers = [...states].map(([name, { streams, pairs }]) => ({
    name,
    address: couriers.find((courier) => courier.name === name)!.address,
    streams: new Map(streams.map((stream) => [stream.label, stream])),
    pairs,
  }));
  return [...ofCouriers, { name: handSchema.name, address: handSchema.address, streams: hand.streams, pairs: [...hand.pairs.values()] }];
}

export interface PairFlaw {
  readonly pair: string;
  readonly sent: number;
  readonly received: number;
  readonly astray: number;
}

/** Pairs in which not every frame has arrived once and in order, by the numbers that sender and receiver have counted. */
export function flawedPairs(ending: Ending): PairFlaw[] {
  const listeners = listenersOf(ending);
  const flaws: PairFlaw[] = [];
  for (const receiver of listeners) {
    for (const { party, lane, received, astray } of receiver.pairs) {
      const sender = listeners.find(({ address }) => address === party);
      if (!sender) continue;
      const entry = sender.pairs.find(
        (pair) => pair.lane === lane && pair.party === (lane === PAIR_LANES.news ? FOLLOWERS : receiver.address),
      );
      const sent = entry?.sent ?? 0;
      if (sent !== received || astray !== 0)
        flaws.push({ pair: `${sender.name} to ${receiver.name}, lane ${lane}`, sent, received, astray });
    }
  }
  return flaws;
}
