/** Recordings of a page: in a file of the origin's private file system, or as a download. */
import { MemoryFile } from '../../trace/memory-file.js';
import type { RecordingSink, RecordingSource } from '../../trace/recording.js';

/** Beyond this a download would take the memory that the application needs: then steps are left out, and the recording fails. */
const DOWNLOAD_BYTES_MAX = 256 << 20;
/** By then the browser has begun with a download. */
const DOWNLOAD_BEGINS_MS = 60_000;
const MEDIA_TYPE = 'application/octet-stream';

/**
 * Writes a recording to a file of the origin's private file system, which is emptied if it exists. What was written before the page ends
 * without closing it is lost where the browser keeps it aside until then: `flushMs` closes and reopens it so often.
 * @param name of a file in the root of that file system
 * @throws DOMException where the browser has no such file system, or no room
 */
export async function openRecordingSink(name: string, flushMs = FLUSH_MS): Promise<RecordingSink> {
  const file = await (await privateFiles()).getFileHandle(name, { create: true });
  if (!file.createWritable) throw new DOMException('files of this browser cannot be written from a page', 'NotSupportedError');
  return new PrivateFileSink(file, await file.createWritable(), flushMs);
}

/** @throws DOMException NotSupportedError where there are none: an insecure page has no storage, a browser before 2022 no files in it */
async function privateFiles(): Promise<FileSystemDirectoryHandle> {
  if (!navigator.storage?.getDirectory) throw new DOMException('this browser has no private file system', 'NotSupportedError');
  return navigator.storage.getDirectory();
}

/** A page that is closed loses no more. */
const FLUSH_MS = 10_000;

class PrivateFileSink implements RecordingSink {
  private size = 0;
  private flushedAt = performance.now();

  constructor(
    private readonly file: FileSystemFileHandle,
    private stream: FileSystemWritableFileStream,
    private readonly flushMs: number,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    await this.stream.write(bytes as Uint8Array<ArrayBuffer>);
    this.size += bytes.length;
    if (performance.now() - this.flushedAt < this.flushMs) return;
    await this.stream.close();
    this.stream = await this.file.createWritable({ keepExistingData: true });
    await this.stream.seek(this.size);
    this.flushedAt = performance.now();
  }

  async close(): Promise<void> {
    await this.stream.close();
  }
}

/** A recording that is there whole: a file of the origin's private file system, or one that was dropped on a page. */
export async function openRecordingFile(file: string | Blob): Promise<RecordingSource> {
  if (typeof file !== 'string') return new BlobSource(file);
  return new BlobSource(await (await (await privateFiles()).getFileHandle(file)).getFile());
}

class BlobSource implements RecordingSource {
  constructor(private readonly blob: Blob) {}

  get size(): number {
    return this.blob.size;
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    return new Uint8Array(await this.blob.slice(at, at + length).arrayBuffer());
  }
}

/**
 * Keeps a recording in memory, and gives it as a download when it is closed.
 * @param bytesMax a greater one fails, and what came until then is given
 */
export function createDownloadSink(name: string, bytesMax = DOWNLOAD_BYTES_MAX): RecordingSink {
  const file = new MemoryFile();
  return {
    write(bytes) {
      if (file.size + bytes.length > bytesMax)
        throw new Error(`a download of more than ${(bytesMax / (1 << 20)).toFixed(1)} MB: record to a file`);
      file.write(bytes);
    },
    close() {
      const url = URL.createObjectURL(new Blob([file.bytes as Uint8Array<ArrayBuffer>], { type: MEDIA_TYPE }));
      const link = document.createElement('a');
      link.href = url;
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), DOWNLOAD_BEGINS_MS);
    },
  };
}
