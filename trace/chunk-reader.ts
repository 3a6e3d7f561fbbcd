/** The steps of one chunk: the rows of its flow, with the frames and other steps that lie beside it. */
import { decodeDynamic } from '../protocol/dynamic.js';
import { LENGTH_BYTES, writeFrameLength } from '../protocol/frame.js';
import type { Frame } from '../protocol/names.js';
import { whole } from './check.js';
import { decompress } from './deflate.js';
import { FlowReader } from './flow-reader.js';
import {
  CHANNELS_MAX,
  CHUNK_CONTENT_BYTES_MAX,
  CHUNK_ROWS_MAX,
  CHUNK_UNPACKED_BYTES_MAX,
  FLOW_TOPIC,
  OWN_TOPICS,
  SNAPSHOT_TOPIC,
} from './layout.js';
import { crc32 } from './mcap/crc32.js';
import { type Records, readRecords } from './mcap/records.js';
import { RecordingError } from './recording.js';
import type { TraceStep } from './step.js';
import { decodeStep } from './step-codec.js';

export class ChunkReader {
  /** By number, of this chunk and those before. */
  private readonly topics = new Map<number, string>();
  /** Bytes to which the blocks of this chunk may still expand. */
  private left = 0;

  /** @param offset of the chunk in the file @throws RecordingError `damaged`, or `foreign` when another tool has compressed it */
  steps(chunk: Records['chunk'], offset: number): TraceStep[] {
    const fail = (detail: string): never => {
      throw new RecordingError('damaged', offset, detail);
    };
    const { compression, uncompressedCrc, records } = chunk;
    if (compression !== '')
      throw new RecordingError('foreign', offset, `a chunk compressed with ${compression}: mcap decompress makes it readable`);
    if (uncompressedCrc !== 0 && crc32(records) !== uncompressedCrc) fail('a chunk was altered: its checksum differs');
    this.left = CHUNK_UNPACKED_BYTES_MAX;
    const [frames, others, flows] = this.sorted(records, offset);
    const beside = {
      frame: (): Frame => wholeFrame(frames.shift() ?? fail('a row whose frame is not there')),
      step: (): TraceStep => decodeStep(others.shift() ?? fail('a row whose step is not there'), offset),
    };
    const steps: TraceStep[] = [];
    for (const flow of flows) {
      const [count, rows] = this.flowIn(flow) ?? fail('a flow that is none, or too large');
      if (steps.length + count > CHUNK_ROWS_MAX) fail(`a chunk of more than ${CHUNK_ROWS_MAX} steps`);
      for (const step of new FlowReader(rows, offset, beside).steps(count)) steps.push(step);
    }
    if (frames.left > 0 || others.left > 0) fail('frames or steps that no row names');
    return steps;
  }

  /** Data of the chunk's messages: frames, steps, flows. */
  private sorted(records: Uint8Array, offset: number): readonly [Queue, Queue, Uint8Array[]] {
    const [frames, others, flows] = [new Queue(), new Queue(), [] as Uint8Array[]] as const;
    const damaged = (detail: string): never => {
      throw new RecordingError('damaged', offset, detail);
    };
    for (const record of readRecords(records, offset)) {
      if (record.type === 'channel') this.topics.set(record.id % CHANNELS_MAX, record.topic);
      if (record.type !== 'message') continue;
      const topic = this.topics.get(record.channelId);
      if (topic === undefined) return damaged(`a message in channel ${record.channelId}, which is unknown`);
      if (topic === FLOW_TOPIC) flows.push(record.data);
      else if (topic === SNAPSHOT_TOPIC)
        others.push(this.unpacked(listIn(record.data)) ?? damaged('a snapshot that is none, or too large'));
      else (topic.startsWith(OWN_TOPICS) ? others : frames).push(record.data);
    }
    return [frames, others, flows];
  }

  private flowIn(data: Uint8Array): readonly [count: number, rows: Uint8Array] | null {
    const [count, ...block] = listIn(data);
    const rows = whole(count) ? this.unpacked(block) : null;
    return rows && [count as number, rows];
  }

  /** [size, a block of DEFLATE] */
  private unpacked([size, block, ...more]: readonly unknown[]): Uint8Array | null {
    const fits = whole(size) && (size as number) <= Math.min(CHUNK_CONTENT_BYTES_MAX, this.left);
    if (!fits || !(block instanceof Uint8Array) || more.length > 0) return null;
    this.left -= size as number;
    return decompress(block, size as number);
  }
}

/** In order, without moving what comes after it. */
class Queue {
  private readonly items: Uint8Array[] = [];
  private at = 0;

  get left(): number {
    return this.items.length - this.at;
  }

  push(item: Uint8Array): void {
    this.items.push(item);
  }

  shift(): Uint8Array | undefined {
    return this.items[this.at++];
  }
}

/** A copy with the length in front. */
function wholeFrame(data: Uint8Array): Frame {
  const frame = new Uint8Array(LENGTH_BYTES + data.length);
  frame.set(data, LENGTH_BYTES);
  writeFrameLength(frame, 0, frame.length);
  return frame;
}

function listIn(data: Uint8Array): readonly unknown[] {
  try {
    const list = decodeDynamic(data);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
