/** A recording as it comes over a connection: read forwards, while more of it arrives. What was read is let go. */
import type { GrowingSource } from './run.js';

export class RecordingStream implements GrowingSource {
  /** Bytes that have come, and as many as there were when its reader looked last: what has come since is more. */
  private length = 0;
  private seen = 0;
  /** Parts that may still be read, and where the first of them begins. */
  private parts: Uint8Array[] = [];
  private firstAt = 0;
  private isForwards = false;
  private hasEnded = false;
  private failure: Error | null = null;
  private wake: () => void = () => {};

  get size(): number {
    this.seen = this.length;
    return this.length;
  }

  /** Takes all that comes. */
  constructor(parts: ReadableStream<Uint8Array>) {
    void this.take(parts);
  }

  private async take(parts: ReadableStream<Uint8Array>): Promise<void> {
    const reader = parts.getReader();
    try {
      for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
        this.parts.push(value!);
        this.length += value!.length;
        this.wake();
      }
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
    }
    this.hasEnded = true;
    this.wake();
  }

  /** @throws Error when the connection has failed */
  async more(atMostMs?: number): Promise<'more' | 'nothing yet' | 'end'> {
    const { seen } = this;
    if (!this.hasEnded && this.length === seen)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        if (atMostMs !== undefined) setTimeout(resolve, atMostMs);
      });
    if (this.length > seen) return 'more';
    if (this.failure) throw this.failure;
    return this.hasEnded ? 'end' : 'nothing yet';
  }

  /** From now on nothing is read that is before what was read last. */
  goForwards(): void {
    this.isForwards = true;
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    if (this.isForwards) this.letGo(at);
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.length - at)));
    let begin = this.firstAt;
    for (const part of this.parts) {
      if (begin >= at + bytes.length) break;
      if (begin + part.length > at) {
        const from = Math.max(at, begin);
        bytes.set(part.subarray(from - begin, Math.min(part.length, at + bytes.length - begin)), from - at);
      }
      begin += part.length;
    }
    return bytes;
  }

  private letGo(before: number): void {
    let count = 0;
    while (count < this.parts.length && this.firstAt + this.parts[count].length <= before) this.firstAt += this.parts[count++].length;
    if (count > 0) this.parts = this.parts.slice(count);
  }
}
