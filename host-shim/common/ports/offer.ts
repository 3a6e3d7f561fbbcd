import { PortOverloadError } from '../../../actors/port.js';

/**
 * For what a port may leave out when its target cannot keep up.
 * @returns false when it was not sent, because too much of the port's output waits already
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
