/** Waits for something that may never come. */
import type { Timers } from './host.js';

/** @param late the error when there is no answer within `deadlineMs`; whatever comes then is ignored */
export function inTime<T>(timers: Timers, deadlineMs: number, answer: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = timers.set(deadlineMs, () => reject(late()));
    answer.then(resolve, reject).finally(() => timers.clear(timer));
  });
}
