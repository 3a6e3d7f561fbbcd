/**
 * The transport of frames in one direction between two threads, before it is opened as a link: shared memory with a doorbell port, or
 * a message port alone. It is plain data, so that the control plane can hand each end to its VM; its ports are transferred.
 */
import type { RetainingReader, RetainingWriter } from '../../bus/link.js';
import { PortReader, PortWriter } from '../../bus/port-link.js';
import { RING_BYTES } from '../../protocol/limits.js';
import { portLike } from './port-like.js';
import type { Rings } from './rings.js';

export type Transport =
  | { readonly carrier: 'ring'; readonly memory: SharedArrayBuffer; readonly port: MessagePort }
  | { readonly carrier: 'port'; readonly port: MessagePort };

/** One VM's ends of both directions to a peer. */
export interface TransportPair {
  readonly incoming: Transport;
  readonly outgoing: Transport;
  /** Whether nothing of a former link counts: one of the two VMs was started afresh, and knows nothing of what it was sent before. */
  readonly fresh?: boolean;
}

/** @returns the ends of one direction: `outgoing` is the sender's, `incoming` the receiver's */
function createDirection(memory: SharedArrayBuffer | null): TransportPair {
  const { port1, port2 } = new MessageChannel();
  if (!memory) return { outgoing: { carrier: 'port', port: port1 }, incoming: { carrier: 'port', port: port2 } };
  return { outgoing: { carrier: 'ring', memory, port: port1 }, incoming: { carrier: 'ring', memory, port: port2 } };
}

/** Memory of the rings of both directions, empty or with their frames; null where memory cannot be shared. */
export interface RingMemories {
  readonly there: SharedArrayBuffer | null;
  readonly back: SharedArrayBuffer | null;
  /** As that of `TransportPair`. */
  readonly fresh: boolean;
}

/** @returns for each of the two VMs its ends of both directions */
export function createTransports(memories: RingMemories): readonly [TransportPair, TransportPair] {
  const { fresh } = memories;
  const there = createDirection(memories.there);
  const back = createDirection(memories.back);
  return [
    { outgoing: there.outgoing, incoming: back.incoming, fresh },
    { outgoing: back.outgoing, incoming: there.incoming, fresh },
  ];
}

export const portsOf = (pair: TransportPair): MessagePort[] => [pair.incoming.port, pair.outgoing.port];

export function closeTransports(pair: TransportPair): void {
  for (const port of portsOf(pair)) port.close();
}

/**
 * Opens the ends that a VM was attached with.
 * @param unreleased frames that the peer's former incarnation had not released
 * @param rings undefined where no VM is in a thread of its own, and so no carrier is a ring
 */
export function openLink({ incoming, outgoing, fresh = false }: TransportPair, unreleased: readonly Uint8Array[], rings?: Rings) {
  const [from, to] = [portLike(incoming.port), portLike(outgoing.port)];
  const reader: RetainingReader = incoming.carrier === 'ring' ? rings!.openReader(incoming.memory, from) : new PortReader(from);
  const writer: RetainingWriter =
    outgoing.carrier === 'ring' ? rings!.openWriter(outgoing.memory, to) : new PortWriter(to, RING_BYTES, fresh ? [] : unreleased);
  return { reader, writer };
}
