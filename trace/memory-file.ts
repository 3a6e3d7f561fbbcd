/** A recording in memory: what is written can be read at once. For tests, and for recordings that go elsewhere when they are done. */
import type { RecordingSink, RecordingSource } from './recording.js';

export class MemoryFile implements RecordingSink, RecordingSource {
  private readonly parts: Uint8Array[] = [];
  private whole: Uint8Array;
  size: number;
  closed = false;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.whole = bytes;
    this.size = bytes.length;
  }

  get bytes(): Uint8Array {
    if (this.parts.length > 0) {
      const whole = new Uint8Array(this.size);
      let at = 0;
      for (const part of [this.whole, ...this.parts.splice(0)]) {
        whole.set(part, at);
        at += part.length;
      }
      this.whole = whole;
    }
    return this.whole;
  }

  write(bytes: Uint8Array): void {
    this.parts.push(bytes);
    this.size += bytes.length;
  }

  close(): void {
    this.closed = true;
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    return this.bytes.subarray(at, at + length);
  }
}
