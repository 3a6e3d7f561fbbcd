/** Helpers of tests for the ends of a link. */
import type { LinkReader, LinkWriter } from '../../bus/link.js';
import { frameLength } from '../../protocol/frame.js';
import { frameNumber, numberedFrame } from './frames.js';

/** Lets doorbells, batches and acknowledgements on their way arrive. Used only before a check that something did not happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}

export const woken = (reader: LinkReader): Promise<void> =>
  new Promise((resolve) => {
    reader.onFrames = resolve;
    if (!reader.sleep()) resolve();
  });

/** Writes all frames, waiting for room as often as it takes. */
export async function writeAll(writer: LinkWriter, frames: Iterable<Uint8Array>): Promise<void> {
  for (const frame of frames) {
    for (;;) {
      const room = new Promise<void>((resolve) => {
        writer.onRoom = resolve;
      });
      if (writer.write(frame, 0, frame.length)) break;
      await room;
    }
  }
  writer.flush();
}

/** Drains until `count` frames were taken, sleeping whenever there are none. */
export async function readAll(reader: LinkReader, count: number, framesMax = 64): Promise<number[]> {
  const numbers: number[] = [];
  const sink = (bytes: Uint8Array, at: number, length: number): boolean => {
    numbers.push(frameNumber(bytes, at, length));
    return true;
  };
  while (numbers.length < count) {
    if (reader.drain(sink, framesMax) === 0) await woken(reader);
  }
  return numbers;
}

/** @returns the number of the frame that found no room */
export function fill(writer: LinkWriter, frameBytes: number, from = 0): number {
  for (let number = from; ; number++) {
    if (!writer.write(numberedFrame(number, frameBytes), 0, frameBytes)) return number;
    writer.flush();
  }
}

/** @param pieces whole frames, one after another */
export function numbersIn(pieces: readonly Uint8Array[]): number[] {
  const numbers: number[] = [];
  for (const frames of pieces) {
    for (let at = 0; at < frames.length; at += frameLength(frames, at)) numbers.push(frameNumber(frames, at, frameLength(frames, at)));
  }
  return numbers;
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
export const take = (): boolean => true;
