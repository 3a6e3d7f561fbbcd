import { describe, expect, test } from 'vitest';
import { Random } from '../../bus/random.js';
import { Network } from '../../js-actors/network.js';
import { network } from '../../protocol/generated/network.js';
import {
  FETCH_GRACE_MS,
  FETCH_TIMEOUT_DEFAULT_MS,
  FETCH_TIMEOUT_MAX_MS,
  FETCH_WAITERS_MAX,
  FETCHES_MAX,
  FETCHES_RUNNING_DEFAULT,
  RETRY_AFTER_MAX_SECONDS,
  RETRY_DELAY_MAX_MS,
  RETRY_DELAY_MS,
} from '../../protocol/messages/network.js';
import { RESPONSE_BODY_BYTES_MAX } from '../../protocol/ports/fetch.js';
import { formats, NOW_SECONDS } from './http-dates.js';
import { implementationsOf } from './implementations.js';
import { networkSequence } from './network-sequence.js';
import {
  abortsOf,
  activityOf,
  cancelledTimersOf,
  NetworkStage,
  numberOf,
  type Request,
  repliesOf,
  startsOf,
  timersOf,
} from './network-stage.js';
import { REQUESTER } from './stage.js';
import { compareTwins } from './twins.js';

const implementations = await implementationsOf(network, () => new Network());

describe.each(implementations)('network in %s', (_language, factory) => {
  const open = (options: Record<string, number> = {}) => new NetworkStage(factory.create({ seed: 7, ...options }));

  describe('one request', () => {
    test('goes to the fetch port unchanged, with a deadline, and the answer is the reply', () => {
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

    test('gets a reply even if it failed, with the port’s words', () => {
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
    test('has a deadline: the attempt is aborted and counts as timeout', () => {
      const stage = open();
      const number = numberOf(stage.ask().emissions);
      const emissions = stage.fireTimer(number);
      expect(abortsOf(emissions)).toEqual([number]);
      expect(repliesOf(emissions)[0].fields).toMatchObject({ status: 0, failure: 'timeout', attempts: 1 });
    });

    test('is ignored later: answers and timers of a finished attempt have no effect', () => {
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

    test('that change something are each carried out', () => {
      const stage = open({ fetchesRunning: 20 });
      for (const method of ['POST', 'PATCH', 'PUT', 'DELETE'] as const) {
        expect(startsOf(stage.ask({ method }).emissions).length).toBe(1);
        expect(startsOf(stage.ask({ method }).emissions).length).toBe(1);
      }
    });

    test('do not share a finished fetch', () => {
      const stage = open();
      stage.answer(numberOf(stage.ask().emissions));
      expect(startsOf(stage.ask().emissions).length).toBe(1);
    });

    test('give the fetch the most that any of them asked for', () => {
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

    test('have pauses that follow from the seed', () => {
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
      for (const unread of ['0', '', 'Fri, 31 Dec 1999 23:59:59 GMT', '-5', '1.5', 'soon', 'Tue, 14 Nov 2023 22:13:25 CET']) {
        expect(pauseAfter(unread)).toBeLessThanOrEqual(RETRY_DELAY_MS);
      }
    });

    test('wait until the date in Retry-After, in each format of HTTP, by the server’s clock if it is in the answer', () => {
      const random = new Random(11);
      const pauseAfter = (retryAfter: string, date: string | null) => {
        const stage = open({ retryDelayMs: 0 });
        stage.now = NOW_SECONDS * 1_000_000 + random.integer(1_000_000);
        const headers = [{ name: 'retry-after', value: retryAfter }, ...(date === null ? [] : [{ name: 'date', value: date }])];
        const emissions = stage.answer(numberOf(stage.ask({ retries: 1 }).emissions), { status: 503, headers });
        return timersOf(emissions)[0]?.delayMs ?? (repliesOf(emissions).length === 1 ? 'reply' : 'nothing');
      };
      for (let i = 0; i < 300; i++) {
        const wait = random.integer(80) - 20;
        const format = formats[random.integer(formats.length)];
        // The server's clock agrees with ours, or not.
        const sent = random.chance(0.5) ? NOW_SECONDS : NOW_SECONDS + random.integer(1_000_000_000) - 500_000_000;
        const date = sent === NOW_SECONDS && random.chance(0.5) ? null : formats[random.integer(formats.length)](sent);
        const seconds = Math.max(wait, 0);
        const expected = seconds > RETRY_AFTER_MAX_SECONDS ? 'reply' : seconds * 1000;
        expect([format(sent + wait), date, pauseAfter(format(sent + wait), date)]).toEqual([format(sent + wait), date, expected]);
      }
      expect(pauseAfter(formats[0](NOW_SECONDS + 3), 'some day')).toBe(3000);
    });

    test('make room for others while they wait', () => {
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
    test('lets so many run at once; the others follow by priority and arrival', () => {
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

    test('refuses requests beyond it, and takes new ones later', () => {
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

    test('answers only so many requesters with a large body at once, and the others from another fetch', () => {
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

  test('activity is published when it changes, and as a whole when a follower asks', () => {
    const stage = open({ fetchesRunning: 1 });
    const first = stage.ask({ url: 'first' });
    expect(activityOf(first.emissions)).toEqual([{ running: 1, queued: 0 }]);
    expect(activityOf(stage.ask({ url: 'second' }).emissions)).toEqual([{ running: 1, queued: 1 }]);
    expect(activityOf(stage.ask({ url: 'second' }).emissions)).toEqual([]);
    expect(activityOf(stage.askFresh(network.publishes.activity, 101))).toEqual([{ running: 1, queued: 1 }]);
    expect(activityOf(stage.answer(numberOf(first.emissions)))).toEqual([{ running: 1, queued: 0 }]);
  });

  test('options out of range are set to the nearest in range', () => {
    const stage = open({ fetchesRunning: 0, seed: -1, retryDelayMs: 1e9, cacheBytes: -1 });
    const { emissions } = stage.ask({ retries: 1, cache: { maxAgeMs: 1000, staleMs: 0 } });
    const [pause] = timersOf(stage.answer(numberOf(emissions), { status: 503 }));
    expect(pause.delayMs).toBeLessThanOrEqual(RETRY_DELAY_MAX_MS);
    stage.answer(numberOf(stage.fireTimer(pause.timer)));
    expect(startsOf(stage.ask({ cache: { maxAgeMs: 1000, staleMs: 0 } }).emissions).length).toBe(1);
  });
});

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
