/** The three links as the conformance suite opens them, each end on its own side of a real MessageChannel where it needs one. */
import {
  createRing,
  createThreadLink,
  type LinkEnds,
  type PortLike,
  PortReader,
  PortWriter,
  RingReader,
  RingWriter,
} from '../../bus/index.js';

export interface LinkKind {
  readonly name: 'ring' | 'port' | 'thread';
  /** True when the reader is rung only when it sleeps, and never by a batch as such. */
  readonly silentWhenAwake: boolean;
  open(capacityBytes?: number): LinkEnds;
  /** Both ends anew on the same memory, after their threads were lost. */
  reopen?(lost: LinkEnds): LinkEnds;
}

export function adaptPort(port: MessagePort): PortLike {
  const adapted: PortLike = {
    postMessage: (message, transfer = []) => port.postMessage(message, transfer),
    onmessage: null,
    close: () => port.close(),
  };
  port.onmessage = (event) => adapted.onmessage?.(event.data);
  return adapted;
}

const ringLink: LinkKind = {
  name: 'ring',
  silentWhenAwake: true,
  open(capacityBytes) {
    const memory = createRing(capacityBytes);
    const { port1, port2 } = new MessageChannel();
    return { writer: new RingWriter(memory, adaptPort(port1)), reader: new RingReader(memory, adaptPort(port2)) };
  },
};

const portLink: LinkKind = {
  name: 'port',
  silentWhenAwake: false,
  open(capacityBytes) {
    const { port1, port2 } = new MessageChannel();
    return { writer: new PortWriter(adaptPort(port1), capacityBytes), reader: new PortReader(adaptPort(port2), capacityBytes) };
  },
};

const threadLink: LinkKind = {
  name: 'thread',
  silentWhenAwake: true,
  open(capacityBytes) {
    return createThreadLink({ seed: 1, capacityBytes, schedule: (_delayMicros, run) => void setTimeout(run, 0) });
  },
};

export const linkKinds: readonly LinkKind[] = [ringLink, portLink, threadLink];
