import { describe, expect, test } from 'vitest';
import type { Random } from '../../bus/random.js';
import { Network } from '../../js-actors/network.js';
import { HOST_RUNTIME } from '../../protocol/addresses.js';
import { fetch } from '../../protocol/generated/fetch.js';
import { network } from '../../protocol/generated/network.js';
import { system } from '../../protocol/generated/system.js';
import { timer } from '../../protocol/generated/timer.js';
import {
  CACHE_ENTRIES_MAX,
  CACHE_ENTRY_BYTES_MAX,
  FETCH_GRACE_MS,
  FETCH_TIMEOUT_DEFAULT_MS,
  FETCH_TIMEOUT_MAX_MS,
  FETCH_WAITERS_MAX,
  FETCHES_MAX,
  FETCHES_RUNNING_DEFAULT,
  RESPONSE_BODY_BYTES_MAX,
  RETRY_AFTER_MAX_SECONDS,
  RETRY_DELAY_MAX_MS,
  RETRY_DELAY_MS,
} from '../../protocol/limits.js';
import type { MessageOf, ReplyFields } from '../../protocol/schema.js';
import { implementationsOf } from './implementations.js';
import { type Emission, REQUESTER, Stage } from './stage.js';
import { compareTwins, type EmittedFrame, type TwinFrame, type TwinSequence } from './twins.js';

type Request = MessageOf<typeof network, 'request'>;
type Fetched = MessageOf<typeof network, 'fetched'>;
type Start = MessageOf<typeof fetch, 'start'>;
type Reply = ReplyFields<typeof network.receives.request>;

const { request, fetched, cancel, forget } = network.receives;
const NO_BYTES = new Uint8Array(0);
const noCache = { maxAgeMs: 0, staleMs: 0 };
const FETCH = fetch.address;

const implementations = await implementationsOf(network, () => new Network());

/** Plays the requesters, the fetch port and the timer port. */
class NetworkStage extends Stage {
  private lastRequest = 0;

  /** Sends a GET, or what `fields` make of it. @returns its request number and what came of it */
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

  /** Asks and answers, so that the cache has it. */
  fill(fields: Partial<Request>, answer: Partial<Fetched> = {}): Emission[] {
    return this.answer(numberOf(this.ask(fields).emissions), answer);
  }
}

const named = <F>(emissions: Emission[], name: string): Emission<F>[] =>
  emissions.filter((emission) => emission.name === name) as Emission<F>[];
const startsOf = (emissions: Emission[]) => named<Start>(emissions, 'fetch.start').map(({ fields }) => fields);
const repliesOf = (emissions: Emission[]) => named<Reply>(emissions, 'network.requestReply');
const abortsOf = (emissions: Emission[]) => named<{ request: number }>(emissions, 'fetch.abort').map(({ fields }) => fields.request);
const timersOf = (emissions: Emission[]) => named<{ timer: number; delayMs: number }>(emissions, 'timer.start').map(({ fields }) => fields);
const cancelledTimersOf = (emissions: Emission[]) => named<{ timer: number }>(emissions, 'timer.cancel').map(({ fields }) => fields.timer);
const activityOf = (emissions: Emission[]) => named(emissions, 'network.activity').map(({ fields }) => fields);

/** The number of the one fetch that was started. */
function numberOf(emissions: Emission[]): number {
  const starts = startsOf(emissions);
  expect(starts.length).toBe(1);
  return starts[0].request;
}

describe.each(implementations)('network in %s', (_language, factory) => {
  const open = (options: Record<string, number> = {}) => new NetworkStage(factory.create({ seed: 7, ...options }));

  describe('one request', () => {
    test('goes to the fetch port as it came, with a deadline, and its answer is the reply', () => {
      const stage = open();
      const headers = [{ name: 'accept', value: 'application/json' }];
      const body = Uint8Array.of(1, 2, 3);
      const { number, emissions } = stage.ask({ method: 'POST', headers, body, timeoutMs: 3000 });
      const [start] = startsOf(emissions);
      expect(start).toEqual({ request: start.request, url: 'https://tv.example/films', method: 'POST', headers, body, timeoutMs: 3000 });
      expect(timersOf(emissions)).toEqual([{ timer: start.request, delayMs: 3000 + FETCH_GRACE_MS }]);

      const answer = { status: 201, headers: [{ name: 'etag', value: '"1"' }], body: Uint8Array.of(9) };
      const done = stage.answer(start.request, answer);
      expect(cancelledTimersOf(done)).toEqual([start.request]);
      expect(repliesOf(done)).toEqual([
        {
          name: 'network.requestReply',
          target: REQUESTER,
          request: number,
          fields: { ...answer, origin: 'network', failure: 'none', error: '', attempts: 1 },
        },
      ]);
    });

    test('has the default timeout when it names none, and never more than the longest', () => {
      expect(startsOf(open().ask().emissions)[0].timeoutMs).toBe(FETCH_TIMEOUT_DEFAULT_MS);
      expect(startsOf(open().ask({ timeoutMs: 0xffff_ffff }).emissions)[0].timeoutMs).toBe(FETCH_TIMEOUT_MAX_MS);
    });

    test('gets a reply also when it failed, with what the port said', () => {
      const stage = open();
      const emissions = stage.answer(numberOf(stage.ask().emissions), { status: 0, failure: 'too-large', error: '9 MB' });
      expect(repliesOf(emissions)[0].fields).toMatchObject({ status: 0, failure: 'too-large', error: '9 MB', attempts: 1 });
    });

    test('gets an error status as an answer', () => {
      const stage = open();
      const emissions = stage.answer(numberOf(stage.ask({ retries: 3 }).emissions), { status: 404 });
      expect(repliesOf(emissions)[0].fields).toMatchObject({ status: 404, failure: 'none' });
    });
  });

  describe('a port that does not answer', () => {
    test('is given up at the deadline: the try is aborted and counts as timeout', () => {
      const stage = open();
      const number = numberOf(stage.ask().emissions);
      const emissions = stage.fireTimer(number);
      expect(abortsOf(emissions)).toEqual([number]);
      expect(repliesOf(emissions)[0].fields).toMatchObject({ status: 0, failure: 'timeout', attempts: 1 });
    });

    test('is not believed later: answers and timers of a try that is over are ignored', () => {
      const stage = open();
      const number = numberOf(stage.ask({ retries: 1 }).emissions);
      const [pause] = timersOf(stage.fireTimer(number));
      expect(stage.answer(number)).toEqual([]);
      expect(stage.fireTimer(number)).toEqual([]);
      const second = numberOf(stage.fireTimer(pause.timer));
      expect(stage.answer(number)).toEqual([]);
      expect(repliesOf(stage.answer(second)).length).toBe(1);
      expect(stage.answer(second)).toEqual([]);
      expect(stage.fireTimer(second)).toEqual([]);
    });
  });

  describe('equal requests', () => {
    test('share one fetch, and each gets the answer', () => {
      const stage = open();
      const first = stage.ask();
      const second = stage.ask({}, 101);
      expect(second.emissions).toEqual([]);
      const replies = repliesOf(stage.answer(numberOf(first.emissions), { body: Uint8Array.of(5) }));
      expect(replies.map(({ target, request, fields }) => [target, request, fields.body])).toEqual([
        [REQUESTER, first.number, Uint8Array.of(5)],
        [101, second.number, Uint8Array.of(5)],
      ]);
    });

    test('are equal in method, URL, headers and body', () => {
      const stage = open({ fetchesRunning: 20 });
      const header = (value: string) => [{ name: 'accept', value }];
      const different: Partial<Request>[] = [
        {},
        { method: 'HEAD' },
        { url: 'https://tv.example/film' },
        { headers: header('a') },
        { headers: header('b') },
        { headers: [...header('a'), ...header('a')] },
        { method: 'OPTIONS', body: Uint8Array.of(1) },
        { method: 'OPTIONS', body: Uint8Array.of(2) },
      ];
      for (const fields of different) expect(startsOf(stage.ask(fields).emissions).length).toBe(1);
      for (const fields of different) expect(stage.ask(fields).emissions).toEqual([]);
    });

    test('that change something are done each for itself', () => {
      const stage = open({ fetchesRunning: 20 });
      for (const method of ['POST', 'PATCH', 'PUT', 'DELETE'] as const) {
        expect(startsOf(stage.ask({ method }).emissions).length).toBe(1);
        expect(startsOf(stage.ask({ method }).emissions).length).toBe(1);
      }
    });

    test('are not shared with one that is over', () => {
      const stage = open();
      stage.answer(numberOf(stage.ask().emissions));
      expect(startsOf(stage.ask().emissions).length).toBe(1);
    });

    test('lend the fetch the most that one of them asked for', () => {
      const stage = open({ fetchesRunning: 1 });
      const blocker = numberOf(stage.ask({ url: 'blocker' }).emissions);
      stage.ask({ url: 'other', priority: 3 });
      stage.ask({ url: 'shared', priority: 1 });
      stage.ask({ url: 'shared', priority: 5, retries: 1 });
      const [start] = startsOf(stage.answer(blocker));
      expect(start.url).toBe('shared');
      expect(repliesOf(stage.answer(start.request, { status: 503 }))).toEqual([]);
    });
  });

  describe('retries', () => {
    test.each([
      { status: 503 },
      { status: 500 },
      { status: 429 },
      { status: 0, failure: 'unreachable' as const },
      { status: 0, failure: 'timeout' as const },
    ])('come after a pause for %j', (answer) => {
      const stage = open();
      const first = numberOf(stage.ask({ retries: 1 }).emissions);
      const pause = stage.answer(first, answer);
      expect(repliesOf(pause)).toEqual([]);
      const [{ timer, delayMs }] = timersOf(pause);
      expect(delayMs).toBeGreaterThanOrEqual(RETRY_DELAY_MS / 2);
      expect(delayMs).toBeLessThanOrEqual(RETRY_DELAY_MS);
      const second = numberOf(stage.fireTimer(timer));
      expect(second).not.toBe(first);
      expect(repliesOf(stage.answer(second))[0].fields).toMatchObject({ status: 200, attempts: 2 });
    });

    test.each([{ status: 404 }, { status: 0, failure: 'too-large' as const }, { status: 0, failure: 'invalid' as const }])(
      'are of no use for %j',
      (answer) => {
        const stage = open();
        expect(repliesOf(stage.answer(numberOf(stage.ask({ retries: 5 }).emissions), answer)).length).toBe(1);
      },
    );

    test('are for idempotent methods only', () => {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'POST', 'PATCH'] as const) {
        const stage = open();
        const emissions = stage.answer(numberOf(stage.ask({ method, retries: 5 }).emissions), { status: 503 });
        expect(repliesOf(emissions).length).toBe(method === 'POST' || method === 'PATCH' ? 1 : 0);
      }
    });

    test('end with the last answer, and the pauses grow to their bound', () => {
      const stage = open();
      let number = numberOf(stage.ask({ retries: 200 }).emissions);
      const pauses: number[] = [];
      for (;;) {
        const emissions = stage.answer(number, { status: 503 });
        const replies = repliesOf(emissions);
        if (replies.length > 0) {
          expect(replies[0].fields).toMatchObject({ status: 503, failure: 'none', attempts: 9 });
          break;
        }
        const [{ timer, delayMs }] = timersOf(emissions);
        pauses.push(delayMs);
        number = numberOf(stage.fireTimer(timer));
      }
      pauses.forEach((delayMs, i) => {
        const longest = Math.min(RETRY_DELAY_MS * 2 ** i, RETRY_DELAY_MAX_MS);
        expect(delayMs).toBeGreaterThanOrEqual(longest / 2);
        expect(delayMs).toBeLessThanOrEqual(longest);
      });
      expect(pauses.length).toBe(8);
    });

    test('have pauses that the seed decides', () => {
      const pauses = (seed: number) => {
        const stage = open({ seed });
        return ['a', 'b', 'c'].map(
          (url) => timersOf(stage.answer(numberOf(stage.ask({ url, retries: 1 }).emissions), { status: 503 }))[0].delayMs,
        );
      };
      expect(pauses(7)).toEqual(pauses(7));
      expect(pauses(7)).not.toEqual(pauses(8));
    });

    test('wait as long as Retry-After says, but not for ever', () => {
      const pauseAfter = (value: string) => {
        const stage = open();
        const emissions = stage.answer(numberOf(stage.ask({ retries: 1 }).emissions), {
          status: 503,
          headers: [{ name: 'retry-after', value }],
        });
        return timersOf(emissions)[0]?.delayMs ?? (repliesOf(emissions).length === 1 ? 'reply' : 'nothing');
      };
      expect(pauseAfter('3')).toBe(3000);
      expect(pauseAfter(`${RETRY_AFTER_MAX_SECONDS}`)).toBe(RETRY_AFTER_MAX_SECONDS * 1000);
      expect(pauseAfter(`${RETRY_AFTER_MAX_SECONDS + 1}`)).toBe('reply');
      expect(pauseAfter('99999999999999999999')).toBe('reply');
      for (const unread of ['0', '', 'Fri, 31 Dec 1999 23:59:59 GMT', '-5', '1.5']) {
        expect(pauseAfter(unread)).toBeLessThanOrEqual(RETRY_DELAY_MS);
      }
    });

    test('leave their place to others while they wait', () => {
      const stage = open({ fetchesRunning: 1 });
      const first = numberOf(stage.ask({ url: 'first', retries: 1 }).emissions);
      stage.ask({ url: 'second' });
      const emissions = stage.answer(first, { status: 503 });
      expect(startsOf(emissions)[0].url).toBe('second');
      const [pause] = timersOf(emissions);
      expect(startsOf(stage.fireTimer(pause.timer))).toEqual([]);
    });
  });

  describe('the limit', () => {
    test('lets so many run, and the others by priority and arrival', () => {
      const stage = open();
      const running: number[] = [];
      for (let i = 0; i < FETCHES_RUNNING_DEFAULT; i++) running.push(numberOf(stage.ask({ url: `running ${i}` }).emissions));
      for (const [url, priority] of [
        ['a', 1],
        ['b', 2],
        ['c', 2],
        ['d', 0],
      ] as const) {
        expect(startsOf(stage.ask({ url, priority }).emissions)).toEqual([]);
      }
      const order = [0, 1, 2, 3].map((i) => startsOf(stage.answer(running[i]))[0].url);
      expect(order).toEqual(['b', 'c', 'a', 'd']);
      expect(startsOf(stage.answer(running[4]))).toEqual([]);
    });

    test('refuses what is too much, and goes on afterwards', () => {
      const stage = open({ fetchesRunning: 1 });
      const first = numberOf(stage.ask({ url: '0' }).emissions);
      for (let i = 1; i < FETCHES_MAX; i++) stage.ask({ url: `${i}` });
      const refused = repliesOf(stage.ask({ url: 'one more' }).emissions);
      expect(refused[0].fields).toMatchObject({ status: 0, failure: 'overloaded', attempts: 0 });
      expect(stage.ask({ url: '5' }).emissions).toEqual([]);
      stage.answer(first);
      expect(repliesOf(stage.ask({ url: 'one more' }).emissions)).toEqual([]);
    });

    test('refuses one requester too many of a shared fetch', () => {
      const stage = open();
      const number = numberOf(stage.ask().emissions);
      for (let i = 1; i < FETCH_WAITERS_MAX; i++) expect(stage.ask().emissions).toEqual([]);
      expect(repliesOf(stage.ask().emissions)[0].fields.failure).toBe('overloaded');
      expect(repliesOf(stage.answer(number)).length).toBe(FETCH_WAITERS_MAX);
    });

    test('answers only so many with a large body at once, and the others from another fetch', () => {
      const stage = open();
      const body = new Uint8Array(RESPONSE_BODY_BYTES_MAX).fill(1);
      let number = numberOf(stage.ask().emissions);
      for (let i = 1; i < 5; i++) stage.ask();
      let answered = 0;
      for (let rounds = 0; rounds < 5 && answered < 5; rounds++) {
        const emissions = stage.answer(number, { body });
        const replies = repliesOf(emissions);
        expect(replies.length).toBeGreaterThan(0);
        expect(replies.every(({ fields }) => fields.body.length === body.length)).toBe(true);
        answered += replies.length;
        if (answered < 5) number = numberOf(emissions);
      }
      expect(answered).toBe(5);
    });
  });

  describe('cancelling', () => {
    test('ends the fetch when the last requester leaves, and each gets a reply', () => {
      const stage = open();
      const first = stage.ask();
      const second = stage.ask({}, 101);
      const number = numberOf(first.emissions);
      const one = stage.send(cancel, { request: first.number });
      expect(one).toMatchObject([
        { name: 'network.requestReply', target: REQUESTER, request: first.number, fields: { failure: 'cancelled', status: 0 } },
      ]);
      const last = stage.send(cancel, { request: second.number }, 101);
      expect(repliesOf(last)[0]).toMatchObject({ target: 101, request: second.number, fields: { failure: 'cancelled' } });
      expect(abortsOf(last)).toEqual([number]);
      expect(cancelledTimersOf(last)).toEqual([number]);
      expect(activityOf(last)).toEqual([{ running: 0, queued: 0 }]);
      expect(stage.answer(number)).toEqual([]);
    });

    test('gives the place to the next', () => {
      const stage = open({ fetchesRunning: 1 });
      const first = stage.ask({ url: 'first' });
      stage.ask({ url: 'second' });
      expect(startsOf(stage.send(cancel, { request: first.number }))[0].url).toBe('second');
    });

    test('of a fetch that waits for a place or its next try reaches no port', () => {
      const stage = open({ fetchesRunning: 1 });
      const first = stage.ask({ url: 'first', retries: 1 });
      const second = stage.ask({ url: 'second' });
      const third = stage.ask({ url: 'third' });
      const queued = stage.send(cancel, { request: third.number });
      expect(abortsOf(queued)).toEqual([]);
      expect(cancelledTimersOf(queued)).toEqual([]);
      const [pause] = timersOf(stage.answer(numberOf(first.emissions), { status: 503 }));
      const waiting = stage.send(cancel, { request: first.number });
      expect(abortsOf(waiting)).toEqual([]);
      expect(cancelledTimersOf(waiting)).toEqual([pause.timer]);
      expect(stage.fireTimer(pause.timer)).toEqual([]);
      expect(repliesOf(stage.send(cancel, { request: second.number })).length).toBe(1);
    });

    test('is for requests of one’s own that are not yet answered', () => {
      const stage = open();
      const asked = stage.ask();
      expect(stage.send(cancel, { request: asked.number }, 101)).toEqual([]);
      expect(stage.send(cancel, { request: asked.number + 1 })).toEqual([]);
      stage.answer(numberOf(asked.emissions));
      expect(stage.send(cancel, { request: asked.number })).toEqual([]);
    });
  });

  describe('the cache', () => {
    const cache = { maxAgeMs: 1000, staleMs: 2000 };
    const body = Uint8Array.of(1, 2, 3);
    const headers = [{ name: 'content-type', value: 'image/png' }];

    test('answers at once while the answer is fresh', () => {
      const stage = open();
      stage.fill({ cache }, { body, headers });
      stage.now += 999_999;
      const { emissions } = stage.ask({ cache });
      expect(emissions).toMatchObject([
        { name: 'network.requestReply', fields: { status: 200, headers, body, origin: 'fresh', failure: 'none', attempts: 0 } },
      ]);
    });

    test('answers at once with what is stale, and renews it in the background', () => {
      const stage = open();
      stage.fill({ cache }, { body });
      stage.now += 1_000_000;
      const { emissions } = stage.ask({ cache });
      expect(repliesOf(emissions)[0].fields).toMatchObject({ body, origin: 'stale' });
      const number = numberOf(emissions);
      const again = stage.ask({ cache }).emissions;
      expect(repliesOf(again)[0].fields.origin).toBe('stale');
      expect(startsOf(again)).toEqual([]);
      expect(repliesOf(stage.answer(number, { body: Uint8Array.of(9) }))).toEqual([]);
      expect(repliesOf(stage.ask({ cache }).emissions)[0].fields).toMatchObject({ body: Uint8Array.of(9), origin: 'fresh' });
    });

    test('keeps the stale answer when renewing fails', () => {
      const stage = open();
      stage.fill({ cache }, { body });
      stage.now += 1_500_000;
      stage.answer(numberOf(stage.ask({ cache }).emissions), { status: 500 });
      expect(repliesOf(stage.ask({ cache }).emissions)[0].fields).toMatchObject({ body, origin: 'stale' });
    });

    test('a renewal in the background is no requester’s to cancel', () => {
      const stage = open();
      stage.fill({ cache }, { body });
      stage.now += 1_500_000;
      const number = numberOf(stage.ask({ cache }).emissions);
      const joined = stage.ask();
      expect(startsOf(joined.emissions)).toEqual([]);
      expect(abortsOf(stage.send(cancel, { request: joined.number }))).toEqual([]);
      stage.answer(number, { body: Uint8Array.of(9) });
      expect(repliesOf(stage.ask({ cache }).emissions)[0].fields.body).toEqual(Uint8Array.of(9));
    });

    test('fetches what is too old', () => {
      const stage = open();
      stage.fill({ cache }, { body });
      stage.now += 3_000_000;
      const { emissions } = stage.ask({ cache });
      expect(repliesOf(emissions)).toEqual([]);
      expect(startsOf(emissions).length).toBe(1);
    });

    test('takes a clock that went back for no time at all', () => {
      const stage = open();
      stage.fill({ cache }, { body });
      stage.now -= 10_000_000;
      expect(repliesOf(stage.ask({ cache }).emissions)[0].fields.origin).toBe('fresh');
    });

    test('each request brings its own policy', () => {
      const stage = open();
      stage.fill({ cache }, { body });
      stage.now += 500_000;
      expect(startsOf(stage.ask({ cache: noCache }).emissions).length).toBe(1);
      expect(repliesOf(stage.ask({ cache: { maxAgeMs: 100, staleMs: 900 } }).emissions)[0].fields.origin).toBe('stale');
      expect(repliesOf(stage.ask({ cache: { maxAgeMs: 0xffff_ffff, staleMs: 0xffff_ffff } }).emissions)[0].fields.origin).toBe('fresh');
    });

    test('keeps nothing without a policy, of other methods, with a body, or of other answers', () => {
      const unkept: [Partial<Request>, Partial<Fetched>][] = [
        [{}, {}],
        [{ cache, method: 'OPTIONS' }, {}],
        [{ cache, method: 'PUT' }, {}],
        [{ cache, body }, {}],
        [{ cache }, { status: 404 }],
        [{ cache }, { status: 0, failure: 'invalid' }],
        [{ cache }, { body: new Uint8Array(CACHE_ENTRY_BYTES_MAX) }],
      ];
      for (const [fields, answer] of unkept) {
        const stage = open();
        stage.fill(fields, answer);
        expect(startsOf(stage.ask({ cache, ...fields }).emissions).length).toBe(1);
      }
    });

    test('knows method and headers apart', () => {
      const stage = open();
      stage.fill({ cache, headers: [{ name: 'accept-language', value: 'de' }] });
      expect(startsOf(stage.ask({ cache, headers: [{ name: 'accept-language', value: 'fr' }] }).emissions).length).toBe(1);
      expect(startsOf(stage.ask({ cache, headers: [{ name: 'accept-language', value: 'de' }], method: 'HEAD' }).emissions).length).toBe(1);
    });

    test('keeps the answer when one of several requesters wants it kept', () => {
      const stage = open();
      const number = numberOf(stage.ask().emissions);
      stage.ask({ cache });
      stage.answer(number, { body });
      expect(repliesOf(stage.ask({ cache }).emissions)[0].fields.origin).toBe('fresh');
    });

    test('pushes out the least recently used, by number and by bytes', () => {
      const stage = open();
      for (let i = 0; i < CACHE_ENTRIES_MAX; i++) stage.fill({ cache, url: `${i}` });
      expect(repliesOf(stage.ask({ cache, url: '0' }).emissions).length).toBe(1);
      stage.fill({ cache, url: 'one more' });
      expect(repliesOf(stage.ask({ cache, url: '0' }).emissions).length).toBe(1);
      expect(startsOf(stage.ask({ cache, url: '1' }).emissions).length).toBe(1);

      const small = open({ cacheBytes: 1000 });
      for (const url of ['a', 'b', 'c']) small.fill({ cache, url }, { body: new Uint8Array(400) });
      expect(startsOf(small.ask({ cache, url: 'a' }).emissions).length).toBe(1);
      expect(repliesOf(small.ask({ cache, url: 'b' }).emissions).length).toBe(1);
      expect(repliesOf(small.ask({ cache, url: 'c' }).emissions).length).toBe(1);
    });

    test('forgets a URL that was changed, and only when that succeeded', () => {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        const stage = open();
        stage.fill({ cache }, { body });
        stage.fill({ cache, url: 'other' }, { body });
        stage.fill({ method }, { status: 409 });
        expect(repliesOf(stage.ask({ cache }).emissions).length).toBe(1);
        stage.fill({ method }, { status: 204 });
        expect(startsOf(stage.ask({ cache }).emissions).length).toBe(1);
        expect(repliesOf(stage.ask({ cache, url: 'other' }).emissions).length).toBe(1);
      }
    });

    test('forgets what it is told to, and what is on its way', () => {
      const stage = open();
      for (const url of ['/user/1', '/user/2', '/films']) stage.fill({ cache, url });
      const number = numberOf(stage.ask({ cache, url: '/user/3' }).emissions);
      stage.send(forget, { urlPrefix: '/user' });
      stage.answer(number);
      for (const url of ['/user/1', '/user/2', '/user/3']) expect(startsOf(stage.ask({ cache, url }).emissions).length).toBe(1);
      expect(repliesOf(stage.ask({ cache, url: '/films' }).emissions).length).toBe(1);
      stage.send(forget, { urlPrefix: '' });
      expect(startsOf(stage.ask({ cache, url: '/films' }).emissions).length).toBe(1);
    });
  });

  test('activity is published when it changes, and whole when a follower asks', () => {
    const stage = open({ fetchesRunning: 1 });
    const first = stage.ask({ url: 'first' });
    expect(activityOf(first.emissions)).toEqual([{ running: 1, queued: 0 }]);
    expect(activityOf(stage.ask({ url: 'second' }).emissions)).toEqual([{ running: 1, queued: 1 }]);
    expect(activityOf(stage.ask({ url: 'second' }).emissions)).toEqual([]);
    expect(activityOf(stage.askFresh(network.publishes.activity, 101))).toEqual([{ running: 1, queued: 1 }]);
    expect(activityOf(stage.answer(numberOf(first.emissions)))).toEqual([{ running: 1, queued: 0 }]);
  });

  test('options out of range are brought into it', () => {
    const stage = open({ fetchesRunning: 0, seed: -1, retryDelayMs: 1e9, cacheBytes: -1 });
    const { emissions } = stage.ask({ retries: 1, cache: { maxAgeMs: 1000, staleMs: 0 } });
    const [pause] = timersOf(stage.answer(numberOf(emissions), { status: 503 }));
    expect(pause.delayMs).toBeLessThanOrEqual(RETRY_DELAY_MAX_MS);
    stage.answer(numberOf(stage.fireTimer(pause.timer)));
    expect(startsOf(stage.ask({ cache: { maxAgeMs: 1000, staleMs: 0 } }).emissions).length).toBe(1);
  });
});

const methods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'POST', 'PATCH'] as const;
const statuses = [200, 200, 200, 204, 404, 429, 500, 503];
const failures = ['unreachable', 'timeout', 'too-large', 'invalid'] as const;
const headerSets = [
  [],
  [],
  [{ name: 'accept', value: 'ünïcode \u{1f600}' }],
  [{ name: 'retry-after', value: '2' }],
  [{ name: 'retry-after', value: '99' }],
];
const bodies = [0, 0, 3, 400, 3000].map((length) => new Uint8Array(length).map((_, i) => i));
const policies = [
  noCache,
  { maxAgeMs: 200, staleMs: 300 },
  { maxAgeMs: 0, staleMs: 1000 },
  { maxAgeMs: 0xffff_ffff, staleMs: 0xffff_ffff },
];
const sources = [64, 65, 66];

/** Requesters, port and timers that mostly do what the actor waits for, and sometimes what it no longer expects. */
function networkSequence(random: Random): TwinSequence {
  const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)];
  const urls = random.chance(0.1) ? 300 : 6;
  const numbers = { fetch: [1], timer: [1], request: [1] };
  const recent = (from: number[]) => from[Math.max(0, from.length - 1 - random.integer(8))];

  const ask = (): TwinFrame => {
    numbers.request.push(numbers.request.length + 1);
    return {
      message: request,
      fields: {
        url: `https://tv.example/films?page=${random.integer(urls)}`,
        method: random.chance(0.7) ? 'GET' : pick(methods),
        headers: pick(headerSets),
        body: random.chance(0.8) ? NO_BYTES : pick(bodies),
        cache: pick(policies),
        priority: random.integer(4),
        retries: pick([0, 1, 3, 255]),
        timeoutMs: pick([0, 500, 0xffff_ffff]),
      },
      source: pick(sources),
      first: numbers.request.length,
    };
  };
  const answer = (): TwinFrame => {
    const failed = random.chance(0.2);
    return {
      message: fetched,
      fields: {
        request: recent(numbers.fetch),
        status: failed ? 0 : pick(statuses),
        headers: pick(headerSets),
        body: pick(bodies),
        failure: failed ? pick(failures) : 'none',
        error: failed ? 'it broke' : '',
      },
      source: FETCH,
    };
  };
  const others: readonly (() => TwinFrame)[] = [
    () => ({ message: cancel, fields: { request: recent(numbers.request) }, source: pick(sources) }),
    () => ({ message: forget, fields: { urlPrefix: pick(['', 'https://tv.example/films?page=1', 'https://else']) } }),
    () => ({ message: system.receives.refresh, fields: { topic: network.publishes.activity.kind, follower: 64 } }),
  ];
  const fire = (): TwinFrame => ({ message: system.receives.timerFired, fields: { timer: recent(numbers.timer) }, source: HOST_RUNTIME });

  return (emitted: readonly EmittedFrame[]) => {
    for (const { kind, body } of emitted) {
      if (kind === fetch.receives.start.kind) numbers.fetch.push(body[0] as number);
      if (kind === timer.receives.start.kind) numbers.timer.push(body[0] as number);
    }
    const draw = random.next();
    if (draw < 0.45) return ask();
    if (draw < 0.75) return answer();
    return draw < 0.9 ? fire() : pick(others)();
  };
}

describe('the twins of network agree', () => {
  const [[, js], [, wasm]] = implementations;
  const pair = (options: Record<string, number>) => ({
    name: 'network',
    address: network.address,
    js: () => js.create(options),
    wasm: () => wasm.create(options),
    sequence: networkSequence,
  });

  test('on random sequences', () => compareTwins(pair({ seed: 7 })));

  test('with little room and on longer sequences', () => {
    compareTwins({
      ...pair({ seed: 0xdead_beef, fetchesRunning: 2, retryDelayMs: 15_000, cacheBytes: 10_000 }),
      sequences: 50,
      length: 1000,
    });
  });
});
