/**
 * Generated codecs beside @msgpack/msgpack as its users call it: objects with field names, a reused encoder and decoder, and
 * no copy of the encoded bytes. It is faster with arrays by position, like the bus has on the wire, but then the caller has to
 * put the names back: these figures are shown, too.
 */
import { Decoder, Encoder } from '@msgpack/msgpack';
import { OutboxBuilder } from '../actors/model/outbox-builder.js';
import type { AnyBound } from '../protocol/bind.js';
import { BODY_OFFSET, readHeader } from '../protocol/frame.js';
import { display } from '../protocol/generated/display.js';
import { scene } from '../protocol/generated/scene.js';
import { Reader } from '../protocol/reader.js';
import { Writer } from '../protocol/writer.js';
import { receiver } from './protocol/generated/receiver.js';
import { geometricMean, median, race, ratio } from './rounds.js';
import { sampleAt } from './sample.js';
import { drawScreen } from './screen.js';

export interface CodecSizes {
  readonly rounds: number;
  /** Time of each contender in a round. */
  readonly roundMs: number;
}

export interface CodecRow {
  readonly message: string;
  /** Nanoseconds per message. */
  readonly ours: number;
  readonly objects: number;
  readonly arrays: number;
  readonly vsObjects: number;
  readonly vsArrays: number;
}

export interface CodecFigures {
  readonly encode: readonly CodecRow[];
  readonly decode: readonly CodecRow[];
  /** Geometric means over the messages. */
  readonly encodeVsMsgpack: number;
  readonly decodeVsMsgpack: number;
}

/** A message with its contenders' code to encode and decode it once. */
interface Subject {
  readonly message: string;
  readonly fields: object;
  readonly encode: () => number;
  readonly decode: () => unknown;
}

const positions = (value: unknown): unknown => {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? value.map(positions) : Object.values(value).map(positions);
};

function bodyOf(message: AnyBound, fields: Record<string, unknown>): Subject {
  const writer = new Writer();
  const reader = new Reader();
  message.encode(writer.reset(), fields, 0, false);
  const bytes = writer.toBytes();
  return {
    message: `${message.ownerName}.${message.name}`,
    fields,
    encode() {
      message.encode(writer.reset(), fields, 0, false);
      return writer.length;
    },
    decode: () => message.decode(reader.reset(bytes)),
  };
}

/** The eight fields of a frame, of which the last is a body of eight fields: the cost of every message on the bus. */
function wholeFrame(): Subject {
  const outbox = new OutboxBuilder(80);
  const body = sampleAt(77);
  const header = { kind: 0x5102, source: 80, target: 81, sequence: 0, epoch: 0, cause: [82, 4_000_000], sentAt: 1_790_000_000_000_000 };
  const encode = () => {
    outbox.begin();
    outbox.causedBy(82, 4_000_000, header.sentAt);
    outbox.append(receiver.receives.sample, 81, body);
    return outbox.length;
  };
  const bytes = outbox.bytes.subarray(0, encode());
  const reader = new Reader();
  return {
    message: 'whole frame',
    fields: { ...header, body },
    encode,
    decode: () => ({ header: readHeader(bytes, 0), body: receiver.receives.sample.decode(reader.reset(bytes, BODY_OFFSET)) }),
  };
}

function subjects(): readonly Subject[] {
  const screen = drawScreen();
  const rects = Array.from({ length: 12 }, (_, i) => {
    return { node: i * 7, group: 1, focusable: true, x: i * 212.5, y: 318, width: 200, height: 300, order: i, isGroup: false };
  });
  const none = { creates: [], inserts: [], sets: [], strings: [], animations: [], cancels: [], removes: [], replaces: false };
  return [
    wholeFrame(),
    bodyOf(receiver.receives.sample, sampleAt(77)),
    bodyOf(scene.receives.tick, { frame: 4711, timeMicros: 1_790_000_000_000_000 }),
    bodyOf(scene.receives.commit, { ...none, sets: screen.sets.slice(0, 16), animations: screen.animations.slice(0, 2) }),
    bodyOf(scene.publishes.layout, { frame: 4711, changed: rects, removed: [3, 400] }),
    bodyOf(display.receives.strings, { strings: screen.strings.slice(0, 12) }),
  ];
}

/** @returns nanoseconds per call, measured over about `roundMs` of calls */
function timed(roundMs: number, call: () => unknown): () => number {
  let calls = 64;
  return () => {
    const started = performance.now();
    for (let i = 0; i < calls; i++) kept = call();
    const tookMs = performance.now() - started;
    const figure = (tookMs * 1e6) / calls;
    calls = Math.max(64, Math.round((calls * roundMs) / Math.max(tookMs, 0.01)));
    return figure;
  };
}

/** The last result: an engine might never make a result that is not kept. @public for that reason only */
export let kept: unknown;

async function rowOf(
  message: string,
  { rounds, roundMs }: CodecSizes,
  ours: () => unknown,
  objects: () => unknown,
  arrays: () => unknown,
): Promise<CodecRow> {
  const figures = await race(rounds, { ours: timed(roundMs, ours), objects: timed(roundMs, objects), arrays: timed(roundMs, arrays) });
  return {
    message,
    ours: median(figures.ours),
    objects: median(figures.objects),
    arrays: median(figures.arrays),
    vsObjects: ratio(figures.objects, figures.ours),
    vsArrays: ratio(figures.arrays, figures.ours),
  };
}

export async function measureCodec(sizes: CodecSizes): Promise<CodecFigures> {
  const encoder = new Encoder();
  const decoder = new Decoder();
  const encode: CodecRow[] = [];
  const decode: CodecRow[] = [];
  for (const subject of subjects()) {
    const { fields } = subject;
    const array = positions(fields);
    const [objectBytes, arrayBytes] = [encoder.encode(fields), encoder.encode(array)];
    encode.push(
      await rowOf(
        subject.message,
        sizes,
        subject.encode,
        () => encoder.encodeSharedRef(fields),
        () => encoder.encodeSharedRef(array),
      ),
    );
    decode.push(
      await rowOf(
        subject.message,
        sizes,
        subject.decode,
        () => decoder.decode(objectBytes),
        () => decoder.decode(arrayBytes),
      ),
    );
  }
  return {
    encode,
    decode,
    encodeVsMsgpack: geometricMean(encode.map(({ vsObjects }) => vsObjects)),
    decodeVsMsgpack: geometricMean(decode.map(({ vsObjects }) => vsObjects)),
  };
}
