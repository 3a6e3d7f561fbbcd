import type { AfterTurn } from '../common/driver.js';

const waiting: (() => void)[] = [];
let doorbell: MessagePort | null = null;

/** Opened at the first use, so that importing this module opens nothing. */
function openDoorbell(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => waiting.shift()?.();
  return port2;
}

/** Posts a message to itself: a browser's timers would wait four milliseconds. */
export const afterTurn: AfterTurn = (callback) => {
  waiting.push(callback);
  doorbell ??= openDoorbell();
  doorbell.postMessage(null);
};
