import type { AfterTurn } from '../common/driver.js';

/** After the poll for messages and timers that are due. */
export const afterTurn: AfterTurn = (callback) => setImmediate(callback);
