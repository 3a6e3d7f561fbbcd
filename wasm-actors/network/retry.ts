/** Whether a failed fetch is retried, and after how long. All in integers, so that both languages agree. */
import {
  FetchFailure,
  HttpMethod,
  NetworkFetched,
  RETRY_AFTER_MAX_SECONDS,
  RETRY_DELAY_MAX_MS,
} from '../../protocol/generated/assembly/network';
import { httpDateSeconds, NO_DATE } from './http-date';

const DELAY_MAX_MS: u32 = RETRY_DELAY_MAX_MS;

/** Doing it twice has the effect of doing it once (RFC 9110, 9.2.2). */
export function isIdempotent(method: HttpMethod): bool {
  return method != HttpMethod.POST && method != HttpMethod.PATCH;
}

/** Changes nothing at the server (RFC 9110, 9.2.1), so several requests may share one answer. */
export function isSafe(method: HttpMethod): bool {
  return method == HttpMethod.GET || method == HttpMethod.HEAD || method == HttpMethod.OPTIONS;
}

/** Whether the failure may pass by itself. */
export function mayPass(answer: NetworkFetched): bool {
  const failure = answer.failure;
  return failure == FetchFailure.Unreachable || failure == FetchFailure.Timeout || answer.status == 429 || answer.status >= 500;
}

/** Whether an attempt with an unsafe method may have changed something: not when it was refused or never sent. */
export function mayHaveChanged(answer: NetworkFetched): bool {
  if (answer.failure != FetchFailure.None) return answer.failure != FetchFailure.Invalid;
  return answer.status < 400 || answer.status >= 500;
}

/** The next state of a xorshift generator (Marsaglia 2003, 13-17-5), which is also the number drawn. Never 0 unless `state` is. */
export function nextRandom(state: u32): u32 {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

/**
 * Half of the exponential delay, plus a random part of the other half.
 * @param attempts so far, at least 1
 */
export function retryDelayMs(firstMs: u32, attempts: u8, random: u32): u32 {
  let delayMs = firstMs;
  for (let i: u8 = 1; i < attempts && delayMs < DELAY_MAX_MS; i++) delayMs *= 2;
  if (delayMs > DELAY_MAX_MS) delayMs = DELAY_MAX_MS;
  const half = delayMs >> 1;
  return delayMs - half + (random % (half + 1));
}

/**
 * Seconds of the Retry-After header, at most RETRY_AFTER_MAX_SECONDS + 1; 0 when it is missing, unreadable, or a past date.
 * A date counts from the answer's own Date header, because a television's clock may be wrong, or else from `now`, in microseconds.
 */
export function retryAfterSeconds(answer: NetworkFetched, now: u64): u32 {
  const value = headerOf(answer, 'retry-after');
  if (value == '') return 0;
  const seconds = decimal(value);
  if (seconds >= 0) return min(seconds, RETRY_AFTER_MAX_SECONDS + 1);
  const nowSeconds = <i64>(now / 1_000_000);
  const date = httpDateSeconds(value, nowSeconds);
  if (date == NO_DATE) return 0;
  const sent = httpDateSeconds(headerOf(answer, 'date'), nowSeconds);
  return <u32>min<i64>(max<i64>(date - (sent == NO_DATE ? nowSeconds : sent), 0), RETRY_AFTER_MAX_SECONDS + 1);
}

/** Value of the first header of this name; empty when there is none. */
function headerOf(answer: NetworkFetched, name: string): string {
  for (let i = 0; i < answer.headers.length; i++) if (answer.headers[i].name.text == name) return answer.headers[i].value.text;
  return '';
}

/** @returns -1 unless the text is all digits, and at most RETRY_AFTER_MAX_SECONDS * 10 + 9 for longer numbers */
function decimal(text: string): i32 {
  let seconds: i32 = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    if (seconds <= RETRY_AFTER_MAX_SECONDS) seconds = seconds * 10 + digit;
  }
  return seconds;
}
