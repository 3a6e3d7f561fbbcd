/** Tests only of the ring: when it publishes, and that damaged memory ends the link with a typed error and nothing else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../bus/random.js';
import { createRing, RingReader, RingWriter } from '../../bus/ring-link.js';
import { DecodeError } from '../../protocol/errors.js';
import { expectEqual } from '../equal.js';
import { frameNumber, numberedFrame } from './frames.js';

const RING_BYTES = 1024;
/** Where a ring's records start in its memory. */
const HEADER_BYTES = 512;
const SEED = 20_261;

function filledRing(frameBytes: readonly number[]): { memory: SharedArrayBuffer; reader: RingReader; writer: RingWriter } {
  const memory = createRing(RING_BYTES);
  const writer = new RingWriter(memory, null);
  frameBytes.forEach((bytes, number) => void writer.write(numberedFrame(number, bytes), 0, bytes));
  writer.flush();
  return { memory, writer, reader: new RingReader(memory, null) };
}

describe('ring', () => {
  it('is a power of two, from 64 bytes to a gigabyte', () => {
    for (const bytes of [0, 32, 1000, -64, 2 ** 31]) expect(() => createRing(bytes)).toThrow(RangeError);
    expect(createRing(64).byteLength).toBe(HEADER_BYTES + 64);
  });

  describe('that is small at first', () => {
    const drainAll = (reader: RingReader) => {
      const numbers: number[] = [];
      reader.drain((bytes, at, length) => numbers.push(frameNumber(bytes, at, length)) > 0, 99);
      return numbers;
    };

    it('grows for a frame that is too large for it, once it is empty, and carries on in order', () => {
      const memory = createRing(4096, 128);
      const [writer, reader] = [new RingWriter(memory, null), new RingReader(memory, null)];
      expect(memory.byteLength).toBe(HEADER_BYTES + 128);
      expect(writer.write(numberedFrame(1, 60), 0, 60)).toBe(true);
      expect(writer.write(numberedFrame(2, 400), 0, 400)).toBe(false);
      expect(drainAll(reader)).toEqual([1]);
      expect(writer.write(numberedFrame(2, 400), 0, 400)).toBe(true);
      expect(memory.byteLength).toBe(HEADER_BYTES + 2048);
      expect(writer.write(numberedFrame(3, 60), 0, 60)).toBe(true);
      writer.flush();
      expect(drainAll(reader)).toEqual([2, 3]);
      for (let number = 0; number < 100; number++) {
        expect(writer.write(numberedFrame(number, 900), 0, 900)).toBe(true);
        writer.flush();
        expect(drainAll(reader)).toEqual([number]);
      }
    });

    it('waits for what is retained, which makes its reader crowded', () => {
      const memory = createRing(4096, 128);
      const [writer, reader] = [new RingWriter(memory, null), new RingReader(memory, null)];
      reader.retains = true;
      writer.write(numberedFrame(1, 24), 0, 24);
      writer.flush();
      expect(drainAll(reader)).toEqual([1]);
      expect(reader.crowded).toBe(false);
      expect(writer.write(numberedFrame(2, 400), 0, 400)).toBe(false);
      expect(reader.crowded).toBe(true);
      reader.release();
      expect(writer.write(numberedFrame(2, 400), 0, 400)).toBe(true);
    });

    it('goes on at its present size when new ends are attached', () => {
      const memory = createRing(4096, 128);
      new RingWriter(memory, null).write(numberedFrame(1, 400), 0, 400);
      const writer = new RingWriter(memory, null);
      expect(writer.write(numberedFrame(2, 400), 0, 400)).toBe(true);
      writer.flush();
      expect(drainAll(new RingReader(memory, null))).toEqual([2]);
      expect(() => writer.write(numberedFrame(3, 4104), 0, 4104)).toThrow(RangeError);
    });

    it('is whole from the beginning where shared memory does not grow', () => {
      expect(() => createRing(128, 4096)).toThrow(RangeError);
      expect(createRing(4096).growable).toBe(false);
    });
  });

  it.each([false, true])(
    'carries a frame as large as itself, once it is empty, and goes on in order; a reader that retains: %s',
    (retains) => {
      const memory = createRing(RING_BYTES);
      const [writer, reader] = [new RingWriter(memory, null), new RingReader(memory, null)];
      reader.retains = retains;
      const random = new Random(SEED);
      const taken: number[] = [];
      let refusals = 0;
      const read = () => {
        reader.drain((bytes, at, length) => taken.push(frameNumber(bytes, at, length)) > 0, 99);
        if (reader.crowded) reader.release();
      };
      for (let number = 0; number < 300; number++) {
        const bytes = number % 3 === 0 ? RING_BYTES - 8 * random.integer(RING_BYTES / 16) : 24 + random.integer(200);
        for (let tries = 0; !writer.write(numberedFrame(number, bytes), 0, bytes); tries++) {
          refusals++;
          expectEqual(tries < 3, true, `frame ${number} of ${bytes} bytes`);
          read();
        }
        writer.flush();
      }
      read();
      expect(taken).toEqual(Array.from({ length: 300 }, (_, number) => number));
      expect(refusals).toBeGreaterThan(100);
    },
  );

  it('shows written frames at the flush, not before', () => {
    const { writer, reader } = filledRing([]);
    writer.write(numberedFrame(0, 40), 0, 40);
    expect([reader.empty, reader.drain(() => true, 9)]).toEqual([true, 0]);
    writer.flush();
    expect([reader.empty, reader.drain(() => true, 9)]).toEqual([false, 1]);
  });

  it('shows written frames when a write finds no room, as they could never be drained otherwise', () => {
    const { writer, reader } = filledRing([]);
    let written = 0;
    while (writer.write(numberedFrame(written, 100), 0, 100)) written++;
    expect(reader.drain(() => true, 100)).toBe(written);
  });

  it('gives a batch of room back while it is drained', () => {
    const { writer, reader } = filledRing([300, 300, 300]);
    const accepted: boolean[] = [];
    reader.drain(() => {
      accepted.push(writer.write(numberedFrame(9, 300), 0, 300));
      return true;
    }, 3);
    expect(accepted).toEqual([false, true, true]);
  });

  it('goes on where the former ends stopped when new ones are attached', () => {
    const { memory, reader } = filledRing([40, 50, 60]);
    reader.drain(() => true, 1);
    const writer = new RingWriter(memory, null);
    writer.write(numberedFrame(3, 70), 0, 70);
    writer.flush();
    const numbers: number[] = [];
    new RingReader(memory, null).drain((bytes, at, length) => numbers.push(frameNumber(bytes, at, length)) > 0, 9);
    expect(numbers).toEqual([1, 2, 3]);
  });

  it.each([
    ['longer than a frame can be', 0x7fff_fff0, 'too long'],
    ['longer than the ring', RING_BYTES + 8, 'too long'],
    ['longer than what was published', 200, 'truncated'],
    ['a wrap with nothing after it', 0xffff_ffff, 'truncated'],
  ])('with a length %s: typed error, link closed', (_name, lengthField, problem) => {
    const { memory, reader, writer } = filledRing([40, 40]);
    new DataView(memory).setUint32(HEADER_BYTES + 40, lengthField, true);
    let taken = 0;
    const drain = (): number => reader.drain(() => ++taken > 0, 9);
    expect(drain).toThrow(DecodeError);
    expect(taken).toBe(1);
    expect([reader.closed, writer.closed, reader.empty, drain()]).toEqual([true, true, true, 0]);
    expect(writer.write(numberedFrame(0, 40), 0, 40)).toBe(false);
    const { memory: again, reader: second } = filledRing([40, 40]);
    new DataView(again).setUint32(HEADER_BYTES + 40, lengthField, true);
    expect(() => second.drain(() => true, 9)).toThrow(expect.objectContaining({ problem }));
  });

  it('with a wrap where the ring starts: typed error, not an endless search', () => {
    const { memory, reader } = filledRing([40, 40]);
    new DataView(memory).setInt32(HEADER_BYTES, -1, true);
    expect(() => reader.drain(() => true, 9)).toThrow(DecodeError);
  });

  it('with any bytes changed: frames within bounds or a typed error, and an end', () => {
    let damaged = 0;
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 8, max: 200 }), (seed, changes, sizeMax) => {
        const random = new Random(seed);
        const { memory, reader, writer } = filledRing(Array.from({ length: 12 }, () => 8 + random.integer(sizeMax)));
        // Half round once, so that a wrap lies in the ring.
        reader.drain(() => true, 6);
        for (let number = 0; number < 12; number++) writer.write(numberedFrame(number, 60), 0, 60);
        writer.flush();
        const data = new Uint8Array(memory, HEADER_BYTES);
        for (let i = 0; i < changes; i++) data[random.integer(RING_BYTES)] = random.integer(256);
        let taken = 0;
        try {
          reader.drain((bytes, at, length) => {
            if (at + length > bytes.length) expect.fail(`${length} bytes at ${at} of ${bytes.length}`);
            return ++taken > 0;
          }, 10_000);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          expectEqual(reader.closed, true);
          damaged++;
        }
        expectEqual(taken <= RING_BYTES / 8, true, `${taken} frames`);
      }),
      { seed: SEED, numRuns: 5000 },
    );
    expect(damaged).toBeGreaterThan(500);
  });
});

describe('a reader that retains, with all drained, whose writer finds no room', () => {
  function fullRing() {
    const memory = createRing(RING_BYTES);
    let ring = () => {};
    const doorbell = { postMessage: () => ring(), onmessage: null, close() {} };
    const readers = { onmessage: null as (() => void) | null, postMessage() {}, close() {} };
    ring = () => readers.onmessage?.();
    const writer = new RingWriter(memory, doorbell);
    const reader = new RingReader(memory, readers);
    reader.retains = true;
    for (let i = 0; i < 4; i++) writer.write(numberedFrame(i, 256), 0, 256);
    writer.flush();
    reader.drain(() => true, 9);
    const wait = () => expect(writer.write(numberedFrame(9, 256), 0, 256)).toBe(false);
    return { reader, wait };
  }

  it('is woken when it sleeps', () => {
    const { reader, wait } = fullRing();
    let woken = 0;
    reader.onFrames = () => woken++;
    expect([reader.crowded, reader.sleep()]).toEqual([false, true]);
    wait();
    expect([woken, reader.crowded]).toEqual([1, true]);
  });

  it('does not go to sleep before it has said so', () => {
    const { reader, wait } = fullRing();
    expect(reader.crowded).toBe(false);
    wait();
    expect([reader.sleep(), reader.crowded, reader.sleep()]).toEqual([false, true, true]);
  });
});
