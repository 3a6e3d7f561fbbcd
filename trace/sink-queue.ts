/** What is on its way to a sink: in order, bounded, and settled by `close`. */
import { PENDING_BYTES_MAX } from './layout.js';
import type { RecordingSink } from './recording.js';

export class SinkQueue {
  private pendingBytes = 0;
  private last: Promise<void> = Promise.resolve();
  private failure: { readonly error: unknown } | null = null;

  /** @param onFailure is called once, when the sink has failed: nothing more is written */
  constructor(
    private readonly sink: RecordingSink,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Whether nothing more is to be written for now. */
  get full(): boolean {
    return this.pendingBytes >= PENDING_BYTES_MAX;
  }

  get failed(): boolean {
    return this.failure !== null;
  }

  write(bytes: Uint8Array): void {
    this.pendingBytes += bytes.length;
    this.last = this.last.then(() => this.pass(bytes));
  }

  private async pass(bytes: Uint8Array): Promise<void> {
    try {
      if (!this.failure) await this.sink.write(bytes);
    } catch (error) {
      this.failure = { error };
      this.onFailure(error);
    }
    this.pendingBytes -= bytes.length;
  }

  /** Resolves when the sink has taken what was written so far, or has failed. */
  async settled(): Promise<void> {
    await this.last;
  }

  /** @throws what the sink threw first */
  async close(): Promise<void> {
    await this.last;
    try {
      await this.sink.close();
    } catch (error) {
      this.failure ??= { error };
    }
    if (this.failure) throw this.failure.error;
  }
}
