/** The contract of a link, as in bus/link.ts: one suite, run for every implementation in Node and in Chromium. */
import { afterEach, describe, expect, it } from 'vitest';
import type { LinkEnds } from '../../bus/index.js';
import { Random } from '../../bus/index.js';
import { FRAME_BYTES_MAX } from '../../protocol/limits.js';
import { NUMBERED_BYTES_MIN, numberedFrame } from './frames.js';
import { fill, numbersIn, readAll, settle, take, upTo, woken, writeAll } from './link-ends.js';
import type { LinkKind } from './links.js';

const SMALL_BYTES = 4096;

export function linkConformance(kind: LinkKind): void {
  const opened: LinkEnds[] = [];
  const open = (capacityBytes?: number): LinkEnds => {
    const link = kind.open(capacityBytes);
    opened.push(link);
    return link;
  };

  describe(`link: ${kind.name}`, () => {
    afterEach(() => {
      for (const { writer, reader } of opened.splice(0)) {
        writer.close();
        reader.close();
      }
    });

    it('carries frames of every size up to the largest, in order, none lost or doubled', async () => {
      const { writer, reader } = open();
      const sizes = upTo(2048).map((i) => NUMBERED_BYTES_MIN + i);
      for (let bytes = 4096; bytes < FRAME_BYTES_MAX; bytes *= 2) sizes.push(bytes - 1, bytes, bytes + 1);
      sizes.push(FRAME_BYTES_MAX - 1, FRAME_BYTES_MAX);
      const writing = writeAll(
        writer,
        sizes.map((bytes, number) => numberedFrame(number, bytes)),
      );
      expect(await readAll(reader, sizes.length)).toEqual(upTo(sizes.length));
      await writing;
      expect(reader.empty).toBe(true);
      expect(writer.stats.frames).toBe(sizes.length);
      expect(writer.stats.bytes).toBe(sizes.reduce((sum, bytes) => sum + bytes, 0));
    });

    it('carries a frame of the length field alone', async () => {
      const { writer, reader } = open();
      writer.write(new Uint8Array(4), 0, 4);
      writer.flush();
      await woken(reader);
      const lengths: number[] = [];
      reader.drain((_bytes, _at, length) => lengths.push(length) > 0, 10);
      expect(lengths).toEqual([4]);
    });

    it('goes round a small link many times, with frames read out of the middle of a buffer', async () => {
      const { writer, reader } = open(SMALL_BYTES);
      const random = new Random(7);
      const count = 3000;
      const frames = upTo(count).map((number) => {
        const at = random.integer(9);
        const frame = numberedFrame(number, NUMBERED_BYTES_MIN + random.integer(random.chance(0.1) ? 1700 : 120));
        const buffer = new Uint8Array(at + frame.length);
        buffer.set(frame, at);
        return buffer.subarray(at);
      });
      const writing = writeAll(writer, frames);
      expect(await readAll(reader, count)).toEqual(upTo(count));
      await writing;
      expect(writer.stats.refused).toBeGreaterThan(0);
    });

    it('copies what is written: the sender may reuse its buffer at once', async () => {
      const { writer, reader } = open();
      const buffer = new Uint8Array(256);
      for (let number = 0; number < 3; number++) {
        buffer.set(numberedFrame(number, 64), 100);
        writer.write(buffer, 100, 64);
        buffer.fill(0xee);
      }
      writer.flush();
      expect(await readAll(reader, 3)).toEqual([0, 1, 2]);
    });

    it('refuses a write without room, and calls onRoom once when room has come', async () => {
      const { writer, reader } = open(SMALL_BYTES);
      let calls = 0;
      writer.onRoom = () => calls++;
      const accepted = fill(writer, 100);
      expect(accepted).toBeGreaterThan(4);
      expect(accepted * 100).toBeLessThanOrEqual(SMALL_BYTES);
      expect(writer.write(numberedFrame(accepted, 100), 0, 100)).toBe(false);
      expect(writer.stats).toMatchObject({ frames: accepted, bytes: accepted * 100, refused: 2 });
      await settle();
      expect(calls).toBe(0);
      const room = new Promise<void>((resolve) => {
        writer.onRoom = () => {
          calls++;
          resolve();
        };
      });
      expect(await readAll(reader, accepted)).toEqual(upTo(accepted));
      await room;
      expect(writer.write(numberedFrame(accepted, 100), 0, 100)).toBe(true);
      writer.flush();
      expect(await readAll(reader, 1)).toEqual([accepted]);
      await settle();
      expect(calls).toBe(1);
    });

    it('says whether all was drained that had been flushed at a position, also round a small link', async () => {
      const { writer, reader } = open(SMALL_BYTES);
      expect(reader.reached(writer.position)).toBe(true);
      for (let number = 0; number < 45; number += 3) {
        await writeAll(
          writer,
          [0, 1, 2].map((i) => numberedFrame(number + i, 300)),
        );
        const { position } = writer;
        expect(writer.write(numberedFrame(number, 40), 0, 40)).toBe(true);
        expect(writer.position).toBe(position);
        expect(await readAll(reader, 2, 1)).toEqual([number, number + 1]);
        expect(reader.reached(position)).toBe(false);
        expect(await readAll(reader, 1, 1)).toEqual([number + 2]);
        expect(reader.reached(position)).toBe(true);
        writer.flush();
        expect(reader.reached(writer.position)).toBe(false);
        expect(await readAll(reader, 1)).toEqual([number]);
        expect(reader.reached(writer.position)).toBe(true);
        await settle();
      }
    });

    it('never calls onRoom when no write was refused', async () => {
      const { writer, reader } = open(SMALL_BYTES);
      let calls = 0;
      writer.onRoom = () => calls++;
      for (let number = 0; number < 40; number++) {
        expect(writer.write(numberedFrame(number, 200), 0, 200)).toBe(true);
        writer.flush();
        await readAll(reader, 1);
        if (number % 4 === 3) await settle();
      }
      expect(calls).toBe(0);
    });

    it('always takes a frame of half the link when the link is empty, wherever it stands', async () => {
      const { writer, reader } = open(SMALL_BYTES);
      const large = SMALL_BYTES / 2 - 256;
      for (let number = 0; number < 60; number += 2) {
        const writing = writeAll(writer, [numberedFrame(number, large), numberedFrame(number + 1, 24 + number)]);
        expect(await readAll(reader, 2)).toEqual([number, number + 1]);
        await writing;
      }
    });

    it('throws for a frame that it can never carry or whose length field is wrong, and goes on', async () => {
      const { writer, reader } = open(SMALL_BYTES);
      expect(() => writer.write(numberedFrame(0, SMALL_BYTES), 0, SMALL_BYTES)).toThrow(RangeError);
      expect(() => writer.write(numberedFrame(0, 64), 0, 60)).toThrow(RangeError);
      const { writer: large } = open();
      expect(() => large.write(numberedFrame(0, FRAME_BYTES_MAX + 1), 0, FRAME_BYTES_MAX + 1)).toThrow(RangeError);
      writer.write(numberedFrame(5, 64), 0, 64);
      writer.flush();
      expect(await readAll(reader, 1)).toEqual([5]);
    });

    it('leaves a frame that the sink refuses, or that it throws at, for the next drain', async () => {
      const { writer, reader } = open();
      await writeAll(
        writer,
        upTo(3).map((number) => numberedFrame(number, 40)),
      );
      await woken(reader);
      let seen = 0;
      expect(reader.drain(() => seen++ < 1, 10)).toBe(1);
      expect(seen).toBe(2);
      expect(reader.empty).toBe(false);
      const error = new Error('sink');
      expect(() =>
        reader.drain(() => {
          throw error;
        }, 10),
      ).toThrow(error);
      expect(await readAll(reader, 2)).toEqual([1, 2]);
    });

    it('takes no more than framesMax', async () => {
      const { writer, reader } = open();
      await writeAll(
        writer,
        upTo(5).map((number) => numberedFrame(number, 40)),
      );
      await woken(reader);
      expect([reader.drain(take, 2), reader.drain(take, 0), reader.drain(take, 9), reader.drain(take, 9)]).toEqual([2, 0, 3, 0]);
      expect(reader.empty).toBe(true);
    });

    it('that retains: room comes when it is released, not when it is drained', async () => {
      const { writer, reader } = open(SMALL_BYTES);
      reader.retains = true;
      let calls = 0;
      writer.onRoom = () => calls++;
      const accepted = fill(writer, 100);
      expect(reader.crowded).toBe(false);
      expect(await readAll(reader, accepted)).toEqual(upTo(accepted));
      expect(reader.crowded).toBe(true);
      await settle();
      expect(calls).toBe(0);
      expect(writer.write(numberedFrame(accepted, 100), 0, 100)).toBe(false);
      const room = new Promise<void>((resolve) => {
        writer.onRoom = resolve;
      });
      reader.release();
      await room;
      expect(reader.crowded).toBe(false);
      expect(writer.write(numberedFrame(accepted, 100), 0, 100)).toBe(true);
    });

    it('that retains: a mark releases what was drained before it, and nothing twice', async () => {
      const { writer, reader } = open(SMALL_BYTES);
      reader.retains = true;
      const accepted = fill(writer, 100);
      await readAll(reader, accepted - 1, 1);
      const release = reader.mark();
      await readAll(reader, 1);
      const room = new Promise<void>((resolve) => {
        writer.onRoom = resolve;
      });
      release();
      release();
      await room;
      expect(reader.crowded).toBe(false);
      const again = fill(writer, 100);
      expect(again).toBeLessThan(accepted);
      expect(await readAll(reader, again)).toEqual(upTo(again));
    });

    it('ends one end only when that is detached, and refuses what comes to it', async () => {
      const { writer, reader } = open();
      await writeAll(writer, [numberedFrame(0, 40)]);
      writer.detach();
      expect([writer.closed, writer.write(numberedFrame(1, 40), 0, 40)]).toEqual([true, false]);
      expect(await readAll(reader, 1)).toEqual([0]);
      reader.detach();
      expect([reader.closed, reader.drain(take, 9)]).toEqual([true, 0]);
    });

    it('whose reader is lost: what was not released comes again, in order, and what is written next behind it', async () => {
      const link = open();
      const { writer, reader } = link;
      reader.retains = true;
      const write = (...numbers: number[]) =>
        writeAll(
          writer,
          numbers.map((number) => numberedFrame(number, 40)),
        );
      await write(0, 1);
      expect(await readAll(reader, 2)).toEqual([0, 1]);
      reader.release();
      reader.sleep();
      await settle();
      await write(2, 3, 4);
      expect(await readAll(reader, 2, 2)).toEqual([2, 3]);
      writer.write(numberedFrame(5, 40), 0, 40);
      const next = kind.reopen(link, 'reader');
      opened.push(next);
      await writeAll(next.writer, [numberedFrame(6, 40)]);
      expect(await readAll(next.reader, 5)).toEqual([2, 3, 4, 5, 6]);
      await settle();
      expect(next.reader.empty).toBe(true);
    });

    it('whose reader is lost: what was not released takes its room until it is', async () => {
      const link = open(SMALL_BYTES);
      link.reader.retains = true;
      const accepted = fill(link.writer, 100);
      await readAll(link.reader, accepted);
      const next = kind.reopen(link, 'reader', SMALL_BYTES);
      opened.push(next);
      next.reader.retains = true;
      // A port's batches cost as well, and what comes again comes in fewer of them.
      const all = fill(next.writer, 100, accepted);
      expect(all * 100).toBeLessThanOrEqual(SMALL_BYTES);
      const room = new Promise<void>((resolve) => {
        next.writer.onRoom = resolve;
      });
      expect(await readAll(next.reader, all)).toEqual(upTo(all));
      next.reader.release();
      await room;
      await writeAll(next.writer, [numberedFrame(all, 100)]);
      expect(await readAll(next.reader, 1)).toEqual([all]);
    });

    it('whose writer is lost: what it had flushed comes all or not at all, and what it had not never does', async () => {
      const link = open();
      const { writer, reader } = link;
      reader.retains = true;
      await writeAll(
        writer,
        [0, 1, 2].map((number) => numberedFrame(number, 40)),
      );
      expect(await readAll(reader, 1, 1)).toEqual([0]);
      reader.release();
      if (kind.name !== 'thread') writer.write(numberedFrame(3, 40), 0, 40);
      const next = kind.reopen(link, 'writer');
      opened.push(next);
      await writeAll(next.writer, [numberedFrame(4, 40)]);
      const expected = kind.outlivesWriter ? [1, 2, 4] : [4];
      expect(await readAll(next.reader, expected.length)).toEqual(expected);
      await settle();
      expect(next.reader.empty).toBe(true);
    });

    it('gives what was flushed and not released to whoever opens the writer anew, unless the link itself outlives it', async () => {
      const { writer, reader } = open();
      reader.retains = true;
      const numbersLeft = (): number[] => numbersIn(writer.unreleased());
      await writeAll(
        writer,
        [0, 1].map((number) => numberedFrame(number, 40)),
      );
      await readAll(reader, 2);
      expect(numbersLeft()).toEqual(kind.outlivesWriter ? [] : [0, 1]);
      reader.release();
      reader.sleep();
      await settle();
      await writeAll(writer, [numberedFrame(2, 70_000), numberedFrame(3, 40)]);
      expect(numbersLeft()).toEqual(kind.outlivesWriter ? [] : [2, 3]);
      writer.close();
      expect(numbersLeft()).toEqual(kind.outlivesWriter ? [] : [2, 3]);
    });

    it('shows what was flushed and not released, whoever keeps it, also round a small link', async () => {
      const { writer, reader } = open(SMALL_BYTES);
      reader.retains = true;
      for (let number = 0; number < 45; number += 3) {
        const numbers = [number, number + 1, number + 2];
        await writeAll(
          writer,
          numbers.map((each) => numberedFrame(each, 300)),
        );
        expect(numbersIn(writer.pending())).toEqual(numbers);
        expect(await readAll(reader, 3)).toEqual(numbers);
        expect(numbersIn(writer.pending())).toEqual(numbers);
        reader.release();
        reader.sleep();
        await settle();
        expect(writer.pending()).toEqual([]);
      }
    });

    it('shows its reader how far it was written', async () => {
      const { writer, reader } = open();
      expect(reader.reached(reader.published)).toBe(true);
      for (let number = 0; number < 6; number += 2) {
        await writeAll(
          writer,
          [number, number + 1].map((each) => numberedFrame(each, 40)),
        );
        await woken(reader);
        const { published } = reader;
        expect(await readAll(reader, 1, 1)).toEqual([number]);
        expect(reader.reached(published)).toBe(false);
        expect(await readAll(reader, 1, 1)).toEqual([number + 1]);
        expect(reader.reached(published)).toBe(true);
      }
    });

    it('does not let a reader sleep while frames wait', async () => {
      const { writer, reader } = open();
      await writeAll(writer, [numberedFrame(0, 40)]);
      await woken(reader);
      expect(reader.sleep()).toBe(false);
      reader.drain(take, 1);
      expect(reader.sleep()).toBe(true);
    });

    it('wakes a sleeping reader once, and an awake one never', async () => {
      const { writer, reader } = open();
      let calls = 0;
      const send = (): Promise<void> => writeAll(writer, [numberedFrame(0, 40)]);
      reader.onFrames = () => calls++;
      await send();
      await settle();
      expect(calls).toBe(0);
      if (kind.silentWhenAwake) expect(writer.stats.doorbells).toBe(0);
      reader.drain(take, 1);
      expect(reader.sleep()).toBe(true);
      await send();
      await send();
      await settle();
      expect(calls).toBe(1);
      if (kind.silentWhenAwake) expect(writer.stats.doorbells).toBe(1);
      reader.drain(take, 2);
      await send();
      await settle();
      expect(calls).toBe(1);
    });

    it('rings nobody for a flush of nothing', async () => {
      const { writer, reader } = open();
      let calls = 0;
      reader.onFrames = () => calls++;
      reader.sleep();
      writer.flush();
      await settle();
      expect(calls + writer.stats.doorbells).toBe(0);
    });

    it('ends a sleep by a drain without the call', async () => {
      const { writer, reader } = open();
      let calls = 0;
      reader.onFrames = () => calls++;
      reader.sleep();
      reader.drain(take, 1);
      await writeAll(writer, [numberedFrame(0, 40)]);
      await settle();
      expect(calls).toBe(0);
      expect(await readAll(reader, 1)).toEqual([0]);
    });

    it('closed by the writer: what was written arrives, the sleeping reader is woken, further writes are refused', async () => {
      const { writer, reader } = open();
      writer.write(numberedFrame(0, 40), 0, 40);
      writer.close();
      expect(writer.closed).toBe(true);
      expect(writer.write(numberedFrame(1, 40), 0, 40)).toBe(false);
      expect(await readAll(reader, 1)).toEqual([0]);
      while (!reader.closed) await woken(reader);
      expect(reader.empty).toBe(true);
    });

    it('closed by the writer: a reader that sleeps on an empty link is woken', async () => {
      const { writer, reader } = open();
      const awake = woken(reader);
      writer.close();
      await awake;
      expect(reader.closed).toBe(true);
    });

    it('closed by the reader: what waits is dropped, the waiting writer is woken, further writes are refused', async () => {
      const { writer, reader } = open(SMALL_BYTES);
      fill(writer, 100);
      const room = new Promise<void>((resolve) => {
        writer.onRoom = resolve;
      });
      reader.close();
      expect(reader.closed).toBe(true);
      expect([reader.empty, reader.drain(take, 10)]).toEqual([true, 0]);
      await room;
      expect(writer.closed).toBe(true);
      expect(writer.write(numberedFrame(0, 40), 0, 40)).toBe(false);
    });

    it('may be closed twice and by both', () => {
      const { writer, reader } = open();
      for (const end of [writer, reader, writer, reader]) end.close();
      expect([writer.closed, reader.closed]).toEqual([true, true]);
    });
  });
}
