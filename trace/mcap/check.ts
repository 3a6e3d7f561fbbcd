/** Checks what a reader of the data does not need: the checksums of the whole, and whether the summary says what is there. */
import { RecordingError, type RecordingSource } from '../recording.js';
import { crc32 } from './crc32.js';
import { endOf, McapReader } from './reader.js';
import { MAGIC, RECORD_HEAD_BYTES, type Records } from './records.js';

/** Bytes that are read at once. */
const PIECE_BYTES = 256 << 10;
/** Records that are read here: an index of a chunk with every channel, with room to spare. */
const RECORD_BYTES_MAX = 4 << 20;
/** The part of the footer that its own checksum follows. */
const FOOTER_BYTES_BEFORE_CRC = RECORD_HEAD_BYTES + 16;

/** @returns what is wrong, a line each; a file without an end is not looked at @throws RecordingError where no next record can be found */
export async function checkSummary(source: RecordingSource): Promise<readonly string[]> {
  const reader = new McapReader(source);
  if (!(await reader.isComplete())) return [];
  const problems: string[] = [];
  const chunks = new Set<number>();
  let indexed = 0;
  let statistics: Records['statistics'] | null = null;
  for (let at = MAGIC.length; ; ) {
    const head = await reader.head(at);
    if (!head) throw new RecordingError('damaged', at, 'a record that reaches beyond the end of the file');
    if (head.type === 'chunk') chunks.add(at);
    else if (head.type === 'dataEnd') {
      const { dataSectionCrc } = await reader.record('dataEnd', head, RECORD_BYTES_MAX);
      if (dataSectionCrc !== 0 && dataSectionCrc !== (await crcOf(source, 0, at))) problems.push('the checksum of all data differs');
    } else if (head.type === 'statistics') statistics = await reader.record('statistics', head, RECORD_BYTES_MAX);
    else if (head.type === 'chunkIndex') {
      indexed++;
      const { chunkStart } = await reader.record('chunkIndex', head, RECORD_BYTES_MAX);
      if (!chunks.has(chunkStart)) problems.push(`the summary has a chunk at byte ${chunkStart}, where there is none`);
    } else if (head.type === 'footer') {
      const footer = await reader.record('footer', head, RECORD_BYTES_MAX);
      const crc = await crcOf(source, footer.summaryStart || at, at + FOOTER_BYTES_BEFORE_CRC);
      if (footer.summaryCrc !== 0 && footer.summaryCrc !== crc) problems.push('the checksum of the summary differs');
      break;
    }
    at = endOf(head);
  }
  if (statistics && statistics.chunkCount !== chunks.size)
    problems.push(`the summary counts ${statistics.chunkCount} chunks, and there are ${chunks.size}`);
  if (indexed > 0 && indexed !== chunks.size) problems.push(`the summary has an index of ${indexed} chunks, and there are ${chunks.size}`);
  return problems;
}

async function crcOf(source: RecordingSource, start: number, end: number): Promise<number> {
  let crc = 0;
  for (let at = start; at < end; ) {
    const piece = await source.read(at, Math.min(PIECE_BYTES, end - at));
    if (piece.length === 0) break;
    crc = crc32(piece, crc);
    at += piece.length;
  }
  return crc;
}
