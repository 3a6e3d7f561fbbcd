/** The ring as a carrier of frames between two threads. A page without threads has none of it. */
import type { PortLike, RetainingReader, RetainingWriter } from '../../bus/link.js';
import { createRing, RingReader, RingWriter } from '../../bus/ring-link.js';

export interface Rings {
  /** @param bytes how large it may become @param startBytes how large it is at first */
  create(bytes: number, startBytes: number): SharedArrayBuffer;
  openReader(memory: SharedArrayBuffer, doorbell: PortLike): RetainingReader;
  openWriter(memory: SharedArrayBuffer, doorbell: PortLike): RetainingWriter;
}

export const rings: Rings = {
  create: createRing,
  openReader: (memory, doorbell) => new RingReader(memory, doorbell),
  openWriter: (memory, doorbell) => new RingWriter(memory, doorbell),
};
