/** Values of any shape: a `dynamic` field carries them as bytes, and these convert. */
import { decode, encode } from '@msgpack/msgpack';
import { NESTING_DEPTH_MAX } from './limits.js';

/** @throws Error for a value that MessagePack does not have, or that is nested too deep */
export const encodeDynamic = (value: unknown): Uint8Array => encode(value, { maxDepth: NESTING_DEPTH_MAX, sortKeys: true });

/** @throws Error when the bytes are not one value */
export const decodeDynamic = (bytes: Uint8Array): unknown => decode(bytes);
