/**
 * The links as the conformance suites open them: the ring and the message port, each end on its own side of a real MessageChannel, and both
 * again as the simulation has them, with messages that are delayed from a seed.
 */

import type { LinkEnds, LinkWriter, PortLike } from '../../bus/link.js';
import { PortReader, PortWriter } from '../../bus/port-link.js';
import { Random } from '../../bus/random.js';
import { createRing, RingReader, RingWriter } from '../../bus/ring-link.js';
import { createDirection, SeededLink } from '../../host-shim/sim/transport.js';

export interface LinkKind {
  readonly name: 'ring' | 'port' | 'seeded ring' | 'seeded port';
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

/** Both ends of one direction. @param memory null where it is not shared */
function openSeeded(memory: SharedArrayBuffer | null, capacityBytes?: number, unreleased: readonly Uint8Array[] = []): LinkEnds {
  const delay = { minMicros: 0, maxMicros: 0 };
  const carriage = { random: new Random(1), schedule: (_delayMicros: number, run: () => void) => void setTimeout(run, 0), delay };
  const there = createDirection(memory, carriage);
  const back = createDirection(memory && createRing(), carriage);
  const { writer } = new SeededLink(back, there, unreleased, capacityBytes);
  const { reader } = new SeededLink(there, back, [], capacityBytes);
  if (memory) ringMemory.set(writer, memory);
  return { writer, reader };
}

const seededRing: LinkKind = {
  ...ringLink,
  name: 'seeded ring',
  open: (capacityBytes) => openSeeded(createRing(capacityBytes)),
  reopen(former, lost) {
    if (lost === 'reader') former.writer.detach();
    else former.reader.detach();
    return openSeeded(ringMemory.get(former.writer) as SharedArrayBuffer);
  },
};

const seededPort: LinkKind = {
  ...portLink,
  name: 'seeded port',
  open: (capacityBytes) => openSeeded(null, capacityBytes),
  reopen(former, lost, capacityBytes) {
    if (lost === 'writer') {
      former.reader.detach();
      return openSeeded(null, capacityBytes);
    }
    former.writer.detach();
    return openSeeded(null, capacityBytes, former.writer.unreleased());
  },
};

/** Those of the platforms. */
export const platformLinks: readonly LinkKind[] = [ringLink, portLink];
export const linkKinds: readonly LinkKind[] = [...platformLinks, seededRing, seededPort];
