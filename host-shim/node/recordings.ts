/** Recordings in files: written as they come, read piece by piece. */
import { type FileHandle, open } from 'node:fs/promises';
import type { RecordingSink, RecordingSource } from '../../trace/recording.js';

/**
 * Writes a recording to a file, which is emptied if it exists.
 * @throws Error of the file system when it cannot be opened
 */
export async function openRecordingSink(path: string): Promise<RecordingSink> {
  return new FileSink(await open(path, 'w'));
}

class FileSink implements RecordingSink {
  constructor(private readonly file: FileHandle) {}

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) at += (await this.file.write(bytes, at)).bytesWritten;
  }

  /** Resolves when the file is on the disk. */
  async close(): Promise<void> {
    try {
      await this.file.sync();
    } finally {
      await this.file.close();
    }
  }
}

/** A file that is read piece by piece. Close it. */
export interface RecordingFile extends RecordingSource {
  /** Looks how long the file is by now, for one that is being written. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** @throws Error of the file system when it cannot be opened */
export async function openRecordingFile(path: string): Promise<RecordingFile> {
  const file = await open(path, 'r');
  const source = new FileSource(file);
  await source.refresh();
  return source;
}

class FileSource implements RecordingFile {
  size = 0;

  constructor(private readonly file: FileHandle) {}

  async refresh(): Promise<void> {
    this.size = (await this.file.stat()).size;
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - at)));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await this.file.read(bytes, filled, bytes.length - filled, at + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
