/** Hand-made frames for the tests of guests: with @msgpack/msgpack, not with our own codecs. */
import { encode } from '@msgpack/msgpack';
import { BODY_OFFSET, checkFrame, type FrameHeader, readHeader, writeFrameLength, writeHeader } from '../../protocol/frame.js';

export const SENDER = 64;
export const SENT_AT = 1_700_000_000_000_000;

export function frame(kind: number, body: unknown, header: Partial<FrameHeader> = {}): Uint8Array {
  return frameOfBytes(kind, encode(body), header);
}

export function frameOfBytes(kind: number, body: Uint8Array, header: Partial<FrameHeader> = {}): Uint8Array {
  const bytes = new Uint8Array(BODY_OFFSET + body.length);
  const defaults = { source: SENDER, target: 0, sequence: 1, epoch: 1, causeSource: 0, causeSequence: 0, sentAt: SENT_AT };
  writeHeader(bytes, 0, { ...defaults, ...header, kind });
  bytes.set(body, BODY_OFFSET);
  writeFrameLength(bytes, 0, bytes.length);
  return bytes;
}

export function concatenate(frames: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const bytes of frames) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}

export interface ReadFrame {
  readonly header: FrameHeader;
  readonly body: Uint8Array;
}

/** The consecutive frames in `bytes[start, end)`. @throws DecodeError when they do not fill it */
export function framesIn(bytes: Uint8Array, start: number, end: number): ReadFrame[] {
  const frames: ReadFrame[] = [];
  for (let at = start; at < end; ) {
    const length = checkFrame(bytes, at, end);
    frames.push({ header: readHeader(bytes, at), body: bytes.slice(at + BODY_OFFSET, at + length) });
    at += length;
  }
  return frames;
}
