import type { AfterTurn } from '../common/driver.js';

/** Calls back after the poll for messages and due timers. */
export const afterTurn: AfterTurn = (callback) => setImmediate(callback);

/** Calls back when no microtask is left. The event loop does not turn for it. */
export const afterMicrotasks: AfterTurn = (callback) => process.nextTick(callback);
