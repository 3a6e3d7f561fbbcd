/** A recording that is being made: written into a file as it comes, and read from there by whoever looks on, also from its beginning. */
import { type FileHandle, open, rm } from 'node:fs/promises';

/** Bytes that are read at once. */
const PIECE_BYTES = 256 << 10;
/** A long day of a busy application. Beyond it the recording ends, and the page says so. */
const TAKE_BYTES_MAX = 2 ** 30;

export class Take {
  private size = 0;
  private hasEnded = false;
  private readonly waiting = new Set<() => void>();
  /** One write after another. */
  private last: Promise<void> = Promise.resolve();

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  static async create(path: string): Promise<Take> {
    return new Take(path, await open(path, 'w+'));
  }

  /** @returns when it can be read. @throws Error of the file system, or when it became too large */
  write(bytes: Uint8Array): Promise<void> {
    const written = this.last.then(() => this.append(bytes));
    this.last = written.catch(() => {});
    return written;
  }

  private async append(bytes: Uint8Array): Promise<void> {
    if (this.hasEnded) return;
    if (this.size + bytes.length > TAKE_BYTES_MAX) throw new Error(`the recording has ${TAKE_BYTES_MAX >> 20} MB, and ends here`);
    for (let at = 0; at < bytes.length; ) at += (await this.handle.write(bytes, at, bytes.length - at, this.size + at)).bytesWritten;
    this.size += bytes.length;
    this.wake();
  }

  private wake(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const goOn of waiting) goOn();
  }

  /** No more comes. */
  async end(): Promise<void> {
    await this.last;
    this.hasEnded = true;
    this.wake();
  }

  /** All of it, then more as it comes, until it ends. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    for (let at = 0; ; ) {
      if (at < this.size) {
        const piece = new Uint8Array(Math.min(PIECE_BYTES, this.size - at));
        const { bytesRead } = await this.handle.read(piece, 0, piece.length, at);
        at += bytesRead;
        yield piece.subarray(0, bytesRead);
      } else if (this.hasEnded) return;
      else await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  async remove(): Promise<void> {
    await this.end();
    await this.handle.close().catch(() => {});
    await rm(this.path, { force: true });
  }
}
