/** The contract of a link's transport, as in bus/link.ts: one suite, run for every implementation in Node and in Chromium. */
import { afterEach, describe, expect, it } from 'vitest';
import type { LinkEnds } from '../../bus/link.js';
import { Random } from '../../bus/random.js';
import { FRAME_BYTES_MAX } from '../../protocol/limits.js';
import { NUMBERED_BYTES_MIN, numberedFrame } from './frames.js';
import { fill, readAll, settle, take, upTo, woken, writeAll } from './link-ends.js';
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

    it('copies written frames: the sender may reuse its buffer at once', async () => {
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

    it('refuses a write without room, and calls onRoom once when there is room', async () => {
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
      expect(() => writer.write(numberedFrame(0, 2 * SMALL_BYTES), 0, 2 * SMALL_BYTES)).toThrow(RangeError);
      expect(() => writer.write(numberedFrame(0, 64), 0, 60)).toThrow(RangeError);
      const { writer: large } = open();
      expect(() => large.write(numberedFrame(0, FRAME_BYTES_MAX + 1), 0, FRAME_BYTES_MAX + 1)).toThrow(RangeError);
      writer.write(numberedFrame(5, 64), 0, 64);
      writer.flush();
      expect(await readAll(reader, 1)).toEqual([5]);
    });

    it('leaves a frame for the next drain when the sink refuses it or throws', async () => {
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

    it('ends only the end that is detached, which then refuses every frame', async () => {
      const { writer, reader } = open();
      await writeAll(writer, [numberedFrame(0, 40)]);
      writer.detach();
      expect([writer.closed, writer.write(numberedFrame(1, 40), 0, 40)]).toEqual([true, false]);
      expect(await readAll(reader, 1)).toEqual([0]);
      reader.detach();
      expect([reader.closed, reader.drain(take, 9)]).toEqual([true, 0]);
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

    it('closed by the writer: written frames arrive, the sleeping reader is woken, further writes are refused', async () => {
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

    it('closed by the reader: waiting frames are dropped, the waiting writer is woken, further writes are refused', async () => {
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
