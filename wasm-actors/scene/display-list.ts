/**
 * What is visible, in paint order, as packed 32-bit words: docs/SCENE.md draws an item. The words are in the byte order of the
 * platform, which is little-endian wherever there is WebAssembly. The buffers are used again for the next list.
 */
import { Column } from './column';
import { Layout } from './layout';
import {
  AUTOMATIC,
  CLIP,
  COLOUR,
  FONT_SIZE,
  FONT_WEIGHT,
  LINE_HEIGHT,
  LINE_HEIGHT_FACTOR,
  LINES,
  OPACITY,
  PROPERTY_COUNT,
  RADIUS,
  SCALE,
  SCALE_MAX,
  TEXT_ALIGN,
  X,
  Y,
} from './properties';
import { IMAGE, NONE, ROOT, TEXT, Tree, VIEW } from './tree';

/** As in protocol/ports/display.ts. */
const DISPLAY_ITEMS_MAX: i32 = 16384;
const DISPLAY_CLIPS_MAX: i32 = 4096;
export const DISPLAY_ITEM_WORDS: i32 = 12;
export const DISPLAY_CLIP_WORDS: i32 = 5;

const CAPACITY_MIN: i32 = 256;
const EDGES: i32 = 4;

export class DisplayList {
  itemCount: i32 = 0;
  clipCount: i32 = 0;
  /** Visible items beyond the most that a list holds. */
  omitted: i32 = 0;

  items: Column<u32> = new Column<u32>(CAPACITY_MIN * DISPLAY_ITEM_WORDS);
  clips: Column<f32> = new Column<f32>(CAPACITY_MIN * DISPLAY_CLIP_WORDS);
  /** Per clip: left, top, right, bottom. */
  private edges: Column<f64> = new Column<f64>(CAPACITY_MIN * EDGES);

  /** On the screen, per node: corner, scale of its content, opacity, and the clip of its children. */
  private left: Column<f64> = new Column<f64>(0);
  private top: Column<f64> = new Column<f64>(0);
  private scale: Column<f64> = new Column<f64>(0);
  private opacity: Column<f64> = new Column<f64>(0);
  private clip: Column<i32> = new Column<i32>(0);

  paint(tree: Tree, layout: Layout): void {
    this.reserve(tree.capacity);
    this.itemCount = 0;
    this.clipCount = 0;
    this.omitted = 0;
    this.addClip(0, 0, layout.width[ROOT], layout.height[ROOT], 0);
    let i = 0;
    while (i < tree.orderLength) i = this.visit(tree, layout, i);
  }

  /** Lists the node at `index` of the order when it shows. @returns the index to go on with: past the subtree when nothing of it shows */
  private visit(tree: Tree, layout: Layout, index: i32): i32 {
    const node = tree.order[index];
    const parent = tree.parent[node];
    const properties = tree.properties;
    const row = node * PROPERTY_COUNT;
    const isTop = parent == NONE;
    const parentScale = isTop ? 1.0 : this.scale[parent];
    const clip = isTop ? 0 : this.clip[parent];
    const ownScale = properties[row + SCALE];
    const scale = Math.min(SCALE_MAX, parentScale * ownScale);
    const opacity = (isTop ? 1.0 : this.opacity[parent]) * properties[row + OPACITY];
    if (scale <= 0 || opacity <= 0) return tree.end[index];

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
    if (inside && showsItself(tree, node)) this.addItem(tree, node, clip, left, top, width, height, scale, opacity);
    if (properties[row + CLIP] != 0) {
      if (!inside) return tree.end[index];
      this.clip[node] = this.narrow(clip, left, top, width, height, properties[row + RADIUS] * scale);
    }
    return index + 1;
  }

  private overlaps(clip: i32, left: f64, top: f64, width: f64, height: f64): bool {
    const at = clip * EDGES;
    const edges = this.edges;
    return (
      width > 0 &&
      height > 0 &&
      left < edges[at + 2] &&
      left + width > edges[at] &&
      top < edges[at + 3] &&
      top + height > edges[at + 1]
    );
  }

  /** @returns the index of a clip that is the part of a rectangle inside the outer clip */
  private narrow(outer: i32, left: f64, top: f64, width: f64, height: f64, radius: f64): i32 {
    if (this.clipCount == DISPLAY_CLIPS_MAX) return outer;
    const at = outer * EDGES;
    const edges = this.edges;
    const right = Math.min(left + width, edges[at + 2]);
    const bottom = Math.min(top + height, edges[at + 3]);
    return this.addClip(Math.max(left, edges[at]), Math.max(top, edges[at + 1]), right, bottom, radius);
  }

  private addClip(left: f64, top: f64, right: f64, bottom: f64, radius: f64): i32 {
    const at = this.clipCount * DISPLAY_CLIP_WORDS;
    if (at == this.clips.capacity) {
      this.clips.reserve(2 * at);
      this.edges.reserve(2 * this.edges.capacity);
    }
    const clips = this.clips;
    clips[at] = <f32>left;
    clips[at + 1] = <f32>top;
    clips[at + 2] = <f32>(right - left);
    clips[at + 3] = <f32>(bottom - top);
    clips[at + 4] = <f32>radius;
    const edges = this.edges;
    const edge = this.clipCount * EDGES;
    edges[edge] = left;
    edges[edge + 1] = top;
    edges[edge + 2] = right;
    edges[edge + 3] = bottom;
    return this.clipCount++;
  }

  private addItem(
    tree: Tree,
    node: i32,
    clip: i32,
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    scale: f64,
    opacity: f64,
  ): void {
    if (this.itemCount == DISPLAY_ITEMS_MAX) {
      this.omitted++;
      return;
    }
    const at = this.itemCount++ * DISPLAY_ITEM_WORDS;
    if (at == this.items.capacity) this.items.reserve(2 * at);
    const words = this.items;
    const properties = tree.properties;
    const row = node * PROPERTY_COUNT;
    const isText = tree.types[node] == TEXT;
    words[at] = node;
    words[at + 1] = isText ? textStyle(tree, node) : tree.types[node];
    words[at + 2] = clip;
    words[at + 3] = <u32>properties[row + COLOUR];
    words[at + 4] = bitsOf(left);
    words[at + 5] = bitsOf(top);
    words[at + 6] = bitsOf(width);
    words[at + 7] = bitsOf(height);
    words[at + 8] = bitsOf(opacity);
    words[at + 9] = bitsOf(properties[row + RADIUS] * scale);
    words[at + 10] = bitsOf(isText ? properties[row + FONT_SIZE] * scale : 0.0);
    words[at + 11] = bitsOf(isText ? lineHeightOf(tree, node) * scale : 0.0);
  }

  private reserve(capacity: i32): void {
    this.left.reserve(capacity);
    this.top.reserve(capacity);
    this.scale.reserve(capacity);
    this.opacity.reserve(capacity);
    this.clip.reserve(capacity);
  }
}

/** A 32-bit float as a word. */
// @ts-ignore: decorator
@inline function bitsOf(value: f64): u32 {
  return reinterpret<u32>(<f32>value);
}

/** A view shows its colour, a text its glyphs, an image its source or, until that has come, its colour. */
function showsItself(tree: Tree, node: i32): bool {
  const opaque = (<u32>tree.value(node, COLOUR) & 0xff) != 0;
  const type = tree.types[node];
  if (type == VIEW) return opaque;
  const filled = tree.strings[node].length > 0;
  return type == IMAGE ? opaque || filled : opaque && filled;
}

/** Type in bits 0 to 7, lines in 8 to 15, alignment in 16 to 23, weight over 100 in 24 to 31. */
function textStyle(tree: Tree, node: i32): u32 {
  return (
    TEXT |
    (<u32>tree.value(node, LINES) << 8) |
    (<u32>tree.value(node, TEXT_ALIGN) << 16) |
    (<u32>(tree.value(node, FONT_WEIGHT) / 100) << 24)
  );
}

function lineHeightOf(tree: Tree, node: i32): f64 {
  const lineHeight = tree.value(node, LINE_HEIGHT);
  return lineHeight == AUTOMATIC ? tree.value(node, FONT_SIZE) * LINE_HEIGHT_FACTOR : lineHeight;
}
