/** network in AssemblyScript, the twin of js-actors/network.ts; `protocol/messages/network.ts` says what it does and what its catch is. */
import { Reader } from '../protocol/assembly/reader';
import { List } from '../protocol/assembly/values';
import { FetchAbort, FetchStart } from '../protocol/generated/assembly/fetch';
import {
  CachedAnswer,
  dispatchNetwork,
  FetchFailure,
  FetchPhase,
  HttpMethod,
  NETWORK_ADDRESS,
  NETWORK_FOLLOWED_OWNERS,
  NETWORK_FOLLOWS,
  NETWORK_PUBLISHES,
  NetworkActivity,
  NetworkCancel,
  NetworkFetch,
  NetworkFetched,
  NetworkForget,
  NetworkHandlers,
  NetworkRequest,
  NetworkRequestReply,
  NetworkState,
  NetworkWaiter,
  ReplyOrigin,
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
} from '../protocol/generated/assembly/network';
import { Actor, RequestToken, start } from './kit/actor';
import { Cache, equalBytes, equalHeaders, headersLength } from './network/cache';
import { holdAnswer, holdFetch, keepBytes, keepHeaders } from './network/keep';
import { isIdempotent, isSafe, mayHaveChanged, mayPass, nextRandom, retryAfterSeconds, retryDelayMs } from './network/retry';
import { isAmong, isSameOrigin, resolve, Target, targetOf } from './network/url';

/** Bytes of a reply besides its headers and its body: frame header, numbers, the longest error. */
const REPLY_OVERHEAD_BYTES = 1024;

class Network extends Actor<NetworkState> implements NetworkHandlers {
  private fetches: NetworkFetch[] = [];
  private readonly cache: Cache = new Cache();
  private nextNumber: u32 = 1;
  private random: u32 = 1;
  private runningMax: i32 = FETCHES_RUNNING_DEFAULT;
  private firstRetryMs: u32 = RETRY_DELAY_MS;
  private readonly activity: NetworkActivity = new NetworkActivity();
  private readonly fetchStart: FetchStart = new FetchStart();
  private readonly fetchAbort: FetchAbort = new FetchAbort();
  private readonly requestReply: NetworkRequestReply = new NetworkRequestReply();

  constructor() {
    super('network', NETWORK_ADDRESS, NETWORK_PUBLISHES, NETWORK_FOLLOWS, NETWORK_FOLLOWED_OWNERS);
  }

  /**
   * `seed`: of the jitter, at least 1. `fetchesRunning`: at once. `retryDelayMs`: before the first retry. `cacheBytes`: kept at most.
   * A number out of range becomes the nearest one in range.
   */
  configure(name: string, value: f64): void {
    if (name == 'seed') this.random = clamp(value, 1, 0xffffffff);
    else if (name == 'fetchesRunning') this.runningMax = clamp(value, 1, FETCHES_MAX);
    else if (name == 'retryDelayMs') this.firstRetryMs = clamp(value, 0, RETRY_DELAY_MAX_MS);
    else if (name == 'cacheBytes') this.cache.bytesMax = clamp(value, 0, CACHE_BYTES_MAX);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchNetwork(this, kind, reader);
  }

  onRequest(message: NetworkRequest): void {
    if (this.answerFromCache(message)) return;
    let fetch = this.equalFetch(message);
    if (fetch === null) fetch = this.enqueue(message);
    if (fetch === null || fetch.waiters.length >= FETCH_WAITERS_MAX) {
      this.reply(this.requestToken, this.replyOf(failed(FetchFailure.Overloaded), 0));
      return;
    }
    join(fetch, message);
    const waiter = new NetworkWaiter();
    waiter.source = this.source;
    waiter.request = message.request;
    fetch.waiters.push(waiter);
    this.advance();
  }

  onFetched(message: NetworkFetched): void {
    const fetch = this.fetchOf(message.request);
    if (fetch === null || fetch.phase != FetchPhase.Running) return;
    this.cancelTimer(fetch.number);
    this.finish(fetch, message);
    this.advance();
  }

  onCancel(message: NetworkCancel): void {
    const fetch = this.takeOut(this.source, message.request);
    if (fetch === null) return;
    this.reply(new RequestToken(this.source, message.request), this.replyOf(failed(FetchFailure.Cancelled), fetch.attempts));
    this.dropWithoutWaiters(fetch);
  }

  onWithdrawn(source: u16, request: u32, kind: u16): void {
    const fetch = this.takeOut(source, request);
    if (fetch !== null) this.dropWithoutWaiters(fetch);
  }

  onForget(message: NetworkForget): void {
    const prefix = message.urlPrefix.text;
    this.cache.forgetPrefix(prefix);
    for (let i = 0; i < this.fetches.length; i++) {
      const fetch = this.fetches[i];
      if (fetch.phase == FetchPhase.Running && fetch.url.text.startsWith(prefix)) fetch.overtaken = true;
    }
  }

  /** A running fetch's timer is its deadline; a waiting one's is the end of its pause. */
  onTimer(timer: u32): void {
    const fetch = this.fetchOf(timer);
    if (fetch === null) return;
    if (fetch.phase == FetchPhase.Running) {
      this.abort(fetch);
      this.finish(fetch, failed(FetchFailure.Timeout));
    } else {
      fetch.phase = FetchPhase.Queued;
    }
    this.advance();
  }

  onRefresh(topic: u16): void {
    this.publishFresh(this.activity);
  }

  saveState(): NetworkState {
    const state = new NetworkState();
    for (let i = 0; i < this.fetches.length; i++) state.fetches.push(this.fetches[i]);
    for (let i = 0; i < this.cache.entries.length; i++) state.cache.push(this.cache.entries[i]);
    state.nextNumber = this.nextNumber;
    state.random = this.random;
    state.published.running = this.activity.running;
    state.published.queued = this.activity.queued;
    return state;
  }

  loadState(state: NetworkState): void {
    this.fetches = [];
    for (let i = 0; i < state.fetches.length; i++) {
      holdFetch(state.fetches[i]);
      this.fetches.push(state.fetches[i]);
    }
    const entries: CachedAnswer[] = [];
    for (let i = 0; i < state.cache.length; i++) {
      holdAnswer(state.cache[i]);
      entries.push(state.cache[i]);
    }
    this.cache.load(entries);
    this.nextNumber = state.nextNumber;
    this.random = state.random;
    this.activity.running = state.published.running;
    this.activity.queued = state.published.queued;
  }

  /** @returns whether the request was answered; a stale answer is refreshed in the background */
  private answerFromCache(message: NetworkRequest): bool {
    if (!isKept(message)) return false;
    const entry = this.cache.find(message.method, message.url.text, message.headers);
    if (entry === null) return false;
    const age = this.now > entry.storedAt ? this.now - entry.storedAt : 0;
    const isFresh = age < <u64>message.cache.maxAgeMs * 1000;
    if (!isFresh && age >= (<u64>message.cache.maxAgeMs + message.cache.staleMs) * 1000) return false;
    this.reply(this.requestToken, this.replyFrom(entry, isFresh ? ReplyOrigin.Fresh : ReplyOrigin.Stale));
    if (!isFresh) this.renew(message);
    return true;
  }

  private renew(message: NetworkRequest): void {
    let fetch = this.equalFetch(message);
    if (fetch === null) fetch = this.enqueue(message);
    if (fetch === null) return;
    join(fetch, message);
    fetch.background = true;
    this.advance();
  }

  /** A fetch that the request may share. */
  private equalFetch(message: NetworkRequest): NetworkFetch | null {
    if (!isSafe(message.method)) return null;
    for (let i = 0; i < this.fetches.length; i++) {
      const fetch = this.fetches[i];
      if (fetch.overtaken || fetch.method != message.method || fetch.url.text != message.url.text) continue;
      if (equalHeaders(fetch.headers, message.headers) && equalBytes(fetch.body, message.body)) return fetch;
    }
    return null;
  }

  /** @returns null when there are too many */
  private enqueue(message: NetworkRequest): NetworkFetch | null {
    if (this.fetches.length >= FETCHES_MAX) return null;
    const fetch = new NetworkFetch();
    fetch.number = this.nextNumber++;
    fetch.method = message.method;
    fetch.url.text = message.url.text;
    fetch.headers = keepHeaders(message.headers);
    fetch.body = keepBytes(message.body);
    fetch.timeoutMs = message.timeoutMs == 0 ? FETCH_TIMEOUT_DEFAULT_MS : min<u32>(message.timeoutMs, FETCH_TIMEOUT_MAX_MS);
    this.fetches.push(fetch);
    return fetch;
  }

  /** Ends an attempt: starts another one after a pause, or answers all waiting requests. */
  private finish(fetch: NetworkFetch, answer: NetworkFetched): void {
    this.invalidate(fetch, answer);
    if (this.retry(fetch, answer)) return;
    const succeeded = answer.failure == FetchFailure.None && answer.status >= 200 && answer.status < 300;
    if (succeeded && fetch.keep && !fetch.overtaken) this.keep(fetch, answer);
    const left = this.replyTo(fetch.waiters, this.replyOf(answer, fetch.attempts));
    if (left.length == 0) {
      this.fetches.splice(this.fetches.indexOf(fetch), 1);
      return;
    }
    fetch.waiters = left;
    fetch.attempts = 0;
    fetch.phase = FetchPhase.Queued;
    fetch.overtaken = false;
  }

  /** Drops cached answers that this attempt may have changed: for its URL, and for those of the same origin that the answer names. */
  private invalidate(fetch: NetworkFetch, answer: NetworkFetched): void {
    if (isSafe(fetch.method) || !mayHaveChanged(answer)) return;
    const base = targetOf(fetch.url.text);
    const changed: Target[] = [base];
    for (let i = 0; i < answer.headers.length; i++) {
      const name = answer.headers[i].name.text;
      if (name != 'location' && name != 'content-location') continue;
      const target = resolve(answer.headers[i].value.text, base);
      if (isSameOrigin(target, base)) changed.push(target);
    }
    this.cache.forget(changed);
    for (let i = 0; i < this.fetches.length; i++) {
      const other = this.fetches[i];
      if (other.phase == FetchPhase.Running && isAmong(changed, other.url.text)) other.overtaken = true;
    }
  }

  /** @returns whether the fetch will be retried */
  private retry(fetch: NetworkFetch, answer: NetworkFetched): bool {
    if (fetch.attempts > fetch.retries || !isIdempotent(fetch.method) || !mayPass(answer)) return false;
    const seconds = retryAfterSeconds(answer, this.now);
    if (seconds > <u32>RETRY_AFTER_MAX_SECONDS) return false;
    this.random = nextRandom(this.random);
    fetch.phase = FetchPhase.Waiting;
    fetch.overtaken = false;
    fetch.number = this.nextNumber++;
    this.startTimer(fetch.number, max(retryDelayMs(this.firstRetryMs, fetch.attempts, this.random), seconds * 1000));
    return true;
  }

  private keep(fetch: NetworkFetch, answer: NetworkFetched): void {
    const entry = new CachedAnswer();
    entry.method = fetch.method;
    entry.url.text = fetch.url.text;
    entry.requestHeaders = fetch.headers;
    entry.storedAt = this.now;
    entry.status = answer.status;
    entry.headers = keepHeaders(answer.headers);
    entry.body = keepBytes(answer.body);
    this.cache.put(entry);
  }

  /** @returns the waiters that did not fit into the output of one handler; only a shared fetch has so many */
  private replyTo(waiters: List<NetworkWaiter>, reply: NetworkRequestReply): List<NetworkWaiter> {
    const replyBytes = REPLY_OVERHEAD_BYTES + reply.body.length + 3 * headersLength(reply.headers);
    const room = REPLIES_BYTES_MAX / replyBytes;
    const left = new List<NetworkWaiter>();
    for (let i = 0; i < waiters.length; i++) {
      if (i < room) this.reply(tokenOf(waiters[i]), reply);
      else left.push(waiters[i]);
    }
    return left;
  }

  /** @returns the fetch that this waiter was waiting for; null when there is none */
  private takeOut(source: u16, request: u32): NetworkFetch | null {
    for (let i = 0; i < this.fetches.length; i++) {
      const fetch = this.fetches[i];
      const place = placeOf(fetch.waiters, source, request);
      if (place < 0) continue;
      fetch.waiters = without(fetch.waiters, place);
      return fetch;
    }
    return null;
  }

  /** Ends a fetch that has no waiters left. */
  private dropWithoutWaiters(fetch: NetworkFetch): void {
    if (fetch.waiters.length == 0 && !fetch.background) this.drop(fetch);
    this.advance();
  }

  private drop(fetch: NetworkFetch): void {
    if (fetch.phase == FetchPhase.Running) {
      this.abort(fetch);
      this.invalidate(fetch, failed(FetchFailure.Cancelled));
    }
    if (fetch.phase != FetchPhase.Queued) this.cancelTimer(fetch.number);
    this.fetches.splice(this.fetches.indexOf(fetch), 1);
  }

  private abort(fetch: NetworkFetch): void {
    this.fetchAbort.request = fetch.number;
    this.send(this.fetchAbort);
  }

  /** Starts as many fetches as there is room for, and publishes how many run and wait if that has changed. */
  private advance(): void {
    let running = 0;
    for (let i = 0; i < this.fetches.length; i++) if (this.fetches[i].phase == FetchPhase.Running) running++;
    for (let next = this.nextQueued(); next !== null && running < this.runningMax; next = this.nextQueued()) {
      this.start(next);
      running++;
    }
    const queued = this.fetches.length - running;
    if (<u16>running == this.activity.running && <u16>queued == this.activity.queued) return;
    this.activity.running = <u16>running;
    this.activity.queued = <u16>queued;
    this.publishFresh(this.activity);
  }

  private nextQueued(): NetworkFetch | null {
    let next: NetworkFetch | null = null;
    for (let i = 0; i < this.fetches.length; i++) {
      const fetch = this.fetches[i];
      if (fetch.phase == FetchPhase.Queued && (next === null || fetch.priority > next.priority)) next = fetch;
    }
    return next;
  }

  private start(fetch: NetworkFetch): void {
    fetch.phase = FetchPhase.Running;
    fetch.number = this.nextNumber++;
    fetch.attempts++;
    const message = this.fetchStart;
    message.request = fetch.number;
    message.url = fetch.url;
    message.method = fetch.method;
    message.headers = fetch.headers;
    message.body = fetch.body;
    message.timeoutMs = fetch.timeoutMs;
    this.send(message);
    this.startTimer(fetch.number, fetch.timeoutMs + FETCH_GRACE_MS);
  }

  private fetchOf(number: u32): NetworkFetch | null {
    for (let i = 0; i < this.fetches.length; i++) if (this.fetches[i].number == number) return this.fetches[i];
    return null;
  }

  private replyOf(answer: NetworkFetched, attempts: u8): NetworkRequestReply {
    const reply = this.requestReply;
    reply.status = answer.status;
    reply.headers = answer.headers;
    reply.body = answer.body;
    reply.origin = ReplyOrigin.Network;
    reply.failure = answer.failure;
    reply.error = answer.error;
    reply.attempts = attempts;
    return reply;
  }

  private replyFrom(entry: CachedAnswer, origin: ReplyOrigin): NetworkRequestReply {
    const reply = this.replyOf(failed(FetchFailure.None), 0);
    reply.status = entry.status;
    reply.headers = entry.headers;
    reply.body = entry.body;
    reply.origin = origin;
    return reply;
  }
}

function failed(failure: FetchFailure): NetworkFetched {
  const answer = new NetworkFetched();
  answer.failure = failure;
  return answer;
}

function clamp(value: f64, low: f64, high: f64): u32 {
  return <u32>Math.floor(Math.min(Math.max(value, low), high));
}

/** Whether the answer is read from the cache and kept in it. */
function isKept(message: NetworkRequest): bool {
  if (message.method != HttpMethod.GET && message.method != HttpMethod.HEAD) return false;
  return message.body.length == 0 && (message.cache.maxAgeMs > 0 || message.cache.staleMs > 0);
}

/** A shared fetch does the most that any of its requesters asked for. */
function join(fetch: NetworkFetch, message: NetworkRequest): void {
  fetch.priority = max(fetch.priority, message.priority);
  fetch.retries = max(fetch.retries, <u8>min<i32>(message.retries, RETRIES_MAX));
  if (isKept(message)) fetch.keep = true;
}

function tokenOf(waiter: NetworkWaiter): RequestToken {
  return new RequestToken(waiter.source, waiter.request);
}

function placeOf(waiters: List<NetworkWaiter>, source: u16, request: u32): i32 {
  for (let i = 0; i < waiters.length; i++) if (waiters[i].source == source && waiters[i].request == request) return i;
  return -1;
}

function without(waiters: List<NetworkWaiter>, place: i32): List<NetworkWaiter> {
  const left = new List<NetworkWaiter>();
  for (let i = 0; i < waiters.length; i++) if (i != place) left.push(waiters[i]);
  return left;
}

start(new Network());
export * from './kit/exports';
