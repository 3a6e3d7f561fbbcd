/** The partners of the network actor: requesters that ask it, the fetch port that answers, timers; and its messages to each of them. */
import { expect } from 'vitest';
import { HOST_RUNTIME } from '../../protocol/addresses.js';
import type { MessageOf, ReplyFields } from '../../protocol/fields.js';
import { fetch } from '../../protocol/generated/fetch.js';
import { network } from '../../protocol/generated/network.js';
import { system } from '../../protocol/generated/system.js';
import { type Emission, REQUESTER, Stage } from './stage.js';

export type Request = MessageOf<typeof network, 'request'>;
export type Fetched = MessageOf<typeof network, 'fetched'>;
type Start = MessageOf<typeof fetch, 'start'>;
type Reply = ReplyFields<typeof network.receives.request>;

const { request, fetched } = network.receives;
export const NO_BYTES = new Uint8Array(0);
export const noCache = { maxAgeMs: 0, staleMs: 0 };
export const FETCH = fetch.address;

/** Plays the requesters, the fetch port and the timer port. */
export class NetworkStage extends Stage {
  private lastRequest = 0;

  /** Sends a GET, changed by `fields`. @returns its request number and the output */
  ask(fields: Partial<Request> = {}, source = REQUESTER): { number: number; emissions: Emission[] } {
    const number = ++this.lastRequest;
    const whole: Request = {
      url: 'https://tv.example/films',
      method: 'GET',
      headers: [],
      body: NO_BYTES,
      cache: noCache,
      priority: 0,
      retries: 0,
      timeoutMs: 0,
      ...fields,
    };
    return { number, emissions: this.request(request, whole, number, source) };
  }

  /** The port's answer to a fetch. */
  answer(to: number, fields: Partial<Fetched> = {}): Emission[] {
    const whole: Fetched = { request: to, status: 200, headers: [], body: NO_BYTES, failure: 'none', error: '', ...fields };
    return this.send(fetched, whole, FETCH);
  }

  /** The runtime withdraws a request: its answer is not awaited any more. */
  withdraw(number: number, requester = REQUESTER): Emission[] {
    return this.send(system.receives.withdrawn, { request: number, requester, requestKind: request.kind }, HOST_RUNTIME);
  }

  /** Asks and answers, so that the answer is in the cache. */
  fill(fields: Partial<Request>, answer: Partial<Fetched> = {}): Emission[] {
    return this.answer(numberOf(this.ask(fields).emissions), answer);
  }
}

const named = <F>(emissions: Emission[], name: string): Emission<F>[] =>
  emissions.filter((emission) => emission.name === name) as Emission<F>[];
export const startsOf = (emissions: Emission[]) => named<Start>(emissions, 'fetch.start').map(({ fields }) => fields);
export const repliesOf = (emissions: Emission[]) => named<Reply>(emissions, 'network.requestReply');
export const abortsOf = (emissions: Emission[]) => named<{ request: number }>(emissions, 'fetch.abort').map(({ fields }) => fields.request);
export const timersOf = (emissions: Emission[]) =>
  named<{ timer: number; delayMs: number }>(emissions, 'timer.start').map(({ fields }) => fields);
export const cancelledTimersOf = (emissions: Emission[]) =>
  named<{ timer: number }>(emissions, 'timer.cancel').map(({ fields }) => fields.timer);
export const activityOf = (emissions: Emission[]) => named(emissions, 'network.activity').map(({ fields }) => fields);

/** The number of the only fetch that was started. */
export function numberOf(emissions: Emission[]): number {
  const starts = startsOf(emissions);
  expect(starts.length).toBe(1);
  return starts[0].request;
}
