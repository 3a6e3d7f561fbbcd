/** Adapts MessagePorts for links and drivers. MessagePort is an EventTarget in both Node and browsers, so one adapter serves both. */
import type { PortLike } from '../../bus/link.js';

/** The port starts when the link sets `onmessage`, so that no earlier message is lost. */
export function portLike(port: MessagePort): PortLike {
  let listener: ((data: unknown) => void) | null = null;
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer ?? []),
    get onmessage() {
      return listener;
    },
    set onmessage(next) {
      listener = next;
      port.onmessage = next && ((event: MessageEvent) => next(event.data));
    },
    close: () => port.close(),
  };
}
