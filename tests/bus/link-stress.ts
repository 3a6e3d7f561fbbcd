/**
 * Ring and port between real threads: bursts of random size go to a worker and come back. Small links make both sides sleep and wait for
 * room all the time, so that a lost wake-up shows as a run that does not end.
 */
import { describe, expect, it } from 'vitest';
import type { LinkEnds } from '../../bus/link.js';
import { PortReader, PortWriter } from '../../bus/port-link.js';
import { Random } from '../../bus/random.js';
import { createRing, RingReader, RingWriter } from '../../bus/ring-link.js';
import { frameNumber, NUMBERED_BYTES_MIN, numberedFrame } from './frames.js';
import { adaptPort } from './links.js';

export interface EchoWorker {
  start(order: unknown, transfer: Transferable[]): void;
  /** Rejects when the worker fails. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

const FRAMES = 30_000;
const SEED = 20_261;

function openThere(kind: 'ring' | 'port', capacityBytes: number): { ends: LinkEnds; order: unknown; transfer: Transferable[] } {
  const there = new MessageChannel();
  const back = new MessageChannel();
  const near = [adaptPort(there.port1), adaptPort(back.port1)];
  const memory = [createRing(capacityBytes), createRing(capacityBytes)];
  const ends =
    kind === 'ring'
      ? { writer: new RingWriter(memory[0], near[0]), reader: new RingReader(memory[1], near[1]) }
      : { writer: new PortWriter(near[0], capacityBytes), reader: new PortReader(near[1], capacityBytes) };
  const far = [there.port2, back.port2].map((port, i) => (kind === 'ring' ? { memory: memory[i], port } : { port }));
  return { ends, order: { kind, capacityBytes, there: far[0], back: far[1] }, transfer: [there.port2, back.port2] };
}

/** Writes frames 0 to `count` in bursts, yields the thread between them, and checks that they come back in order. */
async function roundTrip({ writer, reader }: LinkEnds, count: number, sizeMax: number): Promise<{ wakings: number; waits: number }> {
  const random = new Random(SEED);
  let written = 0;
  let received = 0;
  let wakings = 0;
  let waits = 0;
  return new Promise((resolve, reject) => {
    const failing = (run: () => void) => (): void => {
      try {
        run();
      } catch (error) {
        reject(error as Error);
      }
    };
    const read = failing(() => {
      wakings++;
      do {
        reader.drain((bytes, at, length) => {
          const number = frameNumber(bytes, at, length);
          if (number !== received++) throw new Error(`frame ${number} came as number ${received - 1}`);
          return true;
        }, 50);
      } while (!reader.sleep());
      if (received === count) resolve({ wakings, waits });
    });
    const write = failing(() => {
      for (let burst = random.integer(200); burst > 0 && written < count; burst--) {
        const frame = numberedFrame(written, NUMBERED_BYTES_MIN + random.integer(sizeMax));
        if (!writer.write(frame, 0, frame.length)) {
          waits++;
          return;
        }
        written++;
        if (random.chance(0.1)) writer.flush();
      }
      writer.flush();
      if (written < count) setTimeout(write, 0);
    });
    reader.onFrames = read;
    writer.onRoom = write;
    read();
    write();
  });
}

export function linkStress(startWorker: () => EchoWorker): void {
  describe.each(['ring', 'port'] as const)('link between threads: %s', (kind) => {
    it.each([
      ['small frames in a small link', 2048, 100],
      ['frames of very different sizes', 16_384, 4000],
    ])('%s go to a worker and come back in order, none lost or doubled', async (_name, capacityBytes, sizeMax) => {
      const worker = startWorker();
      const { ends, order, transfer } = openThere(kind, capacityBytes);
      worker.start(order, transfer);
      const { wakings, waits } = await Promise.race([roundTrip(ends, FRAMES, sizeMax), worker.failed]);
      expect(ends.writer.stats.frames).toBe(FRAMES);
      expect(wakings).toBeGreaterThan(10);
      expect(waits).toBeGreaterThan(10);
      ends.writer.close();
      while (!ends.reader.closed) {
        await new Promise<void>((resolve) => {
          ends.reader.onFrames = resolve;
          if (!ends.reader.sleep()) resolve();
        });
      }
      await worker.stop();
    });
  });
}
