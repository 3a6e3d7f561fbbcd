/**
 * What is visible, in paint order, as packed 32-bit words: docs/SCENE.md draws an item. The words are in the byte order of the
 * platform, which is little-endian wherever there is WebAssembly. The display's list is kept beside the new one, so that the
 * same picture is not sent again.
 */
import { DISPLAY_CLIPS_MAX, DISPLAY_ITEM_WORDS, DISPLAY_ITEMS_MAX } from '../../protocol/ports/display.js';
import type { Animations } from './animation.js';
import type { Layout } from './layout.js';
import { PackedList } from './packed-list.js';
import {
  AUTOMATIC,
  CLIP,
  COLOUR,
  FONT_SIZE,
  FONT_WEIGHT,
  HEIGHT,
  LINE_HEIGHT,
  LINE_HEIGHT_FACTOR,
  LINES,
  OPACITY,
  PROPERTY_COUNT,
  RADIUS,
  SCALE,
  SCALE_MAX,
  TEXT_ALIGN,
  WIDTH,
  X,
  Y,
} from './properties.js';
import { grown, IMAGE, NONE, ROOT, TEXT, type Tree, VIEW } from './tree.js';

const CAPACITY_MIN = 256;
const EDGES = 4;

export class DisplayList {
  /** The list that `paint` makes, and the one that the display has. */
  made = new PackedList();
  shown = new PackedList();
  /** True when something outside of the picture will come into it by its own animations. */
  entering = false;
  /** True when an item is listed whose string the display does not have yet. */
  private stringChanged = false;
  /** Per clip of the new list: left, top, right, bottom. */
  private edges = new Float64Array(CAPACITY_MIN * EDGES);

  /** Per node, on the screen: corner, scale of its content, opacity, and the clip of its children. */
  private left = new Float64Array(0);
  private top = new Float64Array(0);
  private scale = new Float64Array(0);
  private opacity = new Float64Array(0);
  private clip = new Int32Array(0);
  private capacity = 0;

  paint(tree: Tree, layout: Layout, animations: Animations): void {
    this.reserve(tree.capacity);
    this.entering = false;
    this.stringChanged = false;
    this.made.begin(layout.width[ROOT], layout.height[ROOT]);
    this.addClip(0, 0, layout.width[ROOT], layout.height[ROOT], 0);
    let i = 0;
    while (i < tree.orderLength) i = this.visit(tree, layout, animations, i);
  }

  /** @returns whether the new list looks different from the display's */
  differs(): boolean {
    return this.stringChanged || !this.made.equals(this.shown);
  }

  /** Makes the new list the display's. */
  keep(): void {
    const former = this.shown;
    this.shown = this.made;
    this.made = former;
  }

  /** @returns whether the new list has an item of the node's subtree */
  hasWithin(tree: Tree, node: number): boolean {
    const index = tree.indexOf(node);
    if (index === NONE) return false;
    const words = this.made.itemWords;
    let before = 0;
    let after = this.made.itemCount;
    while (before < after) {
      const middle = (before + after) >> 1;
      if (tree.indexOf(words[middle * DISPLAY_ITEM_WORDS]) < index) before = middle + 1;
      else after = middle;
    }
    return before < this.made.itemCount && tree.indexOf(words[before * DISPLAY_ITEM_WORDS]) < tree.end[index];
  }

  /** Lists the node at `index` of the order if it is visible. @returns the next index: past the subtree when nothing of it is visible */
  private visit(tree: Tree, layout: Layout, animations: Animations, index: number): number {
    const node = tree.order[index];
    const parent = tree.parent[node];
    const properties = tree.properties;
    const row = node * PROPERTY_COUNT;
    const isTop = parent === NONE;
    const parentScale = isTop ? 1 : this.scale[parent];
    const clip = isTop ? 0 : this.clip[parent];
    const ownScale = properties[row + SCALE];
    const scale = Math.min(SCALE_MAX, parentScale * ownScale);
    const opacity = (isTop ? 1 : this.opacity[parent]) * properties[row + OPACITY];
    if (scale <= 0 || opacity <= 0) {
      if (animations.hasNode(node)) this.lookAhead(tree, layout, animations, node, clip);
      return tree.end[index];
    }

    // Scale is about the centre, in the coordinates of the parent.
    const inset = (1 - ownScale) / 2;
    const x = layout.left[node] + properties[row + X] + layout.width[node] * inset;
    const y = layout.top[node] + properties[row + Y] + layout.height[node] * inset;
    const left = isTop ? x : this.left[parent] + x * parentScale;
    const top = isTop ? y : this.top[parent] + y * parentScale;
    const width = layout.width[node] * scale;
    const height = layout.height[node] * scale;
    this.left[node] = left;
    this.top[node] = top;
    this.scale[node] = scale;
    this.opacity[node] = opacity;
    this.clip[node] = clip;

    const inside = this.overlaps(clip, left, top, width, height);
    if (inside && showsItself(tree, node, properties[row + COLOUR])) {
      this.addItem(tree, node, clip, left, top, width, height, scale, opacity);
    } else if (animations.hasNode(node)) this.lookAhead(tree, layout, animations, node, clip);
    if (properties[row + CLIP] !== 0) {
      if (!inside) return tree.end[index];
      this.clip[node] = this.narrow(clip, left, top, width, height, properties[row + RADIUS] * scale);
    }
    return index + 1;
  }

  /** Notes whether a node that is not visible comes into the picture by its own animations: whether it is there at their ends. */
  private lookAhead(tree: Tree, layout: Layout, animations: Animations, node: number, clip: number): void {
    const colour = animations.target(node, COLOUR, tree.value(node, COLOUR));
    const isContainer = tree.first[node] !== NONE && !animations.isAnimated(node, COLOUR);
    if (this.entering || (!isContainer && !showsItself(tree, node, colour))) return;
    const parent = tree.parent[node];
    const parentScale = parent === NONE ? 1 : this.scale[parent];
    const ownScale = animations.target(node, SCALE, tree.value(node, SCALE));
    const scale = Math.min(SCALE_MAX, parentScale * ownScale);
    if (scale <= 0 || animations.target(node, OPACITY, tree.value(node, OPACITY)) <= 0) return;
    const width = animations.target(node, WIDTH, layout.width[node]);
    const height = animations.target(node, HEIGHT, layout.height[node]);
    const inset = (1 - ownScale) / 2;
    const x = layout.left[node] + animations.target(node, X, tree.value(node, X)) + width * inset;
    const y = layout.top[node] + animations.target(node, Y, tree.value(node, Y)) + height * inset;
    const left = parent === NONE ? x : this.left[parent] + x * parentScale;
    const top = parent === NONE ? y : this.top[parent] + y * parentScale;
    this.entering = this.overlaps(clip, left, top, width * scale, height * scale);
  }

  private overlaps(clip: number, left: number, top: number, width: number, height: number): boolean {
    const at = clip * EDGES;
    const edges = this.edges;
    return (
      width > 0 && height > 0 && left < edges[at + 2] && left + width > edges[at] && top < edges[at + 3] && top + height > edges[at + 1]
    );
  }

  /** @returns the index of a clip for the part of a rectangle inside the outer clip */
  private narrow(outer: number, left: number, top: number, width: number, height: number, radius: number): number {
    if (this.made.clipCount === DISPLAY_CLIPS_MAX) return outer;
    const at = outer * EDGES;
    const edges = this.edges;
    const right = Math.min(left + width, edges[at + 2]);
    const bottom = Math.min(top + height, edges[at + 3]);
    return this.addClip(Math.max(left, edges[at]), Math.max(top, edges[at + 1]), right, bottom, radius);
  }

  private addClip(left: number, top: number, right: number, bottom: number, radius: number): number {
    const clip = this.made.clipCount;
    const at = this.made.addClip();
    const clips = this.made.clipFloats;
    clips[at] = left;
    clips[at + 1] = top;
    clips[at + 2] = right - left;
    clips[at + 3] = bottom - top;
    clips[at + 4] = radius;
    const edge = clip * EDGES;
    if (edge === this.edges.length) this.edges = grown(this.edges, new Float64Array(2 * edge));
    const edges = this.edges;
    edges[edge] = left;
    edges[edge + 1] = top;
    edges[edge + 2] = right;
    edges[edge + 3] = bottom;
    return clip;
  }

  private addItem(
    tree: Tree,
    node: number,
    clip: number,
    left: number,
    top: number,
    width: number,
    height: number,
    scale: number,
    opacity: number,
  ): void {
    const { made } = this;
    if (made.itemCount === DISPLAY_ITEMS_MAX) {
      made.omitted++;
      return;
    }
    if (tree.isMarked(node)) this.stringChanged = true;
    const at = made.addItem();
    const words = made.itemWords;
    const floats = made.itemFloats;
    const properties = tree.properties;
    const row = node * PROPERTY_COUNT;
    const isText = tree.types[node] === TEXT;
    words[at] = node;
    words[at + 1] = isText ? textStyle(tree, node) : tree.types[node];
    words[at + 2] = clip;
    words[at + 3] = properties[row + COLOUR];
    floats[at + 4] = left;
    floats[at + 5] = top;
    floats[at + 6] = width;
    floats[at + 7] = height;
    floats[at + 8] = opacity;
    floats[at + 9] = properties[row + RADIUS] * scale;
    floats[at + 10] = isText ? properties[row + FONT_SIZE] * scale : 0;
    floats[at + 11] = isText ? lineHeightOf(tree, node) * scale : 0;
  }

  private reserve(capacity: number): void {
    if (capacity === this.capacity) return;
    this.left = new Float64Array(capacity);
    this.top = new Float64Array(capacity);
    this.scale = new Float64Array(capacity);
    this.opacity = new Float64Array(capacity);
    this.clip = new Int32Array(capacity);
    this.capacity = capacity;
  }
}

/** A view shows its colour, a text its glyphs, an image its source or, until that has arrived, its colour. */
function showsItself(tree: Tree, node: number, colour: number): boolean {
  const opaque = (colour & 0xff) !== 0;
  const type = tree.types[node];
  if (type === VIEW) return opaque;
  const filled = tree.strings[node].length > 0;
  return type === IMAGE ? opaque || filled : opaque && filled;
}

/** Type in bits 0 to 7, lines in 8 to 15, alignment in 16 to 23, weight over 100 in 24 to 31. */
const textStyle = (tree: Tree, node: number): number =>
  TEXT | (tree.value(node, LINES) << 8) | (tree.value(node, TEXT_ALIGN) << 16) | (Math.floor(tree.value(node, FONT_WEIGHT) / 100) << 24);

function lineHeightOf(tree: Tree, node: number): number {
  const lineHeight = tree.value(node, LINE_HEIGHT);
  return lineHeight === AUTOMATIC ? tree.value(node, FONT_SIZE) * LINE_HEIGHT_FACTOR : lineHeight;
}
