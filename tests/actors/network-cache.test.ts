/** The network actor's cache: which answers it keeps, for how long, and which it drops. */
import { describe, expect, test } from 'vitest';
import { Network } from '../../js-actors/network.js';
import { network } from '../../protocol/generated/network.js';
import { CACHE_ENTRIES_MAX, CACHE_ENTRY_BYTES_MAX } from '../../protocol/messages/network.js';
import { implementationsOf } from './implementations.js';
import { abortsOf, type Fetched, NetworkStage, noCache, numberOf, type Request, repliesOf, startsOf, timersOf } from './network-stage.js';
import { REQUESTER } from './stage.js';

const { cancel, forget } = network.receives;
const implementations = await implementationsOf(network, () => new Network());

describe.each(implementations)('the cache of network in %s', (_language, factory) => {
  const open = (options: Record<string, number> = {}) => new NetworkStage(factory.create({ seed: 7, ...options }));
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

  test('answers at once with a stale answer, and refreshes it in the background', () => {
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

  test('keeps the stale answer when the refresh fails', () => {
    const stage = open();
    stage.fill({ cache }, { body });
    stage.now += 1_500_000;
    stage.answer(numberOf(stage.ask({ cache }).emissions), { status: 500 });
    expect(repliesOf(stage.ask({ cache }).emissions)[0].fields).toMatchObject({ body, origin: 'stale' });
  });

  test('no requester can cancel a refresh in the background', () => {
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

  test('fetches an answer that is too old', () => {
    const stage = open();
    stage.fill({ cache }, { body });
    stage.now += 3_000_000;
    const { emissions } = stage.ask({ cache });
    expect(repliesOf(emissions)).toEqual([]);
    expect(startsOf(emissions).length).toBe(1);
  });

  test('treats a clock that went back as no time passed', () => {
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

  test('keeps nothing without a policy, for other methods, with a body, or of other answers', () => {
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

  test('distinguishes methods and headers', () => {
    const stage = open();
    stage.fill({ cache, headers: [{ name: 'accept-language', value: 'de' }] });
    expect(startsOf(stage.ask({ cache, headers: [{ name: 'accept-language', value: 'fr' }] }).emissions).length).toBe(1);
    expect(startsOf(stage.ask({ cache, headers: [{ name: 'accept-language', value: 'de' }], method: 'HEAD' }).emissions).length).toBe(1);
  });

  test('keeps the answer when any of several requesters wants that', () => {
    const stage = open();
    const number = numberOf(stage.ask().emissions);
    stage.ask({ cache });
    stage.answer(number, { body });
    expect(repliesOf(stage.ask({ cache }).emissions)[0].fields.origin).toBe('fresh');
  });

  test('evicts the least recently used, by number and by bytes', () => {
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

  const changes = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

  test('forgets a URL that was changed, unless the change was refused', () => {
    for (const method of changes) {
      const stage = open();
      stage.fill({ cache }, { body });
      stage.fill({ cache, url: 'other' }, { body });
      stage.fill({ method }, { status: 409 });
      stage.fill({ method }, { status: 0, failure: 'invalid' });
      expect(repliesOf(stage.ask({ cache }).emissions).length).toBe(1);
      stage.fill({ method }, { status: 204 });
      expect(startsOf(stage.ask({ cache }).emissions).length).toBe(1);
      expect(repliesOf(stage.ask({ cache, url: 'other' }).emissions).length).toBe(1);
    }
  });

  const unknown: Partial<Fetched>[] = [
    { status: 0, failure: 'unreachable' },
    { status: 0, failure: 'timeout' },
    { status: 0, failure: 'too-large' },
    { status: 502 },
    { status: 303 },
  ];
  test.each(unknown)('forgets a URL that may have been changed: %j', (answer) => {
    for (const method of changes) {
      const stage = open();
      stage.fill({ cache }, { body });
      stage.fill({ method }, answer);
      expect(startsOf(stage.ask({ cache }).emissions).length).toBe(1);
    }
  });

  test('forgets a URL when its change is cancelled on the way, at each attempt, and when the port does not answer', () => {
    const stage = open();
    stage.fill({ cache }, { body });
    const change = stage.ask({ method: 'PUT', retries: 1 });
    const [pause] = timersOf(stage.answer(numberOf(change.emissions), { status: 503 }));
    const read = numberOf(stage.ask({ cache }).emissions);
    stage.answer(read, { body });
    expect(repliesOf(stage.ask({ cache }).emissions)[0].fields.origin).toBe('fresh');
    stage.fireTimer(pause.timer);
    stage.withdraw(change.number);
    stage.answer(numberOf(stage.ask({ cache }).emissions), { body });
    stage.fireTimer(numberOf(stage.ask({ method: 'POST' }).emissions));
    expect(startsOf(stage.ask({ cache }).emissions).length).toBe(1);
  });

  test('an answer on its way while a change is answered is neither kept nor shared', () => {
    for (const method of changes) {
      const stage = open();
      const before = stage.ask({ cache });
      const change = numberOf(stage.ask({ method }).emissions);
      const during = stage.ask({ cache }, 101);
      expect(during.emissions).toEqual([]);
      stage.answer(change, { status: 204 });
      const after = stage.ask({ cache }, 102);
      const anew = numberOf(after.emissions);
      const old = repliesOf(stage.answer(numberOf(before.emissions), { body }));
      expect(old.map(({ target }) => target)).toEqual([REQUESTER, 101]);
      expect(stage.ask({ cache }, 103).emissions).toEqual([]);
      const fresh = repliesOf(stage.answer(anew, { body: Uint8Array.of(9) }));
      expect(fresh.map(({ target, fields }) => [target, fields.body])).toEqual([
        [102, Uint8Array.of(9)],
        [103, Uint8Array.of(9)],
      ]);
      expect(repliesOf(stage.ask({ cache }).emissions)[0].fields).toMatchObject({ origin: 'fresh', body: Uint8Array.of(9) });
    }
  });

  test('a refresh that a change has overtaken is not kept', () => {
    const stage = open();
    stage.fill({ cache }, { body });
    stage.now += 1_500_000;
    const renewal = numberOf(stage.ask({ cache }).emissions);
    stage.fill({ method: 'PUT' }, { status: 204 });
    stage.answer(renewal, { body });
    expect(startsOf(stage.ask({ cache }).emissions).length).toBe(1);
  });

  test('a fetch that waits for its place or its next attempt while a change is answered reads after it, and is kept', () => {
    const stage = open();
    const failed = stage.ask({ cache, retries: 1 });
    const [pause] = timersOf(stage.answer(numberOf(failed.emissions), { status: 503 }));
    stage.fill({ method: 'PUT' }, { status: 204 });
    expect(stage.ask({ cache }).emissions).toEqual([]);
    stage.answer(numberOf(stage.fireTimer(pause.timer)), { body });
    expect(repliesOf(stage.ask({ cache }).emissions)[0].fields.origin).toBe('fresh');
  });

  test('when an attempt that a change has overtaken fails, the answer of the next one is kept', () => {
    const stage = open();
    const read = numberOf(stage.ask({ cache, retries: 1 }).emissions);
    stage.fill({ method: 'DELETE' }, { status: 204 });
    const [pause] = timersOf(stage.answer(read, { status: 503 }));
    stage.answer(numberOf(stage.fireTimer(pause.timer)), { body });
    expect(repliesOf(stage.ask({ cache }).emissions)[0].fields.origin).toBe('fresh');
  });

  const films = 'https://tv.example/films';
  const named: [changed: string, header: string, value: string, kept: string, forgotten: boolean][] = [
    [films, 'location', `${films}/7`, `${films}/7`, true],
    [films, 'location', '/films/7', `${films}/7`, true],
    [films, 'location', 'films/7', `${films}/7`, true],
    [films, 'content-location', '?page=1#top', `${films}?page=1`, true],
    [`${films}/7/likes`, 'content-location', '../7', `${films}/7`, true],
    [`${films}/7/likes`, 'location', './', `${films}/7/`, true],
    [films, 'location', '//tv.example/films/7', `${films}/7`, true],
    [films, 'location', 'https://other.example/films/7', 'https://other.example/films/7', false],
    [films, 'location', 'http://tv.example/films/7', 'http://tv.example/films/7', false],
    [films, 'location', `${films}/8`, `${films}/7`, false],
    [films, 'link', `${films}/7`, `${films}/7`, false],
    ['/films', 'location', `${films}/7`, '/films/7', true],
    ['/films', 'location', '/films/7', '/films/8', false],
    [films, 'vary', '', `${films}#top`, true],
    ['HTTPS://TV.example:443/films', 'vary', '', films, true],
    ['https://tv.example', 'vary', '', 'https://tv.example/', true],
    ['http://tv.example:80/a/./b/../c', 'vary', '', 'http://tv.example/a/c', true],
    ['https://tv.example:8443/films', 'vary', '', films, false],
    [`${films}?page=1`, 'vary', '', films, false],
    ['https://tv.example/Films', 'vary', '', films, false],
  ];
  test.each(named)(
    'a change of %s with %s %s: of %s it forgets what was kept and is on its way: %s',
    (url, name, value, kept, forgotten) => {
      const stage = open();
      stage.fill({ cache, url: kept }, { body });
      const read = numberOf(stage.ask({ url: kept }).emissions);
      stage.fill({ method: 'POST', url }, { status: 201, headers: [{ name, value }] });
      const { emissions } = stage.ask({ url: kept, cache });
      expect(startsOf(emissions).length).toBe(forgotten ? 1 : 0);
      stage.answer(read);
    },
  );

  test('forgets the answers that it is told to, also those on their way', () => {
    const stage = open();
    for (const url of ['/user/1', '/user/2', '/films']) stage.fill({ cache, url });
    const number = numberOf(stage.ask({ cache, url: '/user/3' }).emissions);
    stage.send(forget, { urlPrefix: '/user' });
    expect(startsOf(stage.ask({ cache, url: '/user/3' }).emissions).length).toBe(1);
    stage.answer(number);
    for (const url of ['/user/1', '/user/2']) expect(startsOf(stage.ask({ cache, url }).emissions).length).toBe(1);
    expect(repliesOf(stage.ask({ cache, url: '/films' }).emissions).length).toBe(1);
    stage.send(forget, { urlPrefix: '' });
    expect(startsOf(stage.ask({ cache, url: '/films' }).emissions).length).toBe(1);
  });
});
