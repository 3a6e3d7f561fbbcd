/**
 * network is the policy between those who want something over HTTP and the fetch port: equal requests share a fetch, failures are
 * tried again, answers are kept, and only so many fetches run at once.
 *
 *   requester               network                   fetch (port)
 *      |--- request ---------->|                          |
 *      |                       |--- start --------------->|   or a reply from the cache; or it joins an equal fetch
 *      |                       |<-- fetched --------------|   a failure: a timer, then start again
 *      |<-- reply -------------|                          |   always, also when it failed or was cancelled
 *
 * What was read before a change is neither kept nor given to anybody who asks after it.
 *
 * The catch: what may be kept and for how long is said by the request's policy, not by the server's headers; of these only
 * Retry-After (with Date), Location and Content-Location are read.
 */
import { HANDLER_OUTPUT_BYTES_MAX } from '../limits.js';
import { fetchFailure, httpHeaders, httpMethod, REQUEST_BODY_BYTES_MAX, RESPONSE_BODY_BYTES_MAX, URL_BYTES_MAX } from '../ports/fetch.js';
import { actor, bin, bool, choice, list, message, publication, request, str, struct, u8, u16, u32, u53 } from '../schema.js';

/** Fetches that network has in hand: running, queued, or waiting for the next try. Beyond it a request is refused at once. */
export const FETCHES_MAX = 96;
/** Requesters that share one fetch. */
export const FETCH_WAITERS_MAX = 256;
/** Bytes of replies that one answer gives rise to: half of what a handler may emit. Requesters beyond it wait for another fetch. */
export const REPLIES_BYTES_MAX = HANDLER_OUTPUT_BYTES_MAX / 2;
/** Fetches that run at once, unless configured: what a browser gives one host over HTTP/1.1. */
export const FETCHES_RUNNING_DEFAULT = 6;
/** Answers that network keeps, and their bytes with URL and headers: twenty catalogue pages. Both are part of each of its snapshots. */
export const CACHE_ENTRIES_MAX = 128;
export const CACHE_BYTES_MAX = 1 << 20;
/** One answer may not push out more than a quarter of the others. */
export const CACHE_ENTRY_BYTES_MAX = CACHE_BYTES_MAX / 4;
/** Tries after the first, whatever a request asks for: with the longest delays they outlast a restart of the server. */
export const RETRIES_MAX = 8;
/** The first retry waits up to this, each further one up to twice as long, none longer than the second. */
export const RETRY_DELAY_MS = 400;
export const RETRY_DELAY_MAX_MS = 15_000;
/** A server that asks for a longer pause (Retry-After) gets it: its answer is the reply. */
export const RETRY_AFTER_MAX_SECONDS = 30;
/** One try, unless the request says otherwise, and at most. */
export const FETCH_TIMEOUT_DEFAULT_MS = 10_000;
export const FETCH_TIMEOUT_MAX_MS = 60_000;
/** How much later than the fetch port network itself gives a try up. */
export const FETCH_GRACE_MS = 500;

const url = str(URL_BYTES_MAX);
const responseBody = bin(RESPONSE_BODY_BYTES_MAX);
const error = str(512);

/** How old a kept answer may be. Both 0: neither read from the cache nor kept in it. Only GET and HEAD without a body are kept. */
const cachePolicy = struct('CachePolicy', {
  /** Younger: the kept answer is the reply. */
  maxAgeMs: u32,
  /** Up to this much older: the kept answer is the reply, and it is fetched anew in the background. */
  staleMs: u32,
});

const fetchInHand = struct('NetworkFetch', {
  /** Names the phase: the number of the running exchange or of the timer that is waited for. Never used twice, so that late answers find nothing. */
  number: u32,
  phase: choice('FetchPhase', ['queued', 'running', 'waiting']),
  method: httpMethod,
  url,
  headers: httpHeaders,
  body: bin(REQUEST_BODY_BYTES_MAX),
  priority: u8,
  retries: u8,
  /** Exchanges started so far. */
  attempts: u8,
  timeoutMs: u32,
  /** The answer goes to the cache. */
  keep: bool,
  /** Goes on without a requester: it renews a stale answer. */
  background: bool,
  waiters: list(struct('NetworkWaiter', { source: u16, request: u32 }), FETCH_WAITERS_MAX),
  /** What the running exchange reads may have changed since it began: its answer is not kept, and nobody joins it any more. */
  overtaken: bool,
});

const cachedAnswer = struct('CachedAnswer', {
  method: httpMethod,
  url,
  requestHeaders: httpHeaders,
  storedAt: u53,
  status: u16,
  headers: httpHeaders,
  body: responseBody,
});

const activity = { running: u16, queued: u16 };

export const network = actor({
  name: 'network',
  address: 5,
  receives: {
    request: request({
      kind: 0x0501,
      deadlineMs: 60_000,
      fields: {
        url,
        method: httpMethod,
        headers: httpHeaders,
        /** Empty for none. */
        body: bin(REQUEST_BODY_BYTES_MAX),
        cache: cachePolicy,
        /** Higher goes first; equal ones in the order of their arrival. */
        priority: u8,
        /** Further tries after a failure that may pass: unreachable, timeout, 429, 5xx. Only for idempotent methods. */
        retries: u8,
        /** Of one try; 0 for the default. */
        timeoutMs: u32,
      },
      reply: {
        kind: 0x0581,
        fields: {
          /** 0 when there is no answer. */
          status: u16,
          headers: httpHeaders,
          body: responseBody,
          origin: choice('ReplyOrigin', ['network', 'fresh', 'stale']),
          /** `none` when there is an answer, whatever its status. */
          failure: fetchFailure,
          /** What the platform said of the failure; empty when it said nothing. */
          error,
          /** Exchanges it took; 0 from the cache. */
          attempts: u8,
        },
      },
    }),
    /** The fetch port's answer. */
    fetched: message({
      kind: 0x0502,
      fields: { request: u32, status: u16, headers: httpHeaders, body: responseBody, failure: fetchFailure, error },
    }),
    /** The requester no longer wants the answer to this request of its own. The reply is `cancelled`; the last one to leave ends the fetch. */
    cancel: message({ kind: 0x0503, fields: { request: u32 } }),
    /** Drops kept answers whose URL begins with this, and what is on its way to be kept; all of them when it is empty. */
    forget: message({ kind: 0x0504, fields: { urlPrefix: url } }),
  },
  publishes: {
    /** Running exchanges, and fetches that wait for a place or for their next try. Whole each time. */
    activity: publication({ kind: 0x0540, lane: 'idle', overflow: 'latest', fields: activity }),
  },
  sendsTo: ['fetch', 'timer'],
  state: struct('NetworkState', {
    /** In the order of their arrival. */
    fetches: list(fetchInHand, FETCHES_MAX),
    /** Least recently used first. */
    cache: list(cachedAnswer, CACHE_ENTRIES_MAX),
    nextNumber: u32,
    /** State of the xorshift generator behind the jitter; never 0. */
    random: u32,
    /** What `activity` said last. */
    published: struct('NetworkActivityCounts', activity),
  }),
});
