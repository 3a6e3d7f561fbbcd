/**
 * network is the policy between the requesters of HTTP and the fetch port: equal requests share a fetch, failures are
 * retried, answers are cached, and the number of running fetches is bounded.
 *
 *   requester               network                   fetch (port)
 *      |--- request ---------->|                          |
 *      |                       |--- start --------------->|   or the cache replies, or the request joins an equal fetch
 *      |                       |<-- fetched --------------|   after a failure: a timer, then start again
 *      |<-- reply -------------|                          |   always, also after failure or cancellation
 *
 * An answer that was read before a change is neither cached nor given to requests made after the change.
 *
 * The catch: the request's policy decides what is cached and for how long, not the server's headers. Of these, only
 * Retry-After (with Date), Location and Content-Location are read.
 */
import { HANDLER_OUTPUT_BYTES_MAX } from '../limits.js';
import {
  fetch,
  fetchFailure,
  httpHeaders,
  httpMethod,
  REQUEST_BODY_BYTES_MAX,
  RESPONSE_BODY_BYTES_MAX,
  URL_BYTES_MAX,
} from '../ports/fetch.js';
import { actor, bin, bool, choice, list, message, publication, request, str, struct, u8, u16, u32, u53 } from '../schema.js';

/** Fetches that are running, queued, or waiting for the next attempt. Beyond it a request is refused at once. */
export const FETCHES_MAX = 96;
/** Requesters that share one fetch. */
export const FETCH_WAITERS_MAX = 256;
/** Bytes of replies to one answer: half of what a handler may emit. Requesters beyond it wait for another fetch. */
export const REPLIES_BYTES_MAX = HANDLER_OUTPUT_BYTES_MAX / 2;
/** Fetches that run at once, unless configured: as many as a browser gives one host over HTTP/1.1. */
export const FETCHES_RUNNING_DEFAULT = 6;
/** Cached answers, and their bytes with URL and headers: twenty catalogue pages. All of them are in each snapshot. */
export const CACHE_ENTRIES_MAX = 128;
export const CACHE_BYTES_MAX = 1 << 20;
/** One answer may not evict more than a quarter of the others. */
export const CACHE_ENTRY_BYTES_MAX = CACHE_BYTES_MAX / 4;
/** Retries, whatever a request asks for: with the longest delays they outlast a restart of the server. */
export const RETRIES_MAX = 8;
/** The first retry waits at most this long, each further one at most twice as long, and none longer than RETRY_DELAY_MAX_MS. */
export const RETRY_DELAY_MS = 400;
export const RETRY_DELAY_MAX_MS = 15_000;
/** If a server asks for a longer pause (Retry-After), there is no retry: its answer is the reply. */
export const RETRY_AFTER_MAX_SECONDS = 30;
/** Deadline of one attempt: by default, and at most. */
export const FETCH_TIMEOUT_DEFAULT_MS = 10_000;
export const FETCH_TIMEOUT_MAX_MS = 60_000;
/** How much later than the fetch port network itself ends an attempt. */
export const FETCH_GRACE_MS = 500;

const url = str(URL_BYTES_MAX);
const responseBody = bin(RESPONSE_BODY_BYTES_MAX);
const error = str(512);

/** How old a cached answer may be. With both 0 the cache is not used at all. Only GET and HEAD without a body are cached. */
const cachePolicy = struct('CachePolicy', {
  /** A cached answer younger than this is the reply. */
  maxAgeMs: u32,
  /** A cached answer up to this much older is the reply, too, and is refreshed in the background. */
  staleMs: u32,
});

const fetchInHand = struct('NetworkFetch', {
  /** Number of the running exchange or of the awaited timer. Never reused, so that late answers match nothing. */
  number: u32,
  phase: choice('FetchPhase', ['queued', 'running', 'waiting']),
  method: httpMethod,
  url,
  headers: httpHeaders,
  body: bin(REQUEST_BODY_BYTES_MAX),
  priority: u8,
  retries: u8,
  /** Number of exchanges started so far. */
  attempts: u8,
  timeoutMs: u32,
  /** Whether the answer goes to the cache. */
  keep: bool,
  /** Whether it goes on without a requester, because it refreshes a stale answer. */
  background: bool,
  waiters: list(struct('NetworkWaiter', { source: u16, request: u32 }), FETCH_WAITERS_MAX),
  /** True when the data may have changed since the running exchange began: its answer is not cached, and no request joins it. */
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
        /** Higher priorities go first; equal ones in the order of arrival. */
        priority: u8,
        /** Greatest number of retries after a failure that may pass: unreachable, timeout, 429, 5xx. Only for idempotent methods. */
        retries: u8,
        /** Deadline of one attempt; 0 for the default. */
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
          /** The platform's words about the failure; may be empty. */
          error,
          /** Number of exchanges that it took; 0 from the cache. */
          attempts: u8,
        },
      },
    }),
    /** The fetch port's answer. */
    fetched: message({
      kind: 0x0502,
      fields: { request: u32, status: u16, headers: httpHeaders, body: responseBody, failure: fetchFailure, error },
    }),
    /** Cancels a request of the sender's own. The reply is `cancelled`; when the last requester cancels, the fetch ends. */
    cancel: message({ kind: 0x0503, fields: { request: u32 } }),
    /** Drops cached answers whose URL begins with this, and does not cache such answers that are on their way. Empty for all. */
    forget: message({ kind: 0x0504, fields: { urlPrefix: url } }),
  },
  publishes: {
    /** Number of running exchanges, and of fetches that wait for a place or for their next attempt. Always the whole state. */
    activity: publication({ kind: 0x0540, lane: 'idle', overflow: 'latest', fields: activity }),
  },
  uses: [fetch],
  sendsTo: ['fetch', 'timer'],
  state: struct('NetworkState', {
    /** In the order of arrival. */
    fetches: list(fetchInHand, FETCHES_MAX),
    /** Least recently used first. */
    cache: list(cachedAnswer, CACHE_ENTRIES_MAX),
    nextNumber: u32,
    /** State of the xorshift generator of the jitter; never 0. */
    random: u32,
    /** Content of the last `activity`. */
    published: struct('NetworkActivityCounts', activity),
  }),
});
