/** Digests of received messages. The same in ../wasm-actors/courier/digest.ts. */
import { FRAME_BYTES_MAX } from '../../protocol/limits.js';

/** How many bytes of a payload are looked at: enough to tell two of a plan apart, few enough for a million bytes. */
const SAMPLES = 16;

export function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e37_79b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

export function digestOf(payload: Uint8Array): number {
  const { length } = payload;
  let digest = mix(0, length);
  const step = Math.max(1, Math.floor(length / SAMPLES));
  for (let at = 0; at < length; at += step) digest = mix(digest, payload[at]);
  return digest;
}

const payloads = new Uint8Array(FRAME_BYTES_MAX);

/** Valid until the next call: whoever sends it has it encoded before. A payload may be most of a frame, and there are many. */
export const payloadOf = (id: number, bytes: number): Uint8Array => payloads.subarray(0, bytes).fill(id & 0xff);
