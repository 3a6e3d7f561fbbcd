import { describe, expect, it } from 'vitest';
import type { Vm } from '../../actors/vm/vm.js';
import { openTelemetryPort } from '../../host-shim/common/ports/telemetry.js';
import { TELEMETRY_ATTEMPTS_MAX, TELEMETRY_LOGS_WAITING_MAX, TELEMETRY_RETRY_MS } from '../../host-shim/limits.js';
import type { Flush } from '../../host-shim/otlp.js';
import { MONSTERS } from '../runtime/monsters.js';

type Answer = Response | Error | (() => never);

const BACKEND = new URL('http://backend/otlp/');
const taken = () => new Response('{}');

/** A backend that gives these answers one after the other, and then accepts everything. */
function openBackend(...answers: readonly Answer[]) {
  const posts: { path: string; body: string }[] = [];
  const troubles: string[] = [];
  const delays: number[] = [];
  let due: (() => void) | null = null;
  let flushed: (flush: Flush) => void = () => {};
  let close = () => {};
  const vm = {
    openPort(_schema: unknown, { onFlush, onClose }: { onFlush: (flush: Flush) => void; onClose: () => void }) {
      flushed = onFlush;
      close = onClose;
    },
  };
  const port = openTelemetryPort(vm as unknown as Vm, {
    async fetch(url, init) {
      posts.push({ path: new URL(String(url)).pathname, body: String(init?.body) });
      const answer = answers[posts.length - 1] ?? taken();
      if (answer instanceof Error) throw answer;
      if (typeof answer === 'function') return answer();
      return answer;
    },
    timers: {
      set(delayMs, fn) {
        delays.push(delayMs);
        due = fn;
        return fn;
      },
      clear: () => void (due = null),
    },
    backendUrl: BACKEND,
    resource: {},
    timeoutMs: 1_000,
    onTrouble: (trouble) => troubles.push(trouble),
  });
  const settle = async () => {
    await import('../../host-shim/common/ports/telemetry-couriers.js');
    await new Promise((resolve) => setTimeout(resolve));
  };
  return {
    port,
    posts,
    troubles,
    delays,
    async flush(total: number, ...texts: string[]) {
      flushed(flushOf(total, texts));
      await settle();
    },
    /** @param last a flush right before it */
    async close(last?: number) {
      if (last !== undefined) flushed(flushOf(last, ['last words']));
      close();
      await settle();
    },
    async passTime() {
      const fn = due;
      due = null;
      fn?.();
      await settle();
    },
  };
}

const flushOf = (total: number, texts: readonly string[]): Flush =>
  ({
    scope: 'application',
    flush: total,
    at: 1_000,
    series: [{ name: 'films', instrument: 'counter', startedAt: 1, value: total, count: 0, sum: 0, buckets: [] }],
    logs: texts.map((text) => ({ at: 1, level: 'info', source: 'page', text, attributes: [] })),
    dropped: { series: 0, logs: 0, invalid: 0 },
  }) as unknown as Flush;

const refused = () => new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:4318') });
const partial = (partialSuccess: object) => new Response(JSON.stringify({ partialSuccess }));

describe('data that the backend does not accept', () => {
  it.each([
    { rejectedDataPoints: '2', errorMessage: 'too old' },
    { rejectedLogRecords: 2, errorMessage: 'too old' },
  ])('of a body that it takes is counted and told, and not sent again: %o', async (partialSuccess) => {
    const { port, posts, troubles, flush, passTime } = openBackend(partial(partialSuccess));
    await flush(1);
    await passTime();
    expect(posts.length).toBe(1);
    expect(port).toMatchObject({ delivered: 1, dropped: 0, rejected: 2 });
    expect(troubles).toEqual(['telemetry backend: 2 data points or log records were rejected: too old']);
  });

  it('does no harm when the backend only has a comment', async () => {
    const { port, troubles, flush } = openBackend(partial({ errorMessage: 'use gzip' }));
    await flush(1);
    expect(port).toMatchObject({ delivered: 1, rejected: 0 });
    expect(troubles).toEqual(['telemetry backend: use gzip']);
  });

  it('is sent again after a time, even if nothing else is measured, and the cause is reported', async () => {
    const { port, posts, troubles, delays, flush, passTime } = openBackend(refused(), new Response('', { status: 503 }));
    await flush(1);
    expect(port).toMatchObject({ delivered: 0, dropped: 0 });
    expect(troubles).toEqual(['telemetry backend: fetch failed: connect ECONNREFUSED 127.0.0.1:4318; it is tried again']);
    await passTime();
    await passTime();
    expect(port).toMatchObject({ delivered: 1, dropped: 0 });
    expect(posts.map(({ body }) => body)).toEqual([posts[0].body, posts[0].body, posts[0].body]);
    expect(delays).toEqual([TELEMETRY_RETRY_MS, 2 * TELEMETRY_RETRY_MS]);
  });

  it.each(MONSTERS)('is sent again after a time, even if the call to the backend throws %s', async (_what, make) => {
    const { flush, passTime, posts, port, troubles } = openBackend(() => {
      throw make();
    });
    await flush(1);
    expect([posts.length, troubles.length]).toEqual([1, 1]);
    await passTime();
    expect([posts.length, port.delivered]).toEqual([2, 1]);
  });

  it('is dropped and reported after the last attempt', async () => {
    const { port, posts, troubles, flush, passTime } = openBackend(...Array.from({ length: 20 }, refused));
    await flush(1);
    for (let i = 0; i < 20; i++) await passTime();
    expect(posts.length).toBe(TELEMETRY_ATTEMPTS_MAX);
    expect(port).toMatchObject({ delivered: 0, dropped: 1 });
    expect(troubles.at(-1)).toBe('telemetry backend: 1 dropped: fetch failed: connect ECONNREFUSED 127.0.0.1:4318');
  });

  it('is dropped at once if the backend will never accept it', async () => {
    const { port, posts, troubles, flush, passTime } = openBackend(new Response('', { status: 400 }));
    await flush(1);
    await passTime();
    expect(posts.length).toBe(1);
    expect(port).toMatchObject({ delivered: 0, dropped: 1 });
    expect(troubles).toEqual(['telemetry backend: 1 dropped: http://backend/otlp/v1/metrics answers 400']);
  });

  it('is sent with the next flush, which has its totals and its log records', async () => {
    const { port, posts, flush } = openBackend(refused());
    await flush(1, 'first');
    await flush(2, 'second');
    expect(port).toMatchObject({ delivered: 3, dropped: 0 });
    expect(posts.map(({ path }) => path)).toEqual(['/otlp/v1/metrics', '/otlp/v1/logs', '/otlp/v1/metrics', '/otlp/v1/logs']);
    expect(posts[1].body).toContain('first');
    expect(posts[2].body).toContain('"2"');
    expect(posts[3].body).toContain('second');
  });

  it('waits within a bound: the oldest log records are dropped first', async () => {
    const { port, posts, flush, passTime } = openBackend(...Array.from({ length: 10 }, refused));
    for (let i = 1; i <= 10; i++) await flush(i, `text ${i}`);
    await passTime();
    const texts = posts.slice(10).filter(({ path }) => path.endsWith('logs'));
    expect(texts.length).toBe(TELEMETRY_LOGS_WAITING_MAX);
    expect(texts[0].body).toContain('text 5');
    expect(port).toMatchObject({ dropped: 4 });
  });

  it('is sent when the port closes right after it', async () => {
    const { port, posts, close } = openBackend();
    await close(1);
    expect(posts.map(({ path }) => path)).toEqual(['/otlp/v1/metrics', '/otlp/v1/logs']);
    expect(port).toMatchObject({ delivered: 2, dropped: 0 });
  });

  it('is tried once more when the port closes, and dropped aloud when that fails', async () => {
    const { port, posts, troubles, flush, close, passTime } = openBackend(refused(), refused());
    await flush(1, 'first');
    await close();
    await passTime();
    expect(posts).toHaveLength(2);
    expect(port).toMatchObject({ delivered: 0, dropped: 2 });
    expect(troubles.at(-1)).toBe('telemetry backend: 2 dropped: its port has closed');
  });
});
