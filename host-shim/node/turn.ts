import type { AfterTurn } from '../common/driver.js';

/** Calls back after the poll for messages and due timers. */
export const afterTurn: AfterTurn = (callback) => setImmediate(callback);
