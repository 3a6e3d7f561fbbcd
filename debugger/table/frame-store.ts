/** Frames one after the other in large blocks. A chunk of the recording is not kept for the few frames that are needed of it. */
import type { Frame } from '../../protocol/names.js';
import { Column } from '../../trace/column.js';

const BLOCK_BYTES = 4 << 20;

export class FrameStore {
  private readonly blocks: Uint8Array[] = [];
  private readonly blockOf = new Column(Int32Array);
  private readonly offsets = new Column(Uint32Array);
  private readonly lengths = new Column(Uint32Array);
  private used = BLOCK_BYTES;

  add(row: number, frame: Frame | null): void {
    if (frame && this.used + frame.length > BLOCK_BYTES) this.begin(frame.length);
    const block = this.blocks.length - 1;
    this.blockOf.upTo(row)[row] = frame ? block : -1;
    this.offsets.upTo(row)[row] = frame ? this.used : 0;
    this.lengths.upTo(row)[row] = frame?.length ?? 0;
    if (!frame) return;
    this.blocks[block].set(frame, this.used);
    this.used += frame.length;
  }

  private begin(least: number): void {
    this.blocks.push(new Uint8Array(Math.max(least, BLOCK_BYTES)));
    this.used = 0;
  }

  of(row: number): Frame | null {
    const block = this.blocks[this.blockOf.values[row]];
    const at = this.offsets.values[row];
    return block ? block.subarray(at, at + this.lengths.values[row]) : null;
  }
}
