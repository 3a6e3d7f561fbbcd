/** Recordings in files. */
import { type FileHandle, open } from 'node:fs/promises';
import { type OpenRecording, openRecording } from '../trace/open.js';
import type { RecordingSource } from '../trace/recording.js';

class FileSource implements RecordingSource {
  constructor(
    private readonly file: FileHandle,
    readonly size: number,
  ) {}

  async read(at: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - at)));
    const { bytesRead } = await this.file.read(bytes, 0, bytes.length, at);
    return bytes.subarray(0, bytesRead);
  }
}

/**
 * Hands an open recording to `use`, and closes the file afterwards.
 * @throws RecordingError, or an error that names the file
 */
export async function withRecording<T>(path: string, use: (recording: OpenRecording) => Promise<T>): Promise<T> {
  const file = await open(path).catch((cause) => {
    throw new Error(`${path} cannot be opened: ${cause instanceof Error ? cause.message : cause}`, { cause });
  });
  try {
    const { size } = await file.stat();
    return await use(await openRecording(new FileSource(file, size)));
  } finally {
    await file.close();
  }
}
