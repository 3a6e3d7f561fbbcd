/**
 * as-bind's converters for the memory layout of today's AssemblyScript: as-bind 0.8.2 knows the type ids of 0.19. Importing this
 * file replaces the converters that control calls need, through the map that as-bind exports for this purpose.
 *
 *   String       UTF-16 units at the pointer, its byte length in the word before
 *   Uint8Array   { buffer, start of data, byteLength } at the pointer
 */
import { type Bound, converters } from './as-bind.js';

const ARRAY_BUFFER_ID = 1;
const STRING_ID = 2;
const TYPED_ARRAY_BYTES = 12;

const words = (bound: Bound): Uint32Array => new Uint32Array(bound.exports.memory.buffer);

/**
 * @param pointer anything that a guest passes as one @param bytesMax longer strings are cut
 * @returns the AssemblyScript string at `pointer`; empty for null and for anything that is no string
 */
export function readString(memory: WebAssembly.Memory, pointer: unknown, bytesMax = Number.POSITIVE_INFINITY): string {
  if (typeof pointer !== 'number' || !Number.isInteger(pointer)) return '';
  const at = pointer >>> 0;
  const { buffer } = memory;
  if (at < 4 || at > buffer.byteLength) return '';
  const byteLength = new DataView(buffer).getUint32(at - 4, true);
  if (byteLength > buffer.byteLength - at) return '';
  // Copied, because a decoder does not accept shared memory.
  return new TextDecoder('utf-16le').decode(new Uint8Array(buffer, at, Math.min(byteLength, bytesMax)).slice());
}

converters.set('~lib/string/String', {
  ascToJs: (bound, pointer) => readString(bound.exports.memory, pointer),
  jsToAsc(bound, text: string) {
    const pointer = bound.exports.__new(text.length << 1, STRING_ID);
    const units = new Uint16Array(bound.exports.memory.buffer, pointer, text.length);
    for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
    return pointer;
  },
});

converters.set('~lib/typedarray/Uint8Array', {
  ascToJs(bound, pointer) {
    const [, start, byteLength] = words(bound).subarray(pointer >>> 2);
    return new Uint8Array(bound.exports.memory.buffer.slice(start, start + byteLength));
  },
  jsToAsc(bound, bytes: Uint8Array, typeName) {
    const { __new, __pin, __unpin, memory } = bound.exports;
    const buffer = __pin(__new(bytes.length, ARRAY_BUFFER_ID));
    const pointer = __new(TYPED_ARRAY_BYTES, bound.getTypeId(typeName));
    __unpin(buffer);
    words(bound).set([buffer, buffer, bytes.length], pointer >>> 2);
    new Uint8Array(memory.buffer).set(bytes, buffer);
    return pointer;
  },
});

export { converters, instantiateSync } from './as-bind.js';
