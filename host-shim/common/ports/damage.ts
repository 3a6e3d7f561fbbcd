/**
 * What differs between two pictures in a row, as rectangles of the canvas in its whole pixels: a painter paints these, and leaves the rest as it is.
 *
 *   before   A B C D E        both ends that are equal word for word are left alone; in between, items are found again by their node:
 *   now      A B D F E        C has gone and F has come, so their places are painted; D has only moved up, so its place is not
 *
 * An item that is now painted before one that it was painted after has changed as well: they may overlap. Rectangles that touch, or nearly
 * fill their union, become one, so that no pixel is painted twice and a rail that scrolls is one strip.
 * The catch: it knows what it was shown last. After a picture that did not get onto the canvas, everything differs: `markAll`.
 */
import { DISPLAY_CLIP_WORDS, DISPLAY_ITEM_WORDS, TEXT_ITEM } from '../../../protocol/ports/display.js';
import type { Area, Picture } from './picture.js';

/** More than this are not worth telling apart: each of them costs a walk over the items. */
const AREAS_MAX = 4;
/** Two rectangles become one that is at most this much larger than both. */
const UNION_SHARE_MAX = { numerator: 5, denominator: 4 };
/** From this part of the canvas on, everything is painted. */
const WHOLE_SHARE = 0.7;
/** How far the glyphs of a text reach beyond their box, in font sizes: accents, descenders of a tight line, slanted letters. */
export const OVERHANG = 0.35;
/** Pixels around an item which its smooth edges may colour. */
const SMOOTH = 1;

const sizeOf = ({ left, top, right, bottom }: Area): number => (right - left) * (bottom - top);

export class Damage {
  private words = new Uint32Array(0);
  private numbers = new Float32Array(0);
  private clips = new Float32Array(0);
  private width = 0;
  private height = 0;
  /** Width of the canvas, in its pixels. */
  private canvasWidth = 0;
  private canvasHeight = 0;
  private all = true;
  /** Nodes whose text or source has changed. */
  private readonly marked = new Set<number>();
  private areas: Area[] = [];
  /** Place of the item that is looked at: many in a frame, of which few become an area of their own. */
  private readonly candidate: Area = { left: 0, top: 0, right: 0, bottom: 0 };

  /** Everything is to be painted: nobody knows what the canvas shows. */
  markAll(): void {
    this.all = true;
  }

  /** A node's text, source or image has changed. */
  mark(node: number): void {
    this.marked.add(node);
  }

  /** @returns disjoint areas of a canvas of this size that differ from the picture before; null for all of it */
  take(picture: Picture, canvasWidth: number, canvasHeight: number): readonly Area[] | null {
    const isAll = this.all || this.width !== picture.width || this.height !== picture.height;
    const isWhole = isAll || this.canvasWidth !== canvasWidth || this.canvasHeight !== canvasHeight;
    this.canvasWidth = canvasWidth;
    this.canvasHeight = canvasHeight;
    this.areas = [];
    if (!isWhole) this.compare(picture);
    this.keep(picture);
    const painted = this.areas.reduce((sum, area) => sum + sizeOf(area), 0);
    return isWhole || painted >= WHOLE_SHARE * canvasWidth * canvasHeight ? null : this.areas;
  }

  private keep(picture: Picture): void {
    this.all = false;
    this.marked.clear();
    this.words = picture.words;
    this.numbers = new Float32Array(picture.words.buffer);
    this.clips = picture.clips;
    this.width = picture.width;
    this.height = picture.height;
  }

  private compare(picture: Picture): void {
    const { words: now, clips } = picture;
    const { words: before } = this;
    const sameClips = areEqual(this.clips, clips);
    const same = (a: number, b: number): boolean =>
      equalItems(before, a, now, b) && (sameClips || this.sameClip(before[a + 2], clips, now[b + 2])) && !this.marked.has(now[b]);
    let start = 0;
    const shorter = Math.min(before.length, now.length);
    while (start < shorter && same(start, start)) start += DISPLAY_ITEM_WORDS;
    let end = now.length;
    let endBefore = before.length;
    while (end > start && endBefore > start && same(endBefore - DISPLAY_ITEM_WORDS, end - DISPLAY_ITEM_WORDS)) {
      end -= DISPLAY_ITEM_WORDS;
      endBefore -= DISPLAY_ITEM_WORDS;
    }
    if (end === start && endBefore === start) return;
    this.compareMiddle(picture, start, end, endBefore, same);
  }

  /** Finds the items between the equal ends by their nodes. */
  private compareMiddle(picture: Picture, start: number, end: number, endBefore: number, same: (a: number, b: number) => boolean): void {
    const { words: before } = this;
    const numbers = new Float32Array(picture.words.buffer);
    const places = new Map<number, number>();
    for (let at = start; at < endBefore; at += DISPLAY_ITEM_WORDS) places.set(before[at], at);
    let last = -1;
    for (let at = start; at < end; at += DISPLAY_ITEM_WORDS) {
      const node = picture.words[at];
      const place = places.get(node);
      places.delete(node);
      if (place !== undefined && place > last && same(place, at)) {
        last = place;
        continue;
      }
      if (place !== undefined) this.add(before, this.numbers, this.clips, place);
      this.add(picture.words, numbers, picture.clips, at);
    }
    for (const place of places.values()) this.add(before, this.numbers, this.clips, place);
  }

  private sameClip(before: number, clips: Float32Array, now: number): boolean {
    const a = before * DISPLAY_CLIP_WORDS;
    const b = now * DISPLAY_CLIP_WORDS;
    for (let word = 0; word < DISPLAY_CLIP_WORDS; word++) if (this.clips[a + word] !== clips[b + word]) return false;
    return true;
  }

  /** Adds the place where an item is seen. */
  private add(words: Uint32Array, numbers: Float32Array, clips: Float32Array, at: number): void {
    const pad = (words[at + 1] & 0xff) === TEXT_ITEM ? numbers[at + 10] * OVERHANG : 0;
    const clip = words[at + 2] * DISPLAY_CLIP_WORDS;
    const x = numbers[at + 4];
    const y = numbers[at + 5];
    const scaleX = this.canvasWidth / this.width;
    const scaleY = this.canvasHeight / this.height;
    const left = Math.max(clips[clip], x - pad);
    const top = Math.max(clips[clip + 1], y - pad);
    const right = Math.min(clips[clip] + clips[clip + 2], x + numbers[at + 6] + pad);
    const bottom = Math.min(clips[clip + 1] + clips[clip + 3], y + numbers[at + 7] + pad);
    const { candidate } = this;
    candidate.left = Math.max(0, Math.floor(left * scaleX) - SMOOTH);
    candidate.top = Math.max(0, Math.floor(top * scaleY) - SMOOTH);
    candidate.right = Math.min(this.canvasWidth, Math.ceil(right * scaleX) + SMOOTH);
    candidate.bottom = Math.min(this.canvasHeight, Math.ceil(bottom * scaleY) + SMOOTH);
    this.include(candidate);
  }

  /** @param area is changed, and not kept */
  private include(area: Area): void {
    if (!(area.left < area.right && area.top < area.bottom)) return;
    const { areas } = this;
    for (let at = partnerOf(areas, area); at >= 0; at = partnerOf(areas, area)) {
      if (contains(areas[at], area)) return;
      extend(area, takeAt(areas, at));
    }
    areas.push({ ...area });
    if (areas.length <= AREAS_MAX) return;
    // The two oldest: what was painted near each other was compared after each other.
    const first = takeAt(areas, 0);
    extend(first, takeAt(areas, 0));
    this.include(first);
  }
}

/** Takes one out; the others keep their order, without another array. */
function takeAt(areas: Area[], at: number): Area {
  const taken = areas[at];
  for (let index = at + 1; index < areas.length; index++) areas[index - 1] = areas[index];
  areas.pop();
  return taken;
}

const contains = (outer: Area, inner: Area): boolean =>
  outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right && outer.bottom >= inner.bottom;

function extend(area: Area, other: Area): void {
  area.left = Math.min(area.left, other.left);
  area.top = Math.min(area.top, other.top);
  area.right = Math.max(area.right, other.right);
  area.bottom = Math.max(area.bottom, other.bottom);
}

/** @returns the index of an area that overlaps this one, or fills most of what both would be together; -1 when there is none */
function partnerOf(areas: readonly Area[], area: Area): number {
  for (let index = 0; index < areas.length; index++) {
    const other = areas[index];
    const width = Math.max(area.right, other.right) - Math.min(area.left, other.left);
    const height = Math.max(area.bottom, other.bottom) - Math.min(area.top, other.top);
    const apart = area.left >= other.right || area.right <= other.left || area.top >= other.bottom || area.bottom <= other.top;
    const isNear = UNION_SHARE_MAX.denominator * width * height <= UNION_SHARE_MAX.numerator * (sizeOf(area) + sizeOf(other));
    if (!apart || isNear) return index;
  }
  return -1;
}

/** Compares items but for their clips' numbers, word by word and in one expression: a loop costs an engine without a compiler more than the words do. */
const equalItems = (a: Uint32Array, i: number, b: Uint32Array, j: number): boolean =>
  a[i + 4] === b[j + 4] &&
  a[i + 5] === b[j + 5] &&
  a[i] === b[j] &&
  a[i + 1] === b[j + 1] &&
  a[i + 3] === b[j + 3] &&
  a[i + 6] === b[j + 6] &&
  a[i + 7] === b[j + 7] &&
  a[i + 8] === b[j + 8] &&
  a[i + 9] === b[j + 9] &&
  a[i + 10] === b[j + 10] &&
  a[i + 11] === b[j + 11];

function areEqual(a: Float32Array, b: Float32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
