/**
 * Records of an MCAP file (https://mcap.dev/spec), as values and as bytes: an opcode, the length of the content in eight bytes, the content.
 * Times are in nanoseconds.
 *
 *   magic ─ header ─┬─ metadata, attachments ──────────────┬─ data end ─ summary ─ summary offsets ─ footer ─ magic
 *                   └─ chunks, each with its message indexes ─┘
 *
 * The catch: whatever follows the known content of a record is a later version's, and is skipped.
 */
import { ByteReader, type ByteWriter } from './bytes.js';
import { crc32 } from './crc32.js';

export const MAGIC: Uint8Array = Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a);
/** Opcode and length. */
export const RECORD_HEAD_BYTES = 9;

export const OPCODES = {
  header: 1,
  footer: 2,
  schema: 3,
  channel: 4,
  message: 5,
  chunk: 6,
  messageIndex: 7,
  chunkIndex: 8,
  attachment: 9,
  attachmentIndex: 10,
  statistics: 11,
  metadata: 12,
  metadataIndex: 13,
  summaryOffset: 14,
  dataEnd: 15,
} as const;
export type RecordType = keyof typeof OPCODES;

/** Content of each type of record. */
export interface Records {
  header: { readonly profile: string; readonly library: string };
  footer: { readonly summaryStart: number; readonly summaryOffsetStart: number; readonly summaryCrc: number };
  schema: { readonly id: number; readonly name: string; readonly encoding: string; readonly data: Uint8Array };
  channel: {
    readonly id: number;
    readonly schemaId: number;
    readonly topic: string;
    readonly messageEncoding: string;
    readonly metadata: Readonly<Record<string, string>>;
  };
  message: {
    readonly channelId: number;
    readonly sequence: number;
    readonly logTime: bigint;
    readonly publishTime: bigint;
    readonly data: Uint8Array;
  };
  chunk: {
    readonly messageStartTime: bigint;
    readonly messageEndTime: bigint;
    readonly uncompressedSize: number;
    /** 0 when there is none. */
    readonly uncompressedCrc: number;
    readonly compression: string;
    readonly records: Uint8Array;
  };
  /** Time and offset in its chunk of each message of a channel. */
  messageIndex: { readonly channelId: number; readonly entries: readonly (readonly [time: bigint, offset: number])[] };
  chunkIndex: {
    readonly messageStartTime: bigint;
    readonly messageEndTime: bigint;
    readonly chunkStart: number;
    readonly chunkLength: number;
    readonly messageIndexOffsets: ReadonlyMap<number, number>;
    readonly messageIndexLength: number;
    readonly compression: string;
    readonly compressedSize: number;
    readonly uncompressedSize: number;
  };
  attachment: {
    readonly logTime: bigint;
    readonly createTime: bigint;
    readonly name: string;
    readonly mediaType: string;
    readonly data: Uint8Array;
  };
  attachmentIndex: {
    readonly offset: number;
    readonly length: number;
    readonly logTime: bigint;
    readonly createTime: bigint;
    readonly dataSize: number;
    readonly name: string;
    readonly mediaType: string;
  };
  statistics: {
    readonly messageCount: number;
    readonly schemaCount: number;
    readonly channelCount: number;
    readonly attachmentCount: number;
    readonly metadataCount: number;
    readonly chunkCount: number;
    readonly messageStartTime: bigint;
    readonly messageEndTime: bigint;
    readonly channelMessageCounts: ReadonlyMap<number, number>;
  };
  metadata: { readonly name: string; readonly metadata: Readonly<Record<string, string>> };
  metadataIndex: { readonly offset: number; readonly length: number; readonly name: string };
  summaryOffset: { readonly groupOpcode: number; readonly groupStart: number; readonly groupLength: number };
  dataEnd: { readonly dataSectionCrc: number };
}

export type McapRecord = { [T in RecordType]: { readonly type: T } & Records[T] }[RecordType];

type Layouts = {
  readonly [T in RecordType]: { write(to: ByteWriter, record: Records[T]): void; read(from: ByteReader): Records[T] };
};

function writeCounts(to: ByteWriter, counts: ReadonlyMap<number, number>): void {
  to.sized(() => {
    for (const [id, count] of counts) {
      to.u16(id);
      to.u53(count);
    }
  });
}

function readCounts(from: ByteReader): Map<number, number> {
  const counts = new Map<number, number>();
  from.sized(() => {
    const id = from.u16();
    counts.set(id, from.u53());
  });
  return counts;
}

/** Each reads its fields in the order in which they are written: that of the properties here. */
const LAYOUTS: Layouts = {
  header: {
    write(to, { profile, library }) {
      to.text(profile);
      to.text(library);
    },
    read: (from) => ({ profile: from.text(), library: from.text() }),
  },
  footer: {
    write(to, { summaryStart, summaryOffsetStart, summaryCrc }) {
      to.u53(summaryStart);
      to.u53(summaryOffsetStart);
      to.u32(summaryCrc);
    },
    read: (from) => ({ summaryStart: from.u53(), summaryOffsetStart: from.u53(), summaryCrc: from.u32() }),
  },
  schema: {
    write(to, { id, name, encoding, data }) {
      to.u16(id);
      to.text(name);
      to.text(encoding);
      to.u32(data.length);
      to.raw(data);
    },
    read: (from) => ({ id: from.u16(), name: from.text(), encoding: from.text(), data: from.raw(from.u32(), 'a schema') }),
  },
  channel: {
    write(to, { id, schemaId, topic, messageEncoding, metadata }) {
      to.u16(id);
      to.u16(schemaId);
      to.text(topic);
      to.text(messageEncoding);
      to.texts(metadata);
    },
    read: (from) => ({
      id: from.u16(),
      schemaId: from.u16(),
      topic: from.text(),
      messageEncoding: from.text(),
      metadata: from.texts(),
    }),
  },
  message: {
    write(to, { channelId, sequence, logTime, publishTime, data }) {
      to.u16(channelId);
      to.u32(sequence);
      to.u64(logTime);
      to.u64(publishTime);
      to.raw(data);
    },
    read: (from) => ({
      channelId: from.u16(),
      sequence: from.u32(),
      logTime: from.u64(),
      publishTime: from.u64(),
      data: from.raw(from.left),
    }),
  },
  chunk: {
    write(to, { messageStartTime, messageEndTime, uncompressedSize, uncompressedCrc, compression, records }) {
      to.u64(messageStartTime);
      to.u64(messageEndTime);
      to.u53(uncompressedSize);
      to.u32(uncompressedCrc);
      to.text(compression);
      to.u53(records.length);
      to.raw(records);
    },
    read: (from) => ({
      messageStartTime: from.u64(),
      messageEndTime: from.u64(),
      uncompressedSize: from.u53(),
      uncompressedCrc: from.u32(),
      compression: from.text(),
      records: from.raw(from.u53(), 'a chunk'),
    }),
  },
  messageIndex: {
    write(to, { channelId, entries }) {
      to.u16(channelId);
      to.sized(() => {
        for (const [time, offset] of entries) {
          to.u64(time);
          to.u53(offset);
        }
      });
    },
    read(from) {
      const channelId = from.u16();
      const entries: [bigint, number][] = [];
      from.sized(() => entries.push([from.u64(), from.u53()]));
      return { channelId, entries };
    },
  },
  chunkIndex: {
    write(to, record) {
      to.u64(record.messageStartTime);
      to.u64(record.messageEndTime);
      to.u53(record.chunkStart);
      to.u53(record.chunkLength);
      writeCounts(to, record.messageIndexOffsets);
      to.u53(record.messageIndexLength);
      to.text(record.compression);
      to.u53(record.compressedSize);
      to.u53(record.uncompressedSize);
    },
    read: (from) => ({
      messageStartTime: from.u64(),
      messageEndTime: from.u64(),
      chunkStart: from.u53(),
      chunkLength: from.u53(),
      messageIndexOffsets: readCounts(from),
      messageIndexLength: from.u53(),
      compression: from.text(),
      compressedSize: from.u53(),
      uncompressedSize: from.u53(),
    }),
  },
  attachment: {
    write(to, { logTime, createTime, name, mediaType, data }) {
      const start = to.length;
      to.u64(logTime);
      to.u64(createTime);
      to.text(name);
      to.text(mediaType);
      to.u53(data.length);
      to.raw(data);
      to.u32(crc32(to.bytes.subarray(start, to.length)));
    },
    read(from) {
      const record = {
        logTime: from.u64(),
        createTime: from.u64(),
        name: from.text(),
        mediaType: from.text(),
        data: from.raw(from.u53(), 'an attachment'),
      };
      const crc = crc32(from.before());
      const kept = from.u32();
      if (kept !== 0 && kept !== crc) from.fail(`the attachment ${record.name} was altered: its checksum differs`);
      return record;
    },
  },
  attachmentIndex: {
    write(to, { offset, length, logTime, createTime, dataSize, name, mediaType }) {
      to.u53(offset);
      to.u53(length);
      to.u64(logTime);
      to.u64(createTime);
      to.u53(dataSize);
      to.text(name);
      to.text(mediaType);
    },
    read: (from) => ({
      offset: from.u53(),
      length: from.u53(),
      logTime: from.u64(),
      createTime: from.u64(),
      dataSize: from.u53(),
      name: from.text(),
      mediaType: from.text(),
    }),
  },
  statistics: {
    write(to, record) {
      to.u53(record.messageCount);
      to.u16(record.schemaCount);
      to.u32(record.channelCount);
      to.u32(record.attachmentCount);
      to.u32(record.metadataCount);
      to.u32(record.chunkCount);
      to.u64(record.messageStartTime);
      to.u64(record.messageEndTime);
      writeCounts(to, record.channelMessageCounts);
    },
    read: (from) => ({
      messageCount: from.u53(),
      schemaCount: from.u16(),
      channelCount: from.u32(),
      attachmentCount: from.u32(),
      metadataCount: from.u32(),
      chunkCount: from.u32(),
      messageStartTime: from.u64(),
      messageEndTime: from.u64(),
      channelMessageCounts: readCounts(from),
    }),
  },
  metadata: {
    write(to, { name, metadata }) {
      to.text(name);
      to.texts(metadata);
    },
    read: (from) => ({ name: from.text(), metadata: from.texts() }),
  },
  metadataIndex: {
    write(to, { offset, length, name }) {
      to.u53(offset);
      to.u53(length);
      to.text(name);
    },
    read: (from) => ({ offset: from.u53(), length: from.u53(), name: from.text() }),
  },
  summaryOffset: {
    write(to, { groupOpcode, groupStart, groupLength }) {
      to.u8(groupOpcode);
      to.u53(groupStart);
      to.u53(groupLength);
    },
    read: (from) => ({ groupOpcode: from.u8(), groupStart: from.u53(), groupLength: from.u53() }),
  },
  dataEnd: {
    write: (to, { dataSectionCrc }) => to.u32(dataSectionCrc),
    read: (from) => ({ dataSectionCrc: from.u32() }),
  },
};

const TYPES = new Map((Object.entries(OPCODES) as [RecordType, number][]).map(([type, opcode]) => [opcode, type]));

/** The type with this opcode; undefined for one of a later version, or a private one. */
export const typeOf = (opcode: number): RecordType | undefined => TYPES.get(opcode);

/** Appends a record. @returns its length in bytes */
export function writeRecord<T extends RecordType>(to: ByteWriter, type: T, content: Records[T]): number {
  const start = to.length;
  to.u8(OPCODES[type]);
  to.u53(0);
  LAYOUTS[type].write(to, content);
  const length = to.length - start;
  to.view.setUint32(start + 1, length - RECORD_HEAD_BYTES, true);
  return length;
}

/**
 * @param content of the record, after its length @param offset of the content in the file
 * @throws RecordingError `damaged`
 */
export const readContent = <T extends RecordType>(type: T, content: Uint8Array, offset: number): Records[T] =>
  LAYOUTS[type].read(new ByteReader(content, offset));

/** The records in `bytes`, as those of a chunk, one by one. Those of unknown types are left out. @throws RecordingError `damaged` */
export function* readRecords(bytes: Uint8Array, offset: number): Generator<McapRecord> {
  const from = new ByteReader(bytes, offset);
  while (from.left > 0) {
    const type = typeOf(from.u8());
    const length = from.u53();
    const start = offset + from.position;
    const content = from.raw(length, 'a record');
    if (type) yield { type, ...readContent(type, content, start) } as McapRecord;
  }
}
