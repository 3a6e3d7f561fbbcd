/** Opens a recording: its facts are at its beginning, and its steps are read forwards, a chunk at a time. */
import { ChunkReader } from './chunk-reader.js';
import { decodeFacts, TANDEM } from './facts.js';
import { CHUNK_CONTENT_BYTES_MAX, FACTS_BYTES_MAX, PACKED_BYTES_MAX, PACKED_FILES_MAX } from './layout.js';
import { endOf, McapReader, type RecordHead } from './mcap/reader.js';
import { MAGIC } from './mcap/records.js';
import { type PackedFile, type Recording, RecordingError, type RecordingFacts, type RecordingSource } from './recording.js';
import type { TraceStep } from './step.js';

/** Reads chunk after chunk. A file that is being written has more of them later. */
export interface StepCursor {
  /**
   * @returns the steps of the next whole chunk; null when there is none, or none yet
   * @throws RecordingError; the next call goes on after a chunk that makes no sense, and throws the same where no next chunk can be found
   */
  next(): Promise<readonly TraceStep[] | null>;
  /** Whether the recording was closed, and everything of it is read. */
  readonly ended: boolean;
}

export interface OpenRecording extends Recording {
  cursor(): StepCursor;
}

/**
 * @throws RecordingError `foreign` for a file that Tandem did not write, `newer` for one of a later version, `damaged` when what a recording
 *   begins with makes no sense or is not there
 */
export async function openRecording(source: RecordingSource): Promise<OpenRecording> {
  const reader = new McapReader(source);
  await reader.checkMagic();
  const header = await reader.head(MAGIC.length);
  if (header?.type !== 'header') throw new RecordingError('damaged', MAGIC.length, 'it has no header');
  const { profile } = await reader.record('header', header, FACTS_BYTES_MAX);
  if (profile !== TANDEM)
    throw new RecordingError('foreign', MAGIC.length, `an MCAP file of the profile "${profile}", and not "${TANDEM}"`);
  const head = await reader.head(endOf(header));
  if (head?.type !== 'metadata') throw new RecordingError('damaged', endOf(header), 'it ends before its facts');
  const { name, metadata } = await reader.record('metadata', head, FACTS_BYTES_MAX);
  if (name !== TANDEM) throw new RecordingError('damaged', head.offset, `the metadata "${name}", where its facts belong`);
  const truncated = !(await reader.isComplete());
  return new RecordingFile(source, decodeFacts(metadata, head.offset), truncated, endOf(head));
}

class RecordingFile implements OpenRecording {
  /** @param start where the records after the facts begin */
  constructor(
    private readonly source: RecordingSource,
    readonly facts: RecordingFacts,
    readonly truncated: boolean,
    private readonly start: number,
  ) {}

  async *steps(): AsyncGenerator<readonly TraceStep[]> {
    const cursor = this.cursor();
    for (;;) {
      const steps = await cursor.next();
      if (!steps) return;
      if (steps.length > 0) yield steps;
    }
  }

  cursor(): StepCursor {
    return new FileCursor(new McapReader(this.source), this.start, this.truncated);
  }

  async packed(): Promise<readonly PackedFile[]> {
    const reader = new McapReader(this.source);
    const files: PackedFile[] = [];
    for (let at = this.start; ; ) {
      const head = await reader.head(at);
      if (!head || isLast(head)) return files;
      if (head.type === 'attachment') {
        if (files.length === PACKED_FILES_MAX) throw new RecordingError('damaged', at, `more than ${PACKED_FILES_MAX} packed files`);
        const { name, mediaType, data } = await reader.record('attachment', head, PACKED_BYTES_MAX);
        files.push({ name, mediaType, bytes: data.slice() });
      }
      at = endOf(head);
    }
  }
}

/** Whether the data end here: what follows is the summary. */
const isLast = ({ type }: RecordHead): boolean => type === 'dataEnd' || type === 'footer';

class FileCursor implements StepCursor {
  private readonly chunks = new ChunkReader();
  ended = false;

  constructor(
    private readonly reader: McapReader,
    private at: number,
    private readonly truncated: boolean,
  ) {}

  async next(): Promise<readonly TraceStep[] | null> {
    for (;;) {
      const head = await this.reader.head(this.at);
      if (!head) return this.truncated ? null : this.failAtEnd();
      this.ended = isLast(head);
      if (this.ended) return null;
      if (head.type === 'message' || head.type === 'header')
        throw new RecordingError('damaged', this.at, `a ${head.type} outside of a chunk`);
      if (head.type === 'chunk') {
        this.at = endOf(head);
        return this.chunks.steps(await this.reader.record('chunk', head, CHUNK_CONTENT_BYTES_MAX), head.offset);
      }
      this.at = endOf(head);
    }
  }

  private failAtEnd(): never {
    throw new RecordingError('damaged', this.at, 'a record that reaches beyond the end of the file');
  }
}
