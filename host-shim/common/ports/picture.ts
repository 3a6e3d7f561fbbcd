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

/** A picture as a debugger has it: a display list, and the strings of the nodes in it. */
export type ShownPicture = MessageOf<typeof display, 'displayList'> & MessageOf<typeof display, 'strings'>;

/** A rectangle, from its left and top edge up to, but without, its right and bottom one. */
export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export class Picture {
  frame = 0;
  width = 0;
  height = 0;
  animating = false;
  omitted = 0;
  readonly strings = new Map<number, string>();
  /** The display list's words as they came, and the same bytes as numbers. Read them only: the painter compares them with the next ones. */
  words = new Uint32Array(0);
  clips = new Float32Array(0);
  private numbers = new Float32Array(0);

  /** The object that every read of an item overwrites. */
  private readonly item = {} as PictureItem;
  private readonly clip = {} as PictureClip;

  get itemCount(): number {
    return this.words.length / DISPLAY_ITEM_WORDS;
  }

  take(list: MessageOf<typeof display, 'displayList'>): void {
    this.frame = list.frame;
    this.width = list.width;
    this.height = list.height;
    this.animating = list.animating;
    this.omitted = list.omitted;
    this.words = new Uint32Array(copied(list.items));
    this.numbers = new Float32Array(this.words.buffer);
    this.clips = new Float32Array(copied(list.clips));
  }

  takeStrings({ strings }: MessageOf<typeof display, 'strings'>): void {
    for (const { node, value } of strings) {
      if (value === '') this.strings.delete(node);
      else this.strings.set(node, value);
    }
  }

  /** The display list that it took last. */
  get list(): MessageOf<typeof display, 'displayList'> {
    const { frame, width, height, animating, omitted, words, clips } = this;
    return { frame, width, height, animating, omitted, items: new Uint8Array(words.buffer), clips: new Uint8Array(clips.buffer) };
  }

  copy(): Picture {
    const copy = new Picture();
    copy.take(this.list);
    for (const [node, value] of this.strings) copy.strings.set(node, value);
    return copy;
  }

  /** What is to be told of this picture so that it has the strings of another. */
  stringsTo({ strings }: Picture | ShownPicture): MessageOf<typeof display, 'strings'>['strings'] {
    const wanted = new Map(
      Array.isArray(strings) ? strings.map(({ node, value }) => [node, value] as const) : (strings as Map<number, string>),
    );
    const gone = [...this.strings.keys()].filter((node) => !wanted.has(node)).map((node) => ({ node, value: '' }));
    const changed = [...wanted].filter(([node, value]) => this.strings.get(node) !== value);
    return [...gone, ...changed.map(([node, value]) => ({ node, value }))];
  }

  stringOf(node: number): string {
    return this.strings.get(node) ?? '';
  }

  /** Valid until the next call. */
  itemAt(index: number): Readonly<PictureItem> {
    const { words, numbers, item } = this;
    const at = index * DISPLAY_ITEM_WORDS;
    const style = words[at + 1];
    item.node = words[at];
    item.type = style & 0xff;
    item.lines = (style >>> 8) & 0xff;
    item.textAlign = (style >>> 16) & 0xff;
    item.fontWeight = (style >>> 24) * 100;
    item.clip = words[at + 2];
    item.colour = words[at + 3];
    item.x = numbers[at + 4];
    item.y = numbers[at + 5];
    item.width = numbers[at + 6];
    item.height = numbers[at + 7];
    item.opacity = numbers[at + 8];
    item.radius = numbers[at + 9];
    item.fontSize = numbers[at + 10];
    item.lineHeight = numbers[at + 11];
    return item;
  }

  /** Whether an item has a part in an area, both in pixels of the scene. @param overhang of texts beyond their box, in font sizes */
  touches(index: number, area: Readonly<Area>, overhang: number): boolean {
    const { numbers } = this;
    const at = index * DISPLAY_ITEM_WORDS;
    const pad = numbers[at + 10] * overhang;
    const x = numbers[at + 4];
    const y = numbers[at + 5];
    return x - pad < area.right && y - pad < area.bottom && x + numbers[at + 6] + pad > area.left && y + numbers[at + 7] + pad > area.top;
  }

  /** Valid until the next call. */
  clipAt(index: number): Readonly<PictureClip> {
    const { clips, clip } = this;
    const at = index * DISPLAY_CLIP_WORDS;
    clip.x = clips[at];
    clip.y = clips[at + 1];
    clip.width = clips[at + 2];
    clip.height = clips[at + 3];
    clip.radius = clips[at + 4];
    return clip;
  }
}

/** Copies bytes, because a decoded binary may be a view of a frame whose buffer is reused. Every engine that runs this is little-endian, as the list is. */
const copied = (bytes: Uint8Array): ArrayBuffer => bytes.slice().buffer;
