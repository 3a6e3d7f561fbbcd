/** When a failed fetch is worth another try, and after how long. All in 32-bit integers, so that both languages agree. */
import { FetchFailure, HttpMethod, NetworkFetched } from '../../protocol/generated/assembly/network';
import { RETRY_AFTER_MAX_SECONDS, RETRY_DELAY_MAX_MS } from '../../protocol/limits';

const DELAY_MAX_MS: u32 = RETRY_DELAY_MAX_MS;

/** Doing it twice is doing it once (RFC 9110, 9.2.2). */
export function isIdempotent(method: HttpMethod): bool {
  return method != HttpMethod.POST && method != HttpMethod.PATCH;
}

/** It changes nothing at the server (RFC 9110, 9.2.1), so that several may share one answer. */
export function isSafe(method: HttpMethod): bool {
  return method == HttpMethod.GET || method == HttpMethod.HEAD || method == HttpMethod.OPTIONS;
}

/** A failure that may pass by itself. */
export function mayPass(answer: NetworkFetched): bool {
  const failure = answer.failure;
  return failure == FetchFailure.Unreachable || failure == FetchFailure.Timeout || answer.status == 429 || answer.status >= 500;
}

/** The next state of a xorshift generator (Marsaglia 2003, 13-17-5), which is also the number drawn. Never 0 when `state` is not. */
export function nextRandom(state: u32): u32 {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

/**
 * Half of the exponential delay for certain, and a random part of the other half.
 * @param attempts tries so far, at least 1
 */
export function retryDelayMs(firstMs: u32, attempts: u8, random: u32): u32 {
  let delayMs = firstMs;
  for (let i: u8 = 1; i < attempts && delayMs < DELAY_MAX_MS; i++) delayMs *= 2;
  if (delayMs > DELAY_MAX_MS) delayMs = DELAY_MAX_MS;
  const half = delayMs >> 1;
  return delayMs - half + (random % (half + 1));
}

/** Seconds of the Retry-After header; 0 when there is none or it is a date, RETRY_AFTER_MAX_SECONDS + 1 for all that is longer. */
export function retryAfterSeconds(answer: NetworkFetched): u32 {
  for (let i = 0; i < answer.headers.length; i++) {
    const header = answer.headers[i];
    if (header.name.text == 'retry-after') return secondsOf(header.value.text);
  }
  return 0;
}

function secondsOf(text: string): u32 {
  let seconds: i32 = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return 0;
    if (seconds <= RETRY_AFTER_MAX_SECONDS) seconds = seconds * 10 + digit;
  }
  return min(seconds, RETRY_AFTER_MAX_SECONDS + 1);
}
