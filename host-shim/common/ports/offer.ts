import { PortOverloadError } from '../../../actors/vm/port/port.js';

/** How long a port waits before it offers a message again that must not be lost. */
export const OFFER_AGAIN_MS = 10;

/**
 * Sends what a port sends by itself, whether or not its target keeps up.
 * @returns false when it was not sent because too much of the port's output waits already
 */
export function offer(send: () => void): boolean {
  try {
    send();
    return true;
  } catch (error) {
    if (error instanceof PortOverloadError) return false;
    throw error;
  }
}
