import type { AfterTurn } from '../common/driver.js';

const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];
port1.onmessage = () => waiting.shift()?.();

/** By a message to oneself: a browser's timers would wait four milliseconds. */
export const afterTurn: AfterTurn = (callback) => {
  waiting.push(callback);
  port2.postMessage(null);
};
