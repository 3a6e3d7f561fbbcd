/** Numbers that stand for what was heard. The same in ../../js-actors/digest.ts. */
import { Bytes } from '../../../protocol/assembly/values';

const SAMPLES: i32 = 16;

export function mix(hash: u32, value: u32): u32 {
  const mixed = (hash ^ value) * 0x9e3779b1;
  return mixed ^ (mixed >>> 15);
}

export function digestOf(payload: Bytes): u32 {
  const length = payload.length;
  let digest = mix(0, length);
  const step = max(1, length / SAMPLES);
  for (let at = 0; at < length; at += step) digest = mix(digest, load<u8>(payload.address + at));
  return digest;
}

export function payloadOf(id: u32, bytes: u32): Uint8Array {
  return new Uint8Array(bytes).fill(<u8>id);
}
