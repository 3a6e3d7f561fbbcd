/** network in TypeScript; `protocol/messages/network.ts` says what it does and what its catch is. */
import { Actor, type Handlers } from '../actors/model/actor.js';
import type { MessageOf, ReplyFields, StateOf } from '../protocol/fields.js';
import { fetch as fetchPort } from '../protocol/generated/fetch.js';
import { network } from '../protocol/generated/network.js';
import {
  CACHE_BYTES_MAX,
  FETCH_GRACE_MS,
  FETCH_TIMEOUT_DEFAULT_MS,
  FETCH_TIMEOUT_MAX_MS,
  FETCH_WAITERS_MAX,
  FETCHES_MAX,
  FETCHES_RUNNING_DEFAULT,
  REPLIES_BYTES_MAX,
  RETRIES_MAX,
  RETRY_AFTER_MAX_SECONDS,
  RETRY_DELAY_MAX_MS,
  RETRY_DELAY_MS,
} from '../protocol/messages/network.js';
import { Cache, type CachedAnswer, equalBytes, equalHeaders, headersLength } from './network/cache.js';
import {
  type Answer,
  isIdempotent,
  isSafe,
  mayHaveChanged,
  mayPass,
  nextRandom,
  retryAfterSeconds,
  retryDelayMs,
} from './network/retry.js';
import { isAmong, isSameOrigin, resolve, type Target, targetOf } from './network/url.js';

type State = StateOf<typeof network>;
type Fetch = State['fetches'][number];
type Waiter = Fetch['waiters'][number];
type Request = MessageOf<typeof network, 'request'>;
type Reply = ReplyFields<typeof network.receives.request>;

const NO_BYTES = new Uint8Array(0);
/** Bytes of a reply besides its headers and its body: frame header, numbers, the longest error. */
const REPLY_OVERHEAD_BYTES = 1024;

const failed = (failure: Answer['failure'], error = ''): Answer => ({ status: 0, headers: [], body: NO_BYTES, failure, error });

export class Network extends Actor<typeof network> implements Handlers<typeof network> {
  private fetches: Fetch[] = [];
  private readonly cache = new Cache();
  private nextNumber = 1;
  private random = 1;
  private published = { running: 0, queued: 0 };
  private runningMax = FETCHES_RUNNING_DEFAULT;
  private firstRetryMs = RETRY_DELAY_MS;

  constructor() {
    super(network);
  }

  /**
   * `seed`: of the jitter, at least 1. `fetchesRunning`: at once. `retryDelayMs`: before the first retry. `cacheBytes`: kept at most.
   * A number out of range becomes the nearest one in range.
   */
  override configure(name: string, value: number): void {
    if (name === 'seed') this.random = clamp(value, 1, 0xffff_ffff);
    else if (name === 'fetchesRunning') this.runningMax = clamp(value, 1, FETCHES_MAX);
    else if (name === 'retryDelayMs') this.firstRetryMs = clamp(value, 0, RETRY_DELAY_MAX_MS);
    else if (name === 'cacheBytes') this.cache.bytesMax = clamp(value, 0, CACHE_BYTES_MAX);
  }

  onRequest(message: Request): void {
    if (this.answerFromCache(message)) return;
    const fetch = this.equalFetch(message) ?? this.enqueue(message);
    if (fetch === null || fetch.waiters.length >= FETCH_WAITERS_MAX) {
      this.reply(this.requestToken, network.receives.request, replyOf(failed('overloaded'), 0));
      return;
    }
    join(fetch, message);
    fetch.waiters.push(this.requestToken);
    this.advance();
  }

  onFetched(message: MessageOf<typeof network, 'fetched'>): void {
    const fetch = this.fetchOf(message.request);
    if (fetch === null || fetch.phase !== 'running') return;
    this.cancelTimer(fetch.number);
    this.finish(fetch, message);
    this.advance();
  }

  onCancel(message: MessageOf<typeof network, 'cancel'>): void {
    const waiter = { source: this.source, request: message.request };
    const fetch = this.takeOut(waiter);
    if (fetch === null) return;
    this.reply(waiter, network.receives.request, replyOf(failed('cancelled'), fetch.attempts));
    this.dropWithoutWaiters(fetch);
  }

  override onWithdrawn(waiter: Waiter): void {
    const fetch = this.takeOut(waiter);
    if (fetch !== null) this.dropWithoutWaiters(fetch);
  }

  onForget(message: MessageOf<typeof network, 'forget'>): void {
    this.cache.forgetPrefix(message.urlPrefix);
    for (const fetch of this.fetches) {
      if (fetch.phase === 'running' && fetch.url.startsWith(message.urlPrefix)) fetch.overtaken = true;
    }
  }

  /** A running fetch's timer is its deadline; a waiting one's is the end of its pause. */
  override onTimer(timer: number): void {
    const fetch = this.fetchOf(timer);
    if (fetch === null) return;
    if (fetch.phase === 'running') {
      this.send(fetchPort.receives.abort, { request: fetch.number });
      this.finish(fetch, failed('timeout'));
    } else {
      fetch.phase = 'queued';
    }
    this.advance();
  }

  override onRefresh(): void {
    this.publishFresh(network.publishes.activity, this.published);
  }

  snapshot(): State {
    return {
      fetches: this.fetches,
      cache: this.cache.entries,
      nextNumber: this.nextNumber,
      random: this.random,
      published: this.published,
    };
  }

  restore(state: State): void {
    this.fetches = state.fetches;
    this.cache.load(state.cache);
    this.nextNumber = state.nextNumber;
    this.random = state.random;
    this.published = state.published;
  }

  /** @returns whether the request was answered; a stale answer is refreshed in the background */
  private answerFromCache(message: Request): boolean {
    if (!isKept(message)) return false;
    const entry = this.cache.find(message.method, message.url, message.headers);
    if (entry === null) return false;
    const age = this.now > entry.storedAt ? this.now - entry.storedAt : 0;
    const isFresh = age < message.cache.maxAgeMs * 1000;
    if (!isFresh && age >= (message.cache.maxAgeMs + message.cache.staleMs) * 1000) return false;
    this.reply(this.requestToken, network.receives.request, replyFrom(entry, isFresh ? 'fresh' : 'stale'));
    if (!isFresh) this.renew(message);
    return true;
  }

  private renew(message: Request): void {
    const fetch = this.equalFetch(message) ?? this.enqueue(message);
    if (fetch === null) return;
    join(fetch, message);
    fetch.background = true;
    this.advance();
  }

  /** A fetch that the request may share. */
  private equalFetch(message: Request): Fetch | null {
    if (!isSafe(message.method)) return null;
    for (const fetch of this.fetches) {
      if (fetch.overtaken || fetch.method !== message.method || fetch.url !== message.url) continue;
      if (equalHeaders(fetch.headers, message.headers) && equalBytes(fetch.body, message.body)) return fetch;
    }
    return null;
  }

  /** @returns null when there are too many */
  private enqueue(message: Request): Fetch | null {
    if (this.fetches.length >= FETCHES_MAX) return null;
    const fetch: Fetch = {
      number: this.nextNumber++,
      phase: 'queued',
      method: message.method,
      url: message.url,
      headers: message.headers,
      body: message.body,
      priority: 0,
      retries: 0,
      attempts: 0,
      timeoutMs: message.timeoutMs === 0 ? FETCH_TIMEOUT_DEFAULT_MS : Math.min(message.timeoutMs, FETCH_TIMEOUT_MAX_MS),
      keep: false,
      background: false,
      waiters: [],
      overtaken: false,
    };
    this.fetches.push(fetch);
    return fetch;
  }

  /** Ends an attempt: starts another one after a pause, or answers all waiting requests. */
  private finish(fetch: Fetch, answer: Answer): void {
    this.invalidate(fetch, answer);
    if (this.retry(fetch, answer)) return;
    const succeeded = answer.failure === 'none' && answer.status >= 200 && answer.status < 300;
    if (succeeded && fetch.keep && !fetch.overtaken) this.keep(fetch, answer);
    const left = this.replyTo(fetch.waiters, replyOf(answer, fetch.attempts));
    if (left.length === 0) {
      this.fetches.splice(this.fetches.indexOf(fetch), 1);
      return;
    }
    fetch.waiters = left;
    fetch.attempts = 0;
    fetch.phase = 'queued';
    fetch.overtaken = false;
  }

  /** Drops cached answers that this attempt may have changed: for its URL, and for those of the same origin that the answer names. */
  private invalidate(fetch: Fetch, answer: Answer): void {
    if (isSafe(fetch.method) || !mayHaveChanged(answer)) return;
    const base = targetOf(fetch.url);
    const changed: Target[] = [base];
    for (const { name, value } of answer.headers) {
      if (name !== 'location' && name !== 'content-location') continue;
      const target = resolve(value, base);
      if (isSameOrigin(target, base)) changed.push(target);
    }
    this.cache.forget(changed);
    for (const other of this.fetches) if (other.phase === 'running' && isAmong(changed, other.url)) other.overtaken = true;
  }

  /** @returns whether the fetch will be retried */
  private retry(fetch: Fetch, answer: Answer): boolean {
    if (fetch.attempts > fetch.retries || !isIdempotent(fetch.method) || !mayPass(answer)) return false;
    const seconds = retryAfterSeconds(answer, this.now);
    if (seconds > RETRY_AFTER_MAX_SECONDS) return false;
    this.random = nextRandom(this.random);
    fetch.phase = 'waiting';
    fetch.overtaken = false;
    fetch.number = this.nextNumber++;
    this.startTimer(fetch.number, Math.max(retryDelayMs(this.firstRetryMs, fetch.attempts, this.random), seconds * 1000));
    return true;
  }

  private keep(fetch: Fetch, answer: Answer): void {
    this.cache.put({
      method: fetch.method,
      url: fetch.url,
      requestHeaders: fetch.headers,
      storedAt: this.now,
      status: answer.status,
      headers: answer.headers,
      body: answer.body,
    });
  }

  /** @returns the waiters that did not fit into the output of one handler; only a shared fetch has so many */
  private replyTo(waiters: Waiter[], reply: Reply): Waiter[] {
    const replyBytes = REPLY_OVERHEAD_BYTES + reply.body.length + 3 * headersLength(reply.headers);
    const room = Math.floor(REPLIES_BYTES_MAX / replyBytes);
    for (const waiter of waiters.slice(0, room)) this.reply(waiter, network.receives.request, reply);
    return waiters.slice(room);
  }

  /** @returns the fetch that this waiter was waiting for; null when there is none */
  private takeOut({ source, request }: Waiter): Fetch | null {
    for (const fetch of this.fetches) {
      const place = fetch.waiters.findIndex((waiter) => waiter.source === source && waiter.request === request);
      if (place < 0) continue;
      fetch.waiters.splice(place, 1);
      return fetch;
    }
    return null;
  }

  /** Ends a fetch that has no waiters left. */
  private dropWithoutWaiters(fetch: Fetch): void {
    if (fetch.waiters.length === 0 && !fetch.background) this.drop(fetch);
    this.advance();
  }

  private drop(fetch: Fetch): void {
    if (fetch.phase === 'running') {
      this.send(fetchPort.receives.abort, { request: fetch.number });
      this.invalidate(fetch, failed('cancelled'));
    }
    if (fetch.phase !== 'queued') this.cancelTimer(fetch.number);
    this.fetches.splice(this.fetches.indexOf(fetch), 1);
  }

  /** Starts as many fetches as there is room for, and publishes how many run and wait if that has changed. */
  private advance(): void {
    let running = 0;
    for (const fetch of this.fetches) if (fetch.phase === 'running') running++;
    for (let next = this.nextQueued(); next !== null && running < this.runningMax; next = this.nextQueued()) {
      this.start(next);
      running++;
    }
    const queued = this.fetches.length - running;
    if (running === this.published.running && queued === this.published.queued) return;
    this.published = { running, queued };
    this.publishFresh(network.publishes.activity, this.published);
  }

  private nextQueued(): Fetch | null {
    let next: Fetch | null = null;
    for (const fetch of this.fetches) if (fetch.phase === 'queued' && (next === null || fetch.priority > next.priority)) next = fetch;
    return next;
  }

  private start(fetch: Fetch): void {
    fetch.phase = 'running';
    fetch.number = this.nextNumber++;
    fetch.attempts++;
    const { number, url, method, headers, body, timeoutMs } = fetch;
    this.send(fetchPort.receives.start, { request: number, url, method, headers, body, timeoutMs });
    this.startTimer(number, timeoutMs + FETCH_GRACE_MS);
  }

  private fetchOf(number: number): Fetch | null {
    return this.fetches.find((fetch) => fetch.number === number) ?? null;
  }
}

const clamp = (value: number, low: number, high: number): number => Math.floor(Math.min(Math.max(value, low), high));

/** Whether the answer is read from the cache and kept in it. */
const isKept = (message: Request): boolean =>
  (message.method === 'GET' || message.method === 'HEAD') &&
  message.body.length === 0 &&
  message.cache.maxAgeMs + message.cache.staleMs > 0;

/** A shared fetch does the most that any of its requesters asked for. */
function join(fetch: Fetch, message: Request): void {
  fetch.priority = Math.max(fetch.priority, message.priority);
  fetch.retries = Math.max(fetch.retries, Math.min(message.retries, RETRIES_MAX));
  fetch.keep ||= isKept(message);
}

const replyOf = (answer: Answer, attempts: number): Reply => ({
  status: answer.status,
  headers: answer.headers,
  body: answer.body,
  origin: 'network',
  failure: answer.failure,
  error: answer.error,
  attempts,
});

const replyFrom = (entry: CachedAnswer, origin: 'fresh' | 'stale'): Reply => ({
  status: entry.status,
  headers: entry.headers,
  body: entry.body,
  origin,
  failure: 'none',
  error: '',
  attempts: 0,
});
