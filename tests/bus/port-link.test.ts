/** Tests only of the port link: its window, its acknowledgements, and typed errors that end the link for damaged batches. */
import { describe, expect, it } from 'vitest';
import type { PortLike } from '../../bus/link.js';
import { PortReader, PortWriter } from '../../bus/port-link.js';
import { DecodeError } from '../../protocol/errors.js';
import { numberedFrame } from './frames.js';

/** A port that records posted messages. */
function recordingPort(): { port: PortLike; posted: unknown[] } {
  const posted: unknown[] = [];
  return { port: { onmessage: null, close: () => {}, postMessage: (data) => void posted.push(data) }, posted };
}

const bytesOf = (posted: unknown[]): number[] => posted.map((data) => (data as ArrayBuffer).byteLength);

describe('port link', () => {
  it('posts one batch per flush, transferred, no larger than its frames', () => {
    const posted: [unknown, ArrayBuffer[] | undefined][] = [];
    const writer = new PortWriter({
      onmessage: null,
      close: () => {},
      postMessage: (data, transfer) => void posted.push([data, transfer]),
    });
    for (let number = 0; number < 3; number++) writer.write(numberedFrame(number, 100), 0, 100);
    expect(posted).toEqual([]);
    writer.flush();
    writer.flush();
    expect(posted).toHaveLength(1);
    const [data, transfer] = posted[0];
    expect(data).toBeInstanceOf(ArrayBuffer);
    expect((data as ArrayBuffer).byteLength).toBe(300);
    expect(transfer).toEqual([data]);
  });

  it('posts a full batch before the flush, and a frame that is larger than a batch on its own, in order', () => {
    const { port, posted } = recordingPort();
    const writer = new PortWriter(port);
    for (const bytes of [60_000, 10_000, 200_000, 30]) writer.write(numberedFrame(0, bytes), 0, bytes);
    writer.flush();
    expect(bytesOf(posted)).toEqual([60_000, 10_000, 200_000, 30]);
  });

  it('has no more on its way than the window, however small the batches are', () => {
    const { port, posted } = recordingPort();
    const writer = new PortWriter(port, 4096);
    while (writer.write(numberedFrame(0, 8), 0, 8)) writer.flush();
    expect(posted).toHaveLength(Math.floor(4096 / (8 + 256)));
    port.onmessage?.(264);
    expect(writer.write(numberedFrame(0, 8), 0, 8)).toBe(true);
    writer.flush();
    expect(writer.write(numberedFrame(0, 8), 0, 8)).toBe(false);
  });

  it('acknowledges a quarter of the window at a time, frames and batches as the writer counted them', () => {
    const { port, posted } = recordingPort();
    const reader = new PortReader(port, 4096);
    for (let number = 0; number < 8; number++) port.onmessage?.(numberedFrame(number, 100).buffer);
    for (let number = 0; number < 8; number++) reader.drain(() => true, 1);
    expect(posted).toEqual([3 * 356, 3 * 356]);
  });

  it('acknowledges the rest of the released bytes before it sleeps, and only those', () => {
    const { port, posted } = recordingPort();
    const reader = new PortReader(port, 4096);
    reader.retains = true;
    for (let number = 0; number < 3; number++) port.onmessage?.(numberedFrame(number, 100).buffer);
    reader.drain(() => true, 2);
    reader.release();
    expect(reader.sleep()).toBe(false);
    expect(posted).toEqual([]);
    reader.drain(() => true, 1);
    expect(reader.sleep()).toBe(true);
    expect(reader.sleep()).toBe(true);
    expect(posted).toEqual([2 * 356]);
  });

  it('sends again from the first unreleased frame, even in the middle of a batch', () => {
    const { port, posted } = recordingPort();
    const writer = new PortWriter(port);
    for (let number = 0; number < 3; number++) writer.write(numberedFrame(number, 100), 0, 100);
    writer.flush();
    port.onmessage?.(200);
    writer.write(numberedFrame(3, 50), 0, 50);
    writer.detach();
    expect(bytesOf(posted.slice(0, 2))).toEqual([300, 50]);
    const again = recordingPort();
    new PortWriter(again.port, undefined, writer.unreleased());
    expect(bytesOf(again.posted)).toEqual([150]);
  });

  it.each([
    ['empty', [], 'truncated'],
    ['shorter than a length', [1, 2], 'truncated'],
    ['cut within a frame', [...numberedFrame(0, 40).subarray(0, 30)], 'truncated'],
    ['with a length larger than any frame', [0xff, 0xff, 0xff, 0xff, 0, 0], 'too long'],
  ])('with a batch that is %s: typed error, link closed', (_name, bytes, problem) => {
    const { port, posted } = recordingPort();
    const reader = new PortReader(port);
    port.onmessage?.(numberedFrame(0, 40).buffer);
    port.onmessage?.(new Uint8Array(bytes).buffer);
    let error: unknown;
    try {
      reader.drain(() => true, 9);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(DecodeError);
    expect(error).toMatchObject({ problem });
    expect([reader.closed, reader.empty, reader.drain(() => true, 9)]).toEqual([true, true, 0]);
    expect(posted.at(-1)).toBe(null);
  });

  it('wants a window that a frame can pass', () => {
    expect(() => new PortWriter(recordingPort().port, 100)).toThrow(RangeError);
    expect(() => new PortReader(recordingPort().port, 100)).toThrow(RangeError);
  });
});
