/**
 * The places of nodes within their parents. One pass from the leaves up finds the sizes that contents ask for, one from the root
 * down shares out the space. Both read the whole visible tree, so the scene runs them only when something they depend on changed.
 */
import {
  ABSOLUTE,
  ALIGN,
  ALIGN_CENTRE,
  ALIGN_END,
  ALIGN_STRETCH,
  AUTOMATIC,
  FONT_SIZE,
  GAP,
  GLYPH_WIDTH_FACTOR,
  GROW,
  HEIGHT,
  JUSTIFY,
  JUSTIFY_CENTRE,
  JUSTIFY_END,
  JUSTIFY_SPACE_AROUND,
  JUSTIFY_SPACE_BETWEEN,
  JUSTIFY_SPACE_EVENLY,
  LAYOUT,
  LAYOUT_ABSOLUTE,
  LAYOUT_ROW,
  LINE_HEIGHT,
  LINE_HEIGHT_FACTOR,
  LINES,
  PADDING_BOTTOM,
  PADDING_LEFT,
  PADDING_RIGHT,
  PADDING_TOP,
  ROOT_HEIGHT,
  ROOT_WIDTH,
  SHRINK,
  WIDTH,
} from './properties.js';
import { ROOT, TEXT, type Tree } from './tree.js';

export class Layout {
  /** Per node, in its parent's coordinates; x and y are not part of it. */
  left = new Float64Array(0);
  top = new Float64Array(0);
  width = new Float64Array(0);
  height = new Float64Array(0);
  private capacity = 0;

  run(tree: Tree): void {
    this.reserve(tree.capacity);
    for (let i = tree.orderLength - 1; i >= 0; i--) this.measure(tree, i);
    this.left[ROOT] = 0;
    this.top[ROOT] = 0;
    const width = tree.value(ROOT, WIDTH);
    const height = tree.value(ROOT, HEIGHT);
    this.width[ROOT] = width === AUTOMATIC ? ROOT_WIDTH : width;
    this.height[ROOT] = height === AUTOMATIC ? ROOT_HEIGHT : height;
    for (let i = 0; i < tree.orderLength; i++) {
      const layout = tree.value(tree.order[i], LAYOUT);
      if (layout === LAYOUT_ABSOLUTE) this.stack(tree, i);
      else this.flow(tree, i, layout === LAYOUT_ROW);
    }
  }

  /** Sizes the node at `index` of the order: by its own size, or by its content. */
  private measure(tree: Tree, index: number): void {
    const node = tree.order[index];
    const width = tree.value(node, WIDTH);
    const height = tree.value(node, HEIGHT);
    this.width[node] = width;
    this.height[node] = height;
    if (width !== AUTOMATIC && height !== AUTOMATIC) return;
    if (tree.types[node] === TEXT) this.measureText(tree, node);
    else this.measureChildren(tree, index);
    if (width !== AUTOMATIC) this.width[node] = width;
    if (height !== AUTOMATIC) this.height[node] = height;
  }

  private measureText(tree: Tree, node: number): void {
    const fontSize = tree.value(node, FONT_SIZE);
    const lineHeight = tree.value(node, LINE_HEIGHT);
    this.width[node] = tree.strings[node].length * fontSize * GLYPH_WIDTH_FACTOR;
    this.height[node] = tree.value(node, LINES) * (lineHeight === AUTOMATIC ? fontSize * LINE_HEIGHT_FACTOR : lineHeight);
  }

  private measureChildren(tree: Tree, index: number): void {
    const node = tree.order[index];
    const layout = tree.value(node, LAYOUT);
    let widthSum = 0;
    let widthMax = 0;
    let heightSum = 0;
    let heightMax = 0;
    let count = 0;
    for (let i = index + 1; i < tree.end[index]; i = tree.end[i]) {
      const child = tree.order[i];
      if (layout !== LAYOUT_ABSOLUTE && tree.value(child, ABSOLUTE) !== 0) continue;
      widthSum += this.width[child];
      heightSum += this.height[child];
      widthMax = Math.max(widthMax, this.width[child]);
      heightMax = Math.max(heightMax, this.height[child]);
      count++;
    }
    const gaps = count > 1 ? tree.value(node, GAP) * (count - 1) : 0;
    let width = widthMax;
    let height = heightMax;
    if (layout === LAYOUT_ROW) width = widthSum + gaps;
    else if (layout !== LAYOUT_ABSOLUTE) height = heightSum + gaps;
    this.width[node] = width + tree.value(node, PADDING_LEFT) + tree.value(node, PADDING_RIGHT);
    this.height[node] = height + tree.value(node, PADDING_TOP) + tree.value(node, PADDING_BOTTOM);
  }

  /** Absolute layout: every child is at the corner inside the padding, over the ones before it. */
  private stack(tree: Tree, index: number): void {
    const node = tree.order[index];
    for (let i = index + 1; i < tree.end[index]; i = tree.end[i]) {
      const child = tree.order[i];
      this.left[child] = tree.value(node, PADDING_LEFT);
      this.top[child] = tree.value(node, PADDING_TOP);
    }
  }

  /** Row and column: main is the axis along which the children are placed, cross the other. */
  private flow(tree: Tree, index: number, row: boolean): void {
    const node = tree.order[index];
    const mainSize = row ? this.width : this.height;
    const crossSize = row ? this.height : this.width;
    const mainPlace = row ? this.left : this.top;
    const crossPlace = row ? this.top : this.left;
    const crossProperty = row ? HEIGHT : WIDTH;
    const mainStart = tree.value(node, row ? PADDING_LEFT : PADDING_TOP);
    const crossStart = tree.value(node, row ? PADDING_TOP : PADDING_LEFT);
    const mainInner = Math.max(0, mainSize[node] - mainStart - tree.value(node, row ? PADDING_RIGHT : PADDING_BOTTOM));
    const crossInner = Math.max(0, crossSize[node] - crossStart - tree.value(node, row ? PADDING_BOTTOM : PADDING_RIGHT));
    const gap = tree.value(node, GAP);
    const justify = tree.value(node, JUSTIFY);
    const align = tree.value(node, ALIGN);

    let count = 0;
    let used = 0;
    let growSum = 0;
    let shrinkSum = 0;
    for (let i = index + 1; i < tree.end[index]; i = tree.end[i]) {
      const child = tree.order[i];
      if (tree.value(child, ABSOLUTE) !== 0) continue;
      count++;
      used += mainSize[child];
      growSum += tree.value(child, GROW);
      shrinkSum += tree.value(child, SHRINK);
    }
    let free = mainInner - used - (count > 1 ? gap * (count - 1) : 0);
    if (free > 0 && growSum > 0) free = this.grow(tree, index, mainSize, free, growSum);
    else if (free < 0 && shrinkSum > 0) free = this.shrink(tree, index, row, free);
    let at = mainStart + offsetBefore(justify, free, count);
    const step = gap + spaceBetween(justify, free, count);

    for (let i = index + 1; i < tree.end[index]; i = tree.end[i]) {
      const child = tree.order[i];
      if (tree.value(child, ABSOLUTE) !== 0) {
        mainPlace[child] = mainStart;
        crossPlace[child] = crossStart;
        continue;
      }
      if (align === ALIGN_STRETCH && tree.value(child, crossProperty) === AUTOMATIC) {
        crossSize[child] = Math.max(crossInner, paddingOf(tree, child, !row));
      }
      mainPlace[child] = at;
      crossPlace[child] = crossStart + alignOffset(align, crossInner - crossSize[child]);
      at += mainSize[child] + step;
    }
  }

  /** Factors that sum to less than 1 take that part of the space. @returns the space that is left */
  private grow(tree: Tree, index: number, sizes: Float64Array, free: number, factors: number): number {
    const parts = Math.max(1, factors);
    for (let i = index + 1; i < tree.end[index]; i = tree.end[i]) {
      const child = tree.order[i];
      if (tree.value(child, ABSOLUTE) === 0) sizes[child] += (free * tree.value(child, GROW)) / parts;
    }
    return factors < 1 ? free - free * factors : 0;
  }

  /**
   * Takes the missing space from the children's contents, in proportion to factor times content. A child that would lose more than its
   * whole content is frozen at its padding, and the others share again: "Resolving Flexible Lengths" of CSS Flexible Box Layout (9.7).
   * @param free below 0 @returns the space that is still missing
   */
  private shrink(tree: Tree, index: number, row: boolean, free: number): number {
    const sizes = row ? this.width : this.height;
    /** The highest loss of content over factor times content so far: a child whose factor times this is above 1 is frozen. */
    let ratioMax = 0;
    let weights = 0;
    let taken = 0;
    let missing = free;
    for (;;) {
      missing = free;
      weights = 0;
      let factors = 0;
      let factorMax = 0;
      for (let i = index + 1; i < tree.end[index]; i = tree.end[i]) {
        const child = tree.order[i];
        const factor = tree.value(child, SHRINK);
        if (factor === 0 || tree.value(child, ABSOLUTE) !== 0) continue;
        const content = sizes[child] - Math.min(sizes[child], paddingOf(tree, child, row));
        if (content > 0 && factor * ratioMax > 1) missing += content;
        else {
          factors += factor;
          weights += factor * content;
          if (content > 0) factorMax = Math.max(factorMax, factor);
        }
      }
      // Factors that sum to less than 1 take that part of the space that was missing at first.
      taken = weights > 0 ? -(factors < 1 ? Math.max(missing, free * factors) : missing) : 0;
      const ratio = taken / Math.max(weights, Number.MIN_VALUE);
      if (ratio <= ratioMax || factorMax * ratio <= 1) break;
      ratioMax = ratio;
    }
    for (let i = index + 1; i < tree.end[index]; i = tree.end[i]) {
      const child = tree.order[i];
      const factor = tree.value(child, SHRINK);
      if (factor === 0 || tree.value(child, ABSOLUTE) !== 0) continue;
      const padding = Math.min(sizes[child], paddingOf(tree, child, row));
      const content = sizes[child] - padding;
      if (factor * ratioMax > 1) sizes[child] = padding;
      else if (weights > 0) sizes[child] = Math.max(padding, sizes[child] - (taken * (factor * content)) / weights);
    }
    return Math.min(0, missing + taken);
  }

  private reserve(capacity: number): void {
    if (capacity === this.capacity) return;
    this.left = new Float64Array(capacity);
    this.top = new Float64Array(capacity);
    this.width = new Float64Array(capacity);
    this.height = new Float64Array(capacity);
    this.capacity = capacity;
  }
}

/** Padding of a node along an axis. */
function paddingOf(tree: Tree, node: number, row: boolean): number {
  return tree.value(node, row ? PADDING_LEFT : PADDING_TOP) + tree.value(node, row ? PADDING_RIGHT : PADDING_BOTTOM);
}

/** Space before the first child. Children that do not fit are placed from the start. */
function offsetBefore(justify: number, free: number, count: number): number {
  if (justify === JUSTIFY_CENTRE) return free / 2;
  if (justify === JUSTIFY_END) return free;
  if (free <= 0 || count === 0) return 0;
  if (justify === JUSTIFY_SPACE_AROUND) return free / count / 2;
  if (justify === JUSTIFY_SPACE_EVENLY) return free / (count + 1);
  return 0;
}

/** Space between two children beyond the gap. */
function spaceBetween(justify: number, free: number, count: number): number {
  if (free <= 0 || count < 2) return 0;
  if (justify === JUSTIFY_SPACE_BETWEEN) return free / (count - 1);
  if (justify === JUSTIFY_SPACE_AROUND) return free / count;
  if (justify === JUSTIFY_SPACE_EVENLY) return free / (count + 1);
  return 0;
}

function alignOffset(align: number, free: number): number {
  if (align === ALIGN_CENTRE) return free / 2;
  if (align === ALIGN_END) return free;
  return 0;
}
