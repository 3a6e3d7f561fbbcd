/** The three links as the conformance suite opens them, each end on its own side of a real MessageChannel where it needs one. */
import {
  createRing,
  createThreadLink,
  type LinkEnds,
  type LinkWriter,
  type PortLike,
  PortReader,
  PortWriter,
  RingReader,
  RingWriter,
  type ThreadLink,
} from '../../bus/index.js';

export interface LinkKind {
  readonly name: 'ring' | 'port' | 'thread';
  /** True when the reader is rung only when it sleeps, and never by a batch as such. */
  readonly silentWhenAwake: boolean;
  open(capacityBytes?: number): LinkEnds;
  /** Whether what a writer has flushed is there when its thread is not. */
  readonly outlivesWriter: boolean;
  /** Both ends anew, after the thread of one was lost: the other lets go of its end in order. */
  reopen(former: LinkEnds, lost: 'writer' | 'reader', capacityBytes?: number): LinkEnds;
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

const ringMemory = new WeakMap<LinkWriter, SharedArrayBuffer>();

function openRing(memory: SharedArrayBuffer): LinkEnds {
  const { port1, port2 } = new MessageChannel();
  const writer = new RingWriter(memory, adaptPort(port1));
  ringMemory.set(writer, memory);
  return { writer, reader: new RingReader(memory, adaptPort(port2)) };
}

function openPort(capacityBytes?: number, unreleased?: readonly Uint8Array[]): LinkEnds {
  const { port1, port2 } = new MessageChannel();
  return { writer: new PortWriter(adaptPort(port1), capacityBytes, unreleased), reader: new PortReader(adaptPort(port2), capacityBytes) };
}

const ringLink: LinkKind = {
  name: 'ring',
  silentWhenAwake: true,
  outlivesWriter: true,
  open: (capacityBytes) => openRing(createRing(capacityBytes)),
  reopen(former, lost) {
    if (lost === 'reader') former.writer.detach();
    else former.reader.detach();
    return openRing(ringMemory.get(former.writer) as SharedArrayBuffer);
  },
};

const portLink: LinkKind = {
  name: 'port',
  silentWhenAwake: false,
  outlivesWriter: false,
  open: openPort,
  reopen(former, lost, capacityBytes) {
    if (lost === 'writer') {
      former.reader.detach();
      return openPort(capacityBytes);
    }
    former.writer.detach();
    return openPort(capacityBytes, former.writer.unreleased());
  },
};

const threadLink: LinkKind = {
  name: 'thread',
  silentWhenAwake: true,
  outlivesWriter: false,
  open: (capacityBytes) => createThreadLink({ seed: 1, capacityBytes, schedule: (_delayMicros, run) => void setTimeout(run, 0) }),
  // The ends themselves stay: it is the simulation that loses VMs, and they are in its one thread.
  reopen(former, lost) {
    const link = former as ThreadLink;
    if (lost === 'writer') link.clear();
    else link.rewind();
    link.writer.flush();
    return link;
  },
};

export const linkKinds: readonly LinkKind[] = [ringLink, portLink, threadLink];
