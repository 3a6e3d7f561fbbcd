import { describe, expect, test } from 'vitest';
import { Random } from '../../bus/random.js';
import { httpDateSeconds, NO_DATE } from '../../js-actors/network/http-date.js';
import { Network } from '../../js-actors/network.js';
import { network } from '../../protocol/generated/network.js';
import {
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

const { cancel } = network.receives;
const NOW_SECONDS = 1_700_000_000;
/** The three formats of a date in HTTP, as the platform's own Date has its parts. */
const formats: ((seconds: number) => string)[] = [
  (seconds) => new Date(seconds * 1000).toUTCString(),
  (seconds) => {
    const [, day, month, year, time] = new Date(seconds * 1000).toUTCString().split(' ');
    const weekday = new Date(seconds * 1000).toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' });
    return `${weekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`;
  },
  (seconds) => {
    const [weekday, day, month, year, time] = new Date(seconds * 1000).toUTCString().split(' ');
    return `${weekday.slice(0, 3)} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`;
  },
];
const implementations = await implementationsOf(network, () => new Network());

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
      for (const unread of ['0', '', 'Fri, 31 Dec 1999 23:59:59 GMT', '-5', '1.5', 'soon', 'Tue, 14 Nov 2023 22:13:25 CET']) {
        expect(pauseAfter(unread)).toBeLessThanOrEqual(RETRY_DELAY_MS);
      }
    });

    test('wait until the date that Retry-After says, in each format of HTTP, by the clock of the server when it tells it', () => {
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
        // Its clock is ours, or any.
        const sent = random.chance(0.5) ? NOW_SECONDS : NOW_SECONDS + random.integer(1_000_000_000) - 500_000_000;
        const date = sent === NOW_SECONDS && random.chance(0.5) ? null : formats[random.integer(formats.length)](sent);
        const seconds = Math.max(wait, 0);
        const expected = seconds > RETRY_AFTER_MAX_SECONDS ? 'reply' : seconds * 1000;
        expect([format(sent + wait), date, pauseAfter(format(sent + wait), date)]).toEqual([format(sent + wait), date, expected]);
      }
      expect(pauseAfter(formats[0](NOW_SECONDS + 3), 'some day')).toBe(3000);
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

  describe('a request that was withdrawn', () => {
    test('is taken out without a reply, and the last one ends the fetch', () => {
      const stage = open();
      const first = stage.ask({ retries: 4 });
      const second = stage.ask({ retries: 4 }, 101);
      const number = numberOf(first.emissions);
      expect(stage.withdraw(first.number)).toEqual([]);
      const last = stage.withdraw(second.number, 101);
      expect(repliesOf(last)).toEqual([]);
      expect(abortsOf(last)).toEqual([number]);
      expect(cancelledTimersOf(last)).toEqual([number]);
      expect(activityOf(last)).toEqual([{ running: 0, queued: 0 }]);
      expect(stage.answer(number, { status: 503 })).toEqual([]);
    });

    test('is tried no more when it waits for its next try, and leaves its place', () => {
      const stage = open({ fetchesRunning: 1 });
      const first = stage.ask({ url: 'first', retries: 4 });
      const second = stage.ask({ url: 'second' });
      const [pause] = timersOf(stage.answer(numberOf(first.emissions), { status: 503 }));
      expect(cancelledTimersOf(stage.withdraw(first.number))).toEqual([pause.timer]);
      expect(stage.fireTimer(pause.timer)).toEqual([]);
      const third = stage.ask({ url: 'third' });
      expect(startsOf(stage.withdraw(second.number))[0].url).toBe('third');
      expect(abortsOf(stage.withdraw(third.number)).length).toBe(1);
    });

    test('means nothing when it was answered, or is somebody else’s', () => {
      const stage = open();
      const asked = stage.ask();
      expect(stage.withdraw(asked.number, 101)).toEqual([]);
      stage.answer(numberOf(asked.emissions));
      expect(stage.withdraw(asked.number)).toEqual([]);
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

test('dates of HTTP are read as the platform reads them, and nothing else is', () => {
  const random = new Random(12);
  for (let i = 0; i < 3000; i++) {
    const seconds = NOW_SECONDS + random.integer(2 ** 31) - 2 ** 30 - (random.chance(0.1) ? random.integer(2 ** 29) : 0);
    for (const [index, format] of formats.entries()) {
      const text = format(seconds);
      // Two digits of a year mean one that is near.
      const isNear = Math.abs(seconds - NOW_SECONDS) < 49 * 31_556_952;
      if (index !== 1 || isNear) expect([text, httpDateSeconds(text, NOW_SECONDS)]).toEqual([text, Date.parse(formats[0](seconds)) / 1000]);
    }
  }
  const years = ['Sunday, 29-Feb-00 00:00:00 GMT', 'Friday, 01-Jan-99 00:00:00 GMT', 'Friday, 01-Jan-70 00:00:00 GMT'];
  expect(years.map((text) => httpDateSeconds(text, NOW_SECONDS))).toEqual(
    ['2000-02-29', '1999-01-01', '2070-01-01'].map((day) => Date.parse(day) / 1000),
  );
  const dates = ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'];
  for (const text of dates) expect(httpDateSeconds(text, NOW_SECONDS)).toBe(784_111_777);
  const none = [
    ...dates.flatMap((text) => [` ${text}`, `${text} `, text.slice(1), text.slice(0, -1), text.toLowerCase(), text.replace('Sun', 'Son')]),
    ...dates.map((text) => text.replace('Nov', 'Non')),
    ...dates.map((text) => text.replace('08:', '24:')),
    ...dates.map((text) => text.replace(':49', ':60')),
    ...dates.map((text) => text.replace(':37', ':61')),
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 31 Nov 1994 08:49:37 GMT',
    'Wed, 29 Feb 1995 08:49:37 GMT',
    'Sun, 06 Nov 1894 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 PST',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    '1994-11-06T08:49:37Z',
    '',
  ];
  for (const text of none) expect([text, httpDateSeconds(text, NOW_SECONDS)]).toEqual([text, NO_DATE]);
  expect(httpDateSeconds('Sat, 31 Dec 2016 23:59:60 GMT', NOW_SECONDS)).toBe(Date.parse('2017-01-01') / 1000);
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
