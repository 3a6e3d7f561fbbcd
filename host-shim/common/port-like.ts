/** MessagePorts as links and drivers want them: the same object in Node and in browsers, whose MessagePort is an EventTarget in both. */
import type { PortLike } from '../../bus/link.js';

/** The port starts when the link sets `onmessage`, so that nothing that came before is lost. */
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
