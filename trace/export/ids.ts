/**
 * Ids of messages for OpenTelemetry, from what every frame's header has: so an exporter, and a port that sends a request out, say the same of
 * a message without a word between them. The time is in it, because each run counts its messages from the beginning.
 */
import type { Address, Microseconds } from '../../protocol/names.js';
import type { MessageId } from '../step.js';

/** A message as its header names it. */
export interface SentMessage extends MessageId {
  /** When the sender's gate stamped it. */
  readonly sentAt: Microseconds;
}

/** 16 bytes in hexadecimal: the id of the trace of one message, from its emission to all of its handlings. */
export const traceIdOf = (message: SentMessage): string => hashed(message, 0, [0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f]);

/** 8 bytes in hexadecimal: of the span in which it was emitted to a target, or in which the target handled it. */
export const spanIdOf = (message: SentMessage, target: Address, part: 'send' | 'process'): string =>
  hashed(message, target * 2 + (part === 'send' ? 0 : 1), [0x165667b1, 0xd3a2646c]);

/** Value of the header of W3C Trace Context for a request that leaves while `target` handles a message. */
export const traceparentOf = (message: SentMessage, target: Address): string =>
  `00-${traceIdOf(message)}-${spanIdOf(message, target, 'process')}-01`;

const TWO_32 = 0x1_0000_0000;

/** Eight digits for each seed. */
function hashed({ source, sequence, sentAt }: SentMessage, part: number, seeds: readonly number[]): string {
  const words = [source, sequence / TWO_32, sequence, sentAt / TWO_32, sentAt, part];
  const digits = seeds.map((seed) => hash(words, seed).toString(16).padStart(8, '0')).join('');
  // All zeros are no id.
  return /[^0]/.test(digits) ? digits : `${digits.slice(1)}1`;
}

/** MurmurHash3 of 32 bits, Austin Appleby, public domain. */
function hash(words: readonly number[], seed: number): number {
  let h = seed;
  for (const word of words) {
    const k = Math.imul(rotated(Math.imul(word >>> 0, 0xcc9e2d51), 15), 0x1b873593);
    h = (Math.imul(rotated(h ^ k, 13), 5) + 0xe6546b64) | 0;
  }
  h ^= words.length * 4;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
