/** Frames that wait to leave a gate, oldest first. Taking one costs the same however many wait. */
import type { HeldFrame } from '../../contract/checkpoint.js';

/** Frames that have left, before those behind them are moved to the front. */
const LEFT_MAX = 1024;

export class HeldFrames {
  /** Of the frames. */
  bytes = 0;
  private frames: HeldFrame[] = [];
  private left = 0;

  get size(): number {
    return this.frames.length - this.left;
  }

  get first(): HeldFrame | undefined {
    return this.frames[this.left];
  }

  get all(): readonly HeldFrame[] {
    return this.frames.slice(this.left);
  }

  add(held: HeldFrame): void {
    this.frames.push(held);
    this.bytes += held.frame.length;
  }

  removeFirst(): void {
    this.bytes -= this.frames[this.left].frame.length;
    this.left++;
    if (this.left < LEFT_MAX && this.left < this.frames.length) return;
    this.frames = this.frames.slice(this.left);
    this.left = 0;
  }
}
