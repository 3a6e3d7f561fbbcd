/** When a failed fetch is worth another try, and after how long. All in 32-bit integers, so that both languages agree. */
import type { network } from '../../protocol/generated/network.js';
import { RETRY_AFTER_MAX_SECONDS, RETRY_DELAY_MAX_MS } from '../../protocol/limits.js';
import type { MessageOf } from '../../protocol/schema.js';

export type Answer = Omit<MessageOf<typeof network, 'fetched'>, 'request'>;
type Method = MessageOf<typeof network, 'request'>['method'];

/** Doing it twice is doing it once (RFC 9110, 9.2.2). */
export const isIdempotent = (method: Method): boolean => method !== 'POST' && method !== 'PATCH';

/** It changes nothing at the server (RFC 9110, 9.2.1), so that several may share one answer. */
export const isSafe = (method: Method): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

/** A failure that may pass by itself. */
export const mayPass = (answer: Answer): boolean =>
  answer.failure === 'unreachable' || answer.failure === 'timeout' || answer.status === 429 || answer.status >= 500;

/** The next state of a xorshift generator (Marsaglia 2003, 13-17-5), which is also the number drawn. Never 0 when `state` is not. */
export function nextRandom(state: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}

/**
 * Half of the exponential delay for certain, and a random part of the other half.
 * @param attempts tries so far, at least 1
 */
export function retryDelayMs(firstMs: number, attempts: number, random: number): number {
  let delayMs = firstMs;
  for (let i = 1; i < attempts && delayMs < RETRY_DELAY_MAX_MS; i++) delayMs *= 2;
  if (delayMs > RETRY_DELAY_MAX_MS) delayMs = RETRY_DELAY_MAX_MS;
  const half = delayMs >>> 1;
  return delayMs - half + (random % (half + 1));
}

/** Seconds of the Retry-After header; 0 when there is none or it is a date, RETRY_AFTER_MAX_SECONDS + 1 for all that is longer. */
export function retryAfterSeconds(answer: Answer): number {
  const header = answer.headers.find((candidate) => candidate.name === 'retry-after');
  if (header === undefined) return 0;
  let seconds = 0;
  for (let i = 0; i < header.value.length; i++) {
    const digit = header.value.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return 0;
    if (seconds <= RETRY_AFTER_MAX_SECONDS) seconds = seconds * 10 + digit;
  }
  return Math.min(seconds, RETRY_AFTER_MAX_SECONDS + 1);
}
