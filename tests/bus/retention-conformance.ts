/** The contract of the links of bus/link.ts that retain: one suite, run for every implementation in Node and in Chromium. */
import { afterEach, describe, expect, it } from 'vitest';
import type { LinkEnds } from '../../bus/link.js';
import { numberedFrame } from './frames.js';
import { fill, numbersIn, readAll, settle, upTo, woken, writeAll } from './link-ends.js';
import type { LinkKind } from './links.js';

const SMALL_BYTES = 4096;

export function retentionConformance(kind: LinkKind): void {
  const opened: LinkEnds[] = [];
  const open = (capacityBytes?: number): LinkEnds => {
    const link = kind.open(capacityBytes);
    opened.push(link);
    return link;
  };

  describe(`retention: ${kind.name}`, () => {
    afterEach(() => {
      for (const { writer, reader } of opened.splice(0)) {
        writer.close();
        reader.close();
      }
    });

    it('says whether everything flushed up to a position was drained, even when a small link wraps around', async () => {
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

    it('that retains: a mark releases frames drained before it, and nothing twice', async () => {
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

    it('whose reader is lost: unreleased frames come again, in order, and the next frames after them', async () => {
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

    it('whose reader is lost: unreleased frames take room until they are released', async () => {
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

    it('whose writer is lost: flushed frames arrive all or not at all, and unflushed frames never', async () => {
      const link = open();
      const { writer, reader } = link;
      reader.retains = true;
      await writeAll(
        writer,
        [0, 1, 2].map((number) => numberedFrame(number, 40)),
      );
      expect(await readAll(reader, 1, 1)).toEqual([0]);
      reader.release();
      writer.write(numberedFrame(3, 40), 0, 40);
      const next = kind.reopen(link, 'writer');
      opened.push(next);
      await writeAll(next.writer, [numberedFrame(4, 40)]);
      const expected = kind.outlivesWriter ? [1, 2, 4] : [4];
      expect(await readAll(next.reader, expected.length)).toEqual(expected);
      await settle();
      expect(next.reader.empty).toBe(true);
    });

    it('gives flushed and unreleased frames to a writer that is opened again, unless the link itself outlives it', async () => {
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

    it('shows flushed and unreleased frames, wherever they are kept, even when a small link wraps around', async () => {
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

    it('shows its reader how far its writer has got', async () => {
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
  });
}
