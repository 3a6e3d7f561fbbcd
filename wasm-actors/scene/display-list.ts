/**
 * What is visible, in paint order, as packed 32-bit words: docs/SCENE.md draws an item. The words are in the byte order of the
 * platform, which is little-endian wherever there is WebAssembly. The display's list is kept beside the new one, so that the
 * same picture is not sent again.
 */
import { DISPLAY_CLIPS_MAX, DISPLAY_ITEM_WORDS, DISPLAY_ITEMS_MAX } from '../../protocol/generated/assembly/display';
import { Animations } from './animation';
import { Column } from './column';
import { Layout } from './layout';
import { PackedList } from './packed-list';
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
} from './properties';
import { IMAGE, NONE, ROOT, TEXT, Tree, VIEW } from './tree';

const CAPACITY_MIN: i32 = 256;
const EDGES: i32 = 4;

export class DisplayList {
  /** The list that `paint` makes, and the one that the display has. */
  made: PackedList = new PackedList();
  shown: PackedList = new PackedList();
  /** True when something outside of the picture will come into it by its own animations. */
  entering: bool = false;
  /** True when an item is listed whose string the display does not have yet. */
  private stringChanged: bool = false;
  /** Per clip of the new list: left, top, right, bottom. */
  private edges: Column<f64> = new Column<f64>(CAPACITY_MIN * EDGES);

  /** Per node, on the screen: corner, scale of its content, opacity, and the clip of its children. */
  private left: Column<f64> = new Column<f64>(0);
  private top: Column<f64> = new Column<f64>(0);
  private scale: Column<f64> = new Column<f64>(0);
  private opacity: Column<f64> = new Column<f64>(0);
  private clip: Column<i32> = new Column<i32>(0);

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
  differs(): bool {
    return this.stringChanged || !this.made.equals(this.shown);
  }

  /** Makes the new list the display's. */
  keep(): void {
    const former = this.shown;
    this.shown = this.made;
    this.made = former;
  }

  /** @returns whether the new list has an item of the node's subtree */
  hasWithin(tree: Tree, node: i32): bool {
    const index = tree.indexOf(node);
    if (index == NONE) return false;
    const words = this.made.items;
    let before: i32 = 0;
    let after = this.made.itemCount;
    while (before < after) {
      const middle = (before + after) >> 1;
      if (tree.indexOf(words[middle * DISPLAY_ITEM_WORDS]) < index) before = middle + 1;
      else after = middle;
    }
    return before < this.made.itemCount && tree.indexOf(words[before * DISPLAY_ITEM_WORDS]) < tree.end[index];
  }

  /** Lists the node at `index` of the order if it is visible. @returns the next index: past the subtree when nothing of it is visible */
  private visit(tree: Tree, layout: Layout, animations: Animations, index: i32): i32 {
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
    if (properties[row + CLIP] != 0) {
      if (!inside) return tree.end[index];
      this.clip[node] = this.narrow(clip, left, top, width, height, properties[row + RADIUS] * scale);
    }
    return index + 1;
  }

  /** Notes whether a node that is not visible comes into the picture by its own animations: whether it is there at their ends. */
  private lookAhead(tree: Tree, layout: Layout, animations: Animations, node: i32, clip: i32): void {
    const colour = animations.target(node, COLOUR, tree.value(node, COLOUR));
    const isContainer = tree.first[node] != NONE && !animations.isAnimated(node, COLOUR);
    if (this.entering || (!isContainer && !showsItself(tree, node, colour))) return;
    const parent = tree.parent[node];
    const parentScale = parent == NONE ? 1.0 : this.scale[parent];
    const ownScale = animations.target(node, SCALE, tree.value(node, SCALE));
    const scale = Math.min(SCALE_MAX, parentScale * ownScale);
    if (scale <= 0 || animations.target(node, OPACITY, tree.value(node, OPACITY)) <= 0) return;
    const width = animations.target(node, WIDTH, layout.width[node]);
    const height = animations.target(node, HEIGHT, layout.height[node]);
    const inset = (1 - ownScale) / 2;
    const x = layout.left[node] + animations.target(node, X, tree.value(node, X)) + width * inset;
    const y = layout.top[node] + animations.target(node, Y, tree.value(node, Y)) + height * inset;
    const left = parent == NONE ? x : this.left[parent] + x * parentScale;
    const top = parent == NONE ? y : this.top[parent] + y * parentScale;
    this.entering = this.overlaps(clip, left, top, width * scale, height * scale);
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

  /** @returns the index of a clip for the part of a rectangle inside the outer clip */
  private narrow(outer: i32, left: f64, top: f64, width: f64, height: f64, radius: f64): i32 {
    if (this.made.clipCount == DISPLAY_CLIPS_MAX) return outer;
    const at = outer * EDGES;
    const edges = this.edges;
    const right = Math.min(left + width, edges[at + 2]);
    const bottom = Math.min(top + height, edges[at + 3]);
    return this.addClip(Math.max(left, edges[at]), Math.max(top, edges[at + 1]), right, bottom, radius);
  }

  private addClip(left: f64, top: f64, right: f64, bottom: f64, radius: f64): i32 {
    const clip = this.made.clipCount;
    const at = this.made.addClip();
    const clips = this.made.clips;
    clips[at] = <f32>left;
    clips[at + 1] = <f32>top;
    clips[at + 2] = <f32>(right - left);
    clips[at + 3] = <f32>(bottom - top);
    clips[at + 4] = <f32>radius;
    const edge = clip * EDGES;
    if (edge == this.edges.capacity) this.edges.reserve(2 * edge);
    const edges = this.edges;
    edges[edge] = left;
    edges[edge + 1] = top;
    edges[edge + 2] = right;
    edges[edge + 3] = bottom;
    return clip;
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
    const made = this.made;
    if (made.itemCount == DISPLAY_ITEMS_MAX) {
      made.omitted++;
      return;
    }
    if (tree.isMarked(node)) this.stringChanged = true;
    const at = made.addItem();
    const words = made.items;
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

/** A view shows its colour, a text its glyphs, an image its source or, until that has arrived, its colour. */
function showsItself(tree: Tree, node: i32, colour: f64): bool {
  const opaque = (<u32>colour & 0xff) != 0;
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
