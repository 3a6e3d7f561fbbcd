/** Items and clips of one display list, as packed 32-bit words: docs/SCENE.md draws them. The buffers grow and are reused. */
import { DISPLAY_CLIP_WORDS, DISPLAY_ITEM_WORDS } from '../../protocol/ports/display.js';
import { grown } from './tree.js';

const CAPACITY_MIN = 256;
/** Width and height while there is no list. */
const NOTHING = -1;

export class PackedList {
  /** Width of the root, in pixels; -1 while there is no list. */
  width = NOTHING;
  height = NOTHING;
  itemCount = 0;
  clipCount = 0;
  /** Number of visible items that did not fit into the list. */
  omitted = 0;
  itemWords = new Uint32Array(CAPACITY_MIN * DISPLAY_ITEM_WORDS);
  itemFloats = new Float32Array(this.itemWords.buffer);
  clipWords = new Uint32Array(CAPACITY_MIN * DISPLAY_CLIP_WORDS);
  clipFloats = new Float32Array(this.clipWords.buffer);

  get items(): Uint8Array {
    return new Uint8Array(this.itemWords.buffer, 0, this.itemCount * DISPLAY_ITEM_WORDS * 4);
  }

  get clips(): Uint8Array {
    return new Uint8Array(this.clipWords.buffer, 0, this.clipCount * DISPLAY_CLIP_WORDS * 4);
  }

  begin(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.itemCount = 0;
    this.clipCount = 0;
    this.omitted = 0;
  }

  clear(): void {
    this.begin(NOTHING, NOTHING);
  }

  /** @returns the index of the first word of a new item */
  addItem(): number {
    const at = this.itemCount++ * DISPLAY_ITEM_WORDS;
    if (at === this.itemWords.length) {
      this.itemWords = grown(this.itemWords, new Uint32Array(2 * at));
      this.itemFloats = new Float32Array(this.itemWords.buffer);
    }
    return at;
  }

  /** @returns the index of the first word of a new clip */
  addClip(): number {
    const at = this.clipCount++ * DISPLAY_CLIP_WORDS;
    if (at === this.clipWords.length) {
      this.clipWords = grown(this.clipWords, new Uint32Array(2 * at));
      this.clipFloats = new Float32Array(this.clipWords.buffer);
    }
    return at;
  }

  /** Replaces the list by that of a snapshot. */
  load(width: number, height: number, items: Uint8Array, clips: Uint8Array, omitted: number): void {
    this.begin(width, height);
    for (let left = items.length; left >= DISPLAY_ITEM_WORDS * 4; left -= DISPLAY_ITEM_WORDS * 4) this.addItem();
    for (let left = clips.length; left >= DISPLAY_CLIP_WORDS * 4; left -= DISPLAY_CLIP_WORDS * 4) this.addClip();
    this.items.set(items.subarray(0, this.itemCount * DISPLAY_ITEM_WORDS * 4));
    this.clips.set(clips.subarray(0, this.clipCount * DISPLAY_CLIP_WORDS * 4));
    this.omitted = omitted;
  }

  equals(other: PackedList): boolean {
    return (
      this.width === other.width &&
      this.height === other.height &&
      this.itemCount === other.itemCount &&
      this.clipCount === other.clipCount &&
      this.omitted === other.omitted &&
      areEqual(this.itemWords, other.itemWords, this.itemCount * DISPLAY_ITEM_WORDS) &&
      areEqual(this.clipWords, other.clipWords, this.clipCount * DISPLAY_CLIP_WORDS)
    );
  }
}

function areEqual(left: Uint32Array, right: Uint32Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (left[i] !== right[i]) return false;
  return true;
}
