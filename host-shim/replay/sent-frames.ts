/** What an actor has emitted, by sequence, until those who get it have handled it. */
import { frameLength } from '../../protocol/frame.js';
import type { Frame, Sequence } from '../../protocol/names.js';

/** What is kept of one actor: what waits in the mailboxes of all that it sends to, several times over. Older frames go first. */
const KEPT_BYTES_MAX = 32 << 20;

interface Block {
  /** Sequence of the first frame. */
  readonly from: Sequence;
  readonly bytes: Uint8Array;
  readonly offsets: readonly number[];
}

export interface SentFrame {
  readonly bytes: Uint8Array;
  readonly at: number;
}

export class SentFrames {
  /** The last. */
  sequence: Sequence = 0;
  private blocks: Block[] = [];
  private bytes = 0;

  /** The frames in these bytes are the next. @param bytes are kept */
  add(bytes: Uint8Array): void {
    const offsets: number[] = [];
    for (let at = 0; at < bytes.length; at += frameLength(bytes, at)) offsets.push(at);
    if (offsets.length > 0) this.keep({ from: this.sequence + 1, bytes, offsets });
    this.sequence += offsets.length;
  }

  private keep(block: Block): void {
    this.blocks.push(block);
    this.bytes += block.bytes.length;
    if (this.bytes > KEPT_BYTES_MAX) this.dropOldest();
  }

  private dropOldest(): void {
    let gone = 0;
    for (; this.bytes > KEPT_BYTES_MAX / 2 && gone < this.blocks.length - 1; gone++) this.bytes -= this.blocks[gone].bytes.length;
    this.blocks.splice(0, gone);
  }

  /** A frame of which the recording has the bytes, from an actor that cannot be run. */
  addRecorded(sequence: Sequence, frame: Frame): void {
    if (sequence <= this.sequence) return;
    this.sequence = sequence;
    this.keep({ from: sequence, bytes: frame, offsets: [0] });
  }

  /** @returns null when it was not emitted, or is not kept any more */
  find(sequence: Sequence): SentFrame | null {
    const { blocks } = this;
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (blocks[middle].from <= sequence) low = middle + 1;
      else high = middle;
    }
    const block = blocks[low - 1];
    const at = block?.offsets[sequence - block.from];
    return at === undefined ? null : { bytes: block.bytes, at };
  }
}
