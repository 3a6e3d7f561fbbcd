/** Random messages for both twins of the network actor, some of them no longer expected. */
import type { Random } from '../../bus/random.js';
import { HOST_RUNTIME } from '../../protocol/addresses.js';
import { fetch } from '../../protocol/generated/fetch.js';
import { network } from '../../protocol/generated/network.js';
import { system } from '../../protocol/generated/system.js';
import { timer } from '../../protocol/generated/timer.js';
import { FETCH, NO_BYTES, noCache } from './network-stage.js';
import type { EmittedFrame, TwinFrame, TwinSequence } from './twins.js';

const { request, fetched, cancel, forget } = network.receives;
const methods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'POST', 'PATCH'] as const;
const statuses = [200, 200, 200, 204, 404, 429, 500, 503];
const failures = ['unreachable', 'timeout', 'too-large', 'invalid'] as const;
const headerSets = [
  [],
  [],
  [{ name: 'accept', value: 'ünïcode \u{1f600}' }],
  [{ name: 'retry-after', value: '2' }],
  [{ name: 'retry-after', value: '99' }],
  [
    { name: 'retry-after', value: 'Thu, 28 May 2026 20:26:45 GMT' },
    { name: 'date', value: 'Thursday, 28-May-26 20:26:40 GMT' },
  ],
  [{ name: 'retry-after', value: 'Thu May 28 20:26:41 2026' }],
  [
    { name: 'location', value: '/films?page=1' },
    { name: 'content-location', value: '../films?page=2#top' },
  ],
  [{ name: 'location', value: 'HTTPS://tv.example:443/x/../films?page=3' }],
];
const bodies = [0, 0, 3, 400, 3000].map((length) => new Uint8Array(length).map((_, i) => i));
const policies = [
  noCache,
  { maxAgeMs: 200, staleMs: 300 },
  { maxAgeMs: 0, staleMs: 1000 },
  { maxAgeMs: 0xffff_ffff, staleMs: 0xffff_ffff },
];
const sources = [64, 65, 66];

/** Requesters, port and timers that mostly do what the actor waits for, and sometimes something that it no longer expects. */
export function networkSequence(random: Random): TwinSequence {
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
    () => ({
      message: system.receives.withdrawn,
      fields: { request: recent(numbers.request), requester: pick(sources), requestKind: request.kind },
      source: HOST_RUNTIME,
    }),
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
