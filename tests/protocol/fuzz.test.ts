/**
 * Mutated and truncated bodies: at least 100,000 for each generated codec, in both languages. Each gives a typed error with kind,
 * field and offset, or a valid value; never a trap, a hang, a read past the end, or an allocation by a false length.
 * The two languages agree on each: same problem, same offset, and the same encoding of a valid value.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DECODE_PROBLEMS, DecodeError } from '../../protocol/errors.js';
import { Reader } from '../../protocol/reader.js';
import { Writer } from '../../protocol/writer.js';
import { CodecGuest, OUTCOME_WORDS, type Outcome } from './codec-guest.js';
import { codecs, type NamedCodec } from './codecs.js';
import { fieldsOf } from './values.js';

const SEED = Number(process.env.SEED ?? 20261121);
const BODIES = 100_000;
const BATCH = 2_000;
const SAMPLES = 40;
/** Bound on the samples' size, so that all mutations have an effect. */
const SAMPLE_BYTES_MAX = 200;
/** The allocator doubles the memory when it is full, and the lists of all codecs keep their items. A trusted false length would need gigabytes. */
const GUEST_MEMORY_BYTES_MAX = 32 << 20;
/** How often the last batch is decoded again, which must not take more memory. */
const REPEATS = 10;
/** Tags and lengths at which formats change. */
const EDGES = [
  0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xc4, 0xc6, 0xc9, 0xcb, 0xcf, 0xd3, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf,
  0xe0, 0xff,
];

/** xorshift of 32 bits. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function hashOf(bytes: Uint8Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash >>> 0;
}

function samplesOf(codec: NamedCodec, writer: Writer): Uint8Array[] {
  const samples: Uint8Array[] = [];
  for (const body of fc.sample(fieldsOf(codec.fields), { seed: SEED, numRuns: SAMPLES })) {
    writer.reset();
    codec.encode(writer, body);
    if (writer.length <= SAMPLE_BYTES_MAX || samples.length === 0) samples.push(writer.toBytes().slice(0, 4 * SAMPLE_BYTES_MAX));
  }
  return samples;
}

/** Writes a mutation of `sample` at `at`: bytes are changed, and one in three is cut short or extended. @returns its length */
function mutate(sample: Uint8Array, into: Uint8Array, at: number, random: (below: number) => number): number {
  let length = sample.length;
  into.set(sample, at);
  const shape = random(6);
  if (shape === 0) length = random(length + 1);
  if (shape === 1) into[at + length++] = random(256);
  for (let changes = shape < 2 ? random(2) : 1 + random(3); changes > 0 && length > 0; changes--) {
    into[at + random(length)] = random(2) ? EDGES[random(EDGES.length)] : random(256);
  }
  return length;
}

describe('mutated bodies', () => {
  let guest: CodecGuest;
  const writer = new Writer();
  const reader = new Reader();
  const { stackTraceLimit } = Error;
  beforeAll(async () => {
    guest = await CodecGuest.start();
    Error.stackTraceLimit = 0;
  });
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  /** TypeScript's result for a body, in the guest's terms. */
  function outcomeOf(codec: NamedCodec, bodies: Uint8Array, at: number, end: number, outcome: Outcome): void {
    outcome.problem = outcome.offset = outcome.hash = 0;
    try {
      const value = codec.decode(reader.reset(bodies, at, end));
      writer.reset();
      codec.encode(writer, value);
      outcome.hash = hashOf(writer.bytes, writer.length);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      outcome.problem = DECODE_PROBLEMS.indexOf(error.problem) + 1;
      outcome.offset = error.offset;
      // A problem at the end of a state is in no field: the caller checks it.
      const located = error.kind === codec.kind && (error.field === codec.root || error.field.startsWith(`${codec.root}.`));
      if (!located && !(codec.kind === 0 && error.problem === 'trailing bytes')) throw new Error(`kind or field is missing: ${error}`);
      if (error.offset > end - at) throw new Error(`offset beyond the end: ${error}`);
    }
  }

  it.each(codecs.map((codec, index) => ({ codec, index, name: codec.name })))('$name', ({ codec, index }) => {
    const samples = samplesOf(codec, writer);
    const random = randomFrom(SEED + index);
    const bodies = new Uint8Array(BATCH * (Math.max(...samples.map((sample) => sample.length)) + 1));
    const lengths = new Uint32Array(BATCH);
    const expected: Outcome = { problem: 0, offset: 0, hash: 0 };
    let failed = 0;
    let valid = 0;
    let end = 0;
    for (let batch = 0; batch < BODIES / BATCH; batch++) {
      end = 0;
      for (let i = 0; i < BATCH; i++) {
        lengths[i] = mutate(samples[random(samples.length)], bodies, end, random);
        end += lengths[i];
      }
      const outcomes = guest.run(index, bodies.subarray(0, end), lengths, BATCH);
      for (let i = 0, at = 0; i < BATCH; at += lengths[i++]) {
        outcomeOf(codec, bodies, at, at + lengths[i], expected);
        const word = i * OUTCOME_WORDS;
        const [problem, offset, hash] = [outcomes[word], outcomes[word + 1], outcomes[word + 2]];
        if (expected.problem !== problem || expected.offset !== offset || expected.hash !== hash) {
          const body = [...bodies.subarray(at, at + lengths[i])];
          expect({ body, problem, offset, hash }).toEqual({ body, ...expected });
        }
        if (problem) failed++;
        else valid++;
      }
    }
    expect(failed + valid).toBe(BODIES);
    expect(failed).toBeGreaterThan(BODIES / 10);
    const { memoryBytes } = guest;
    for (let i = 0; i < REPEATS; i++) guest.run(index, bodies.subarray(0, end), lengths, BATCH);
    expect(guest.memoryBytes).toBe(memoryBytes);
    expect(memoryBytes).toBeLessThanOrEqual(GUEST_MEMORY_BYTES_MAX);
  });
});
