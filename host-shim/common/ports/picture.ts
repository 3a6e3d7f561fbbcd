/** A display's copy of the scene: the last display list and the strings that it refers to. docs/SCENE.md draws an item. */

import type { MessageOf } from '../../../protocol/fields.js';
import type { display } from '../../../protocol/generated/display.js';
import { DISPLAY_CLIP_WORDS, DISPLAY_ITEM_WORDS } from '../../../protocol/ports/display.js';

/** One item; lengths in pixels of the scene. */
export interface PictureItem {
  node: number;
  /** `VIEW_ITEM`, `IMAGE_ITEM` or `TEXT_ITEM`. */
  type: number;
  /** Index of the clip rectangle through which the item is seen. */
  clip: number;
  /** 0xRRGGBBAA */
  colour: number;
  x: number;
  y: number;
  width: number;
  height: number;
  opacity: number;
  radius: number;
  fontSize: number;
  lineHeight: number;
  /** Maximum number of lines of a text; 0 for as many as fit. */
  lines: number;
  /** 0 start, 1 centre, 2 end. */
  textAlign: number;
  fontWeight: number;
}

export interface PictureClip {
  x: number;
  y: number;
  width: number;
  height: number;
  radius: number;
}

export class Picture {
  frame = 0;
  width = 0;
  height = 0;
  animating = false;
  omitted = 0;
  readonly strings = new Map<number, string>();
  private items: DataView = new DataView(new ArrayBuffer(0));
  private clips: DataView = new DataView(new ArrayBuffer(0));

  /** The object that every read of an item overwrites. */
  private readonly item = {} as PictureItem;
  private readonly clip = {} as PictureClip;

  get itemCount(): number {
    return this.items.byteLength / (DISPLAY_ITEM_WORDS * 4);
  }

  get clipCount(): number {
    return this.clips.byteLength / (DISPLAY_CLIP_WORDS * 4);
  }

  take(list: MessageOf<typeof display, 'displayList'>): void {
    this.frame = list.frame;
    this.width = list.width;
    this.height = list.height;
    this.animating = list.animating;
    this.omitted = list.omitted;
    this.items = copied(list.items);
    this.clips = copied(list.clips);
  }

  takeStrings({ strings }: MessageOf<typeof display, 'strings'>): void {
    for (const { node, value } of strings) {
      if (value === '') this.strings.delete(node);
      else this.strings.set(node, value);
    }
  }

  stringOf(node: number): string {
    return this.strings.get(node) ?? '';
  }

  /** Valid until the next call. */
  itemAt(index: number): Readonly<PictureItem> {
    const { items, item } = this;
    const at = index * DISPLAY_ITEM_WORDS * 4;
    const style = items.getUint32(at + 4, true);
    item.node = items.getUint32(at, true);
    item.type = style & 0xff;
    item.lines = (style >>> 8) & 0xff;
    item.textAlign = (style >>> 16) & 0xff;
    item.fontWeight = (style >>> 24) * 100;
    item.clip = items.getUint32(at + 8, true);
    item.colour = items.getUint32(at + 12, true);
    item.x = items.getFloat32(at + 16, true);
    item.y = items.getFloat32(at + 20, true);
    item.width = items.getFloat32(at + 24, true);
    item.height = items.getFloat32(at + 28, true);
    item.opacity = items.getFloat32(at + 32, true);
    item.radius = items.getFloat32(at + 36, true);
    item.fontSize = items.getFloat32(at + 40, true);
    item.lineHeight = items.getFloat32(at + 44, true);
    return item;
  }

  /** Valid until the next call. */
  clipAt(index: number): Readonly<PictureClip> {
    const { clips, clip } = this;
    const at = index * DISPLAY_CLIP_WORDS * 4;
    clip.x = clips.getFloat32(at, true);
    clip.y = clips.getFloat32(at + 4, true);
    clip.width = clips.getFloat32(at + 8, true);
    clip.height = clips.getFloat32(at + 12, true);
    clip.radius = clips.getFloat32(at + 16, true);
    return clip;
  }
}

/** Copies bytes, because a decoded binary may be a view of a frame whose buffer is reused. */
const copied = (bytes: Uint8Array): DataView => new DataView(bytes.slice().buffer);
