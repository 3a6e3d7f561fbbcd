/** Digests of received messages. The same in ../wasm-actors/courier/digest.ts. */

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

export const payloadOf = (id: number, bytes: number): Uint8Array => new Uint8Array(bytes).fill(id & 0xff);
