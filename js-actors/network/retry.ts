/** Whether a failed fetch is retried, and after how long. All in integers, so that both languages agree. */

import type { MessageOf } from '../../protocol/fields.js';
import type { network } from '../../protocol/generated/network.js';
import { RETRY_AFTER_MAX_SECONDS, RETRY_DELAY_MAX_MS } from '../../protocol/messages/network.js';
import { httpDateSeconds, NO_DATE } from './http-date.js';

export type Answer = Omit<MessageOf<typeof network, 'fetched'>, 'request'>;
type Method = MessageOf<typeof network, 'request'>['method'];

/** Doing it twice has the effect of doing it once (RFC 9110, 9.2.2). */
export const isIdempotent = (method: Method): boolean => method !== 'POST' && method !== 'PATCH';

/** Changes nothing at the server (RFC 9110, 9.2.1), so several requests may share one answer. */
export const isSafe = (method: Method): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

/** Whether the failure may pass by itself. */
export const mayPass = (answer: Answer): boolean =>
  answer.failure === 'unreachable' || answer.failure === 'timeout' || answer.status === 429 || answer.status >= 500;

/** Whether an attempt with an unsafe method may have changed something: not when it was refused or never sent. */
export function mayHaveChanged(answer: Answer): boolean {
  if (answer.failure !== 'none') return answer.failure !== 'invalid';
  return answer.status < 400 || answer.status >= 500;
}

/** The next state of a xorshift generator (Marsaglia 2003, 13-17-5), which is also the number drawn. Never 0 unless `state` is. */
export function nextRandom(state: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}

/**
 * Half of the exponential delay, plus a random part of the other half.
 * @param attempts so far, at least 1
 */
export function retryDelayMs(firstMs: number, attempts: number, random: number): number {
  let delayMs = firstMs;
  for (let i = 1; i < attempts && delayMs < RETRY_DELAY_MAX_MS; i++) delayMs *= 2;
  if (delayMs > RETRY_DELAY_MAX_MS) delayMs = RETRY_DELAY_MAX_MS;
  const half = delayMs >>> 1;
  return delayMs - half + (random % (half + 1));
}

/**
 * Seconds of the Retry-After header, at most RETRY_AFTER_MAX_SECONDS + 1; 0 when it is missing, unreadable, or a past date.
 * A date counts from the answer's own Date header, because a television's clock may be wrong, or else from `now`, in microseconds.
 */
export function retryAfterSeconds(answer: Answer, now: number): number {
  const value = headerOf(answer, 'retry-after');
  if (value === '') return 0;
  const seconds = decimal(value);
  if (seconds >= 0) return Math.min(seconds, RETRY_AFTER_MAX_SECONDS + 1);
  const nowSeconds = Math.floor(now / 1_000_000);
  const date = httpDateSeconds(value, nowSeconds);
  if (date === NO_DATE) return 0;
  const sent = httpDateSeconds(headerOf(answer, 'date'), nowSeconds);
  return Math.min(Math.max(date - (sent === NO_DATE ? nowSeconds : sent), 0), RETRY_AFTER_MAX_SECONDS + 1);
}

/** Value of the first header of this name; empty when there is none. */
function headerOf(answer: Answer, name: string): string {
  for (const header of answer.headers) if (header.name === name) return header.value;
  return '';
}

/** @returns -1 unless the text is all digits, and at most RETRY_AFTER_MAX_SECONDS * 10 + 9 for longer numbers */
function decimal(text: string): number {
  let seconds = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    if (seconds <= RETRY_AFTER_MAX_SECONDS) seconds = seconds * 10 + digit;
  }
  return seconds;
}
