/**
 * How a run ended: the part that is compared between a run with faults and the same without, and the part that each must keep by itself.
 */
import type { System } from '../actors/application/supervised-system.js';
import type { VmCounters } from '../actors/contract/control.js';
import { decodeSnapshot } from '../actors/contract/snapshot.js';
import type { ErrorCode } from '../protocol/errors.js';
import type { StateOf } from '../protocol/fields.js';
import { FOLLOWERS } from '../protocol/frame.js';
import { type CourierName, type CourierSchema, couriers, PAIR_LANES } from './couriers.js';
import type { Hand, Heard, PairCount } from './hand.js';
import { idOf } from './letters.js';
import { desk, hand as handSchema } from './protocol/generated/index.js';

export type CourierState = StateOf<CourierSchema>;

export interface Letter {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly id: number;
  /** A second answer of a port that ended after its first: what a port does outside happens at least once. */
  readonly repeated: boolean;
}

export interface Ending {
  /** States of those that run: the others are in `problems`. */
  readonly couriers: ReadonlyMap<CourierName, CourierState>;
  readonly hand: Pick<Hand, 'streams' | 'pairs' | 'answers' | 'deskAnswers' | 'asked'>;
  readonly counters: VmCounters;
  readonly deadLetters: readonly Letter[];
  /** Ids of poison messages, as the supervisor was told. */
  readonly poisoned: readonly number[];
  readonly recoveriesMs: readonly number[];
  /** What went wrong whatever the other run did: errors of ports, actors that are down, what is left over. */
  readonly problems: readonly string[];
}

/** Notes of the run itself. */
export type Notes = Pick<Ending, 'poisoned' | 'recoveriesMs'> & { readonly problems: string[] };

/** Asks the system for the rest, when it has come to rest. */
export async function collectEnding(system: System, hand: Hand, { poisoned, recoveriesMs, problems }: Notes): Promise<Ending> {
  const states = new Map<CourierName, CourierState>();
  for (const { actor, state, reason } of system.actors) {
    if (state === 'running') states.set(actor as CourierName, decodeSnapshot(couriers[0], await system.snapshot(actor)).state);
    else problems.push(`${actor} is ${state}: ${reason}`);
  }
  for (const { vm, state, reason } of system.vms) if (state !== 'running') problems.push(`VM ${vm} is ${state}: ${reason}`);
  const { actors } = await system.health();
  for (const { actor, load } of actors) {
    if (load && load.mailboxFrames > 0) problems.push(`${actor} has ${load.mailboxFrames} frames in its mailbox`);
  }
  const letters = await system.deadLetters();
  return {
    couriers: states,
    hand,
    counters: await system.counters(),
    deadLetters: letters.map(({ code, detail, kind, source, frame }) => ({
      code,
      detail,
      id: code === 'poisoned' ? idOf(kind, frame) : 0,
      repeated: code === 'refused' && source === desk.address,
    })),
    poisoned,
    recoveriesMs,
    problems,
  };
}

/** @returns frames handled so far when nothing waits, all run and every request has settled; null otherwise */
export async function restingAt(system: System, hand: Hand): Promise<number | null> {
  // A VM that is lost meanwhile does not answer.
  const counters = await system.counters().catch(() => null);
  if (counters === null) return null;
  const { waiting, handled } = counters;
  const runs = system.actors.every(({ state }) => state === 'running') && system.vms.every(({ state }) => state === 'running');
  const all = Object.values(handled).reduce((sum, count) => sum + count, 0);
  return waiting === 0 && hand.asked === 0 && runs ? all : null;
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
