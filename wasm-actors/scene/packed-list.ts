/** Items and clips of one display list, as packed 32-bit words: docs/SCENE.md draws them. The buffers grow and are reused. */
import { Bytes } from '../../protocol/assembly/values';
import { DISPLAY_CLIP_WORDS, DISPLAY_ITEM_WORDS } from '../../protocol/generated/assembly/display';
import { Column } from './column';

const CAPACITY_MIN: i32 = 256;
/** Width and height while there is no list. */
const NOTHING: f64 = -1;

export class PackedList {
  /** Width of the root, in pixels; -1 while there is no list. */
  width: f64 = NOTHING;
  height: f64 = NOTHING;
  itemCount: i32 = 0;
  clipCount: i32 = 0;
  /** Number of visible items that did not fit into the list. */
  omitted: u32 = 0;
  items: Column<u32> = new Column<u32>(CAPACITY_MIN * DISPLAY_ITEM_WORDS);
  clips: Column<f32> = new Column<f32>(CAPACITY_MIN * DISPLAY_CLIP_WORDS);

  begin(width: f64, height: f64): void {
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
  addItem(): i32 {
    const at = this.itemCount++ * DISPLAY_ITEM_WORDS;
    if (at == this.items.capacity) this.items.reserve(2 * at);
    return at;
  }

  /** @returns the index of the first word of a new clip */
  addClip(): i32 {
    const at = this.clipCount++ * DISPLAY_CLIP_WORDS;
    if (at == this.clips.capacity) this.clips.reserve(2 * at);
    return at;
  }

  /** Replaces the list by that of a snapshot. */
  load(width: f64, height: f64, items: Bytes, clips: Bytes, omitted: u32): void {
    this.begin(width, height);
    for (let left = items.length; left >= DISPLAY_ITEM_WORDS * 4; left -= DISPLAY_ITEM_WORDS * 4) this.addItem();
    for (let left = clips.length; left >= DISPLAY_CLIP_WORDS * 4; left -= DISPLAY_CLIP_WORDS * 4) this.addClip();
    memory.copy(this.items.address, items.address, this.itemCount * DISPLAY_ITEM_WORDS * 4);
    memory.copy(this.clips.address, clips.address, this.clipCount * DISPLAY_CLIP_WORDS * 4);
    this.omitted = omitted;
  }

  equals(other: PackedList): bool {
    return (
      this.width == other.width &&
      this.height == other.height &&
      this.itemCount == other.itemCount &&
      this.clipCount == other.clipCount &&
      this.omitted == other.omitted &&
      memory.compare(this.items.address, other.items.address, this.itemCount * DISPLAY_ITEM_WORDS * 4) == 0 &&
      memory.compare(this.clips.address, other.clips.address, this.clipCount * DISPLAY_CLIP_WORDS * 4) == 0
    );
  }
}
