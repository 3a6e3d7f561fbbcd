/**
 * Animations that run or wait: one per property of a node, in rows of numbers. Uses only + - * / and comparisons, so that every
 * implementation computes the same bits.
 */
import { SCENE_ANIMATIONS_MAX } from '../../protocol/generated/assembly/scene';
import { Column } from './column';
import { COLOUR, clampTo, DISPLAY, effectOf, isAllowed, isSwitch, PLACES, PROPERTY_COUNT, VALUE_MAX } from './properties';
import { Tree } from './tree';

/** Columns of a row. Times are in microseconds. */
const NODE: i32 = 0;
const PROPERTY: i32 = 1;
const FROM: i32 = 2;
const TO: i32 = 3;
/** 1 once `FROM` is known: it was given, or read at the end of the delay. */
const FROM_KNOWN: i32 = 4;
/** Time of the first tick; -1 before it. */
const STARTED: i32 = 5;
const DELAY: i32 = 6;
const DURATION: i32 = 7;
const X1: i32 = 8;
const Y1: i32 = 9;
const X2: i32 = 10;
const Y2: i32 = 11;
const REPEAT: i32 = 12;
export const ANIMATION_COLUMNS: i32 = 13;

const CAPACITY_MIN: i32 = 64;
const NOT_STARTED: f64 = -1;

export class Animations {
  rows: Column<f64> = new Column<f64>(CAPACITY_MIN * ANIMATION_COLUMNS);
  count: i32 = 0;
  /** Per node a bit for each animated property, so that most changes need no search. */
  private animated: Column<i32> = new Column<i32>(0);

  isAnimated(node: i32, property: i32): bool {
    return node < this.animated.capacity && (this.animated[node] & (1 << property)) != 0;
  }

  hasNode(node: i32): bool {
    return node < this.animated.capacity && this.animated[node] != 0;
  }

  nodeAt(index: i32): i32 {
    return <i32>this.rows[index * ANIMATION_COLUMNS + NODE];
  }

  propertyAt(index: i32): i32 {
    return <i32>this.rows[index * ANIMATION_COLUMNS + PROPERTY];
  }

  /** Starts at the next tick and replaces the property's animation. @returns whether the numbers make sense and there is room */
  start(
    node: i32,
    property: i32,
    hasFrom: bool,
    from: f64,
    to: f64,
    durationMs: f64,
    delayMs: f64,
    x1: f64,
    y1: f64,
    x2: f64,
    y2: f64,
    repeat: i32,
  ): bool {
    if (isSwitch(property) || !isAllowed(property, to) || (hasFrom && !isAllowed(property, from))) return false;
    if (!isBetween(durationMs, 0, VALUE_MAX) || !isBetween(delayMs, 0, VALUE_MAX) || repeat < -1) return false;
    if (!isBetween(x1, 0, 1) || !isBetween(x2, 0, 1)) return false;
    if (!isBetween(y1, -VALUE_MAX, VALUE_MAX) || !isBetween(y2, -VALUE_MAX, VALUE_MAX)) return false;
    const replaced = this.isAnimated(node, property);
    if (!replaced && this.count == SCENE_ANIMATIONS_MAX) return false;
    const row = replaced ? this.find(node, property) : this.count++ * ANIMATION_COLUMNS;
    this.reserve(this.count);
    this.mark(node, property);
    const rows = this.rows;
    rows[row + NODE] = node;
    rows[row + PROPERTY] = property;
    rows[row + FROM] = hasFrom ? from : 0.0;
    rows[row + TO] = to;
    rows[row + FROM_KNOWN] = hasFrom ? 1.0 : 0.0;
    rows[row + STARTED] = NOT_STARTED;
    rows[row + DELAY] = Math.floor(delayMs * 1000);
    rows[row + DURATION] = Math.floor(durationMs * 1000);
    rows[row + X1] = x1;
    rows[row + Y1] = y1;
    rows[row + X2] = x2;
    rows[row + Y2] = y2;
    rows[row + REPEAT] = repeat;
    return true;
  }

  /** The value at which the property will be: its own, or the end of its animation. */
  target(node: i32, property: i32, value: f64): f64 {
    return this.isAnimated(node, property) ? this.rows[this.find(node, property) + TO] : value;
  }

  /** Drops the animation of a property, which keeps its present value. */
  cancel(node: i32, property: i32): void {
    if (this.isAnimated(node, property)) this.removeAt(this.find(node, property));
  }

  /** Drops all animations of a node. */
  cancelNode(node: i32): void {
    if (!this.hasNode(node)) return;
    for (let i = this.count - 1; i >= 0; i--) {
      const row = i * ANIMATION_COLUMNS;
      if (this.rows[row + NODE] == node) this.removeAt(row);
    }
  }

  /** Sets every animated property to its value at `timeMicros`. @returns the effects of the changes */
  run(tree: Tree, timeMicros: f64): i32 {
    let effects: i32 = 0;
    let i = 0;
    while (i < this.count) {
      const row = i * ANIMATION_COLUMNS;
      const node = <i32>this.rows[row + NODE];
      const property = <i32>this.rows[row + PROPERTY];
      const before = tree.value(node, property);
      const ended = this.advance(row, timeMicros, before);
      if (tree.setValue(node, property, this.value)) {
        // A movement in progress does not move focus targets: they are already where it ends.
        const effect = effectOf(property);
        effects |= (effect & PLACES) != 0 ? effect : DISPLAY;
      }
      if (ended) {
        effects |= DISPLAY;
        this.removeAt(row);
      } else i++;
    }
    return effects;
  }

  /** Replaces all rows by those of a snapshot. @param address of its numbers */
  load(tree: Tree, address: usize, bytes: i32): void {
    this.animated.fill(0);
    this.count = (bytes >> 3) / ANIMATION_COLUMNS;
    this.rows.load(address, (this.count * ANIMATION_COLUMNS) << 3);
    for (let row = 0; row < this.count * ANIMATION_COLUMNS; row += ANIMATION_COLUMNS) {
      const node = <i32>this.rows[row + NODE];
      const property = <i32>this.rows[row + PROPERTY];
      if (!tree.exists(node) || <u32>property >= <u32>PROPERTY_COUNT) throw new RangeError('animation of no node');
      this.mark(node, property);
    }
  }

  /** Result of `advance`. */
  private value: f64 = 0;

  /** Sets `value` to the property's value at `timeMicros`. @returns whether the animation has ended */
  private advance(row: i32, timeMicros: f64, before: f64): bool {
    const rows = this.rows;
    this.value = before;
    if (rows[row + STARTED] == NOT_STARTED) rows[row + STARTED] = timeMicros;
    const elapsed = timeMicros - rows[row + STARTED] - rows[row + DELAY];
    if (elapsed < 0) return false;
    if (rows[row + FROM_KNOWN] == 0) {
      rows[row + FROM] = clampTo(<i32>rows[row + PROPERTY], before);
      rows[row + FROM_KNOWN] = 1;
    }
    const duration = rows[row + DURATION];
    const repeat = rows[row + REPEAT];
    const runs = duration > 0 ? Math.floor(elapsed / duration) : 0.0;
    if (duration == 0 || (repeat >= 0 && runs > repeat)) {
      this.value = rows[row + TO];
      return true;
    }
    const eased = ease(rows[row + X1], rows[row + Y1], rows[row + X2], rows[row + Y2], elapsed / duration - runs);
    this.value = mix(<i32>rows[row + PROPERTY], rows[row + FROM], rows[row + TO], eased);
    return false;
  }

  /** @returns the row of an animation that exists */
  private find(node: i32, property: i32): i32 {
    let row = 0;
    while (this.rows[row + NODE] != node || this.rows[row + PROPERTY] != property) row += ANIMATION_COLUMNS;
    return row;
  }

  /** Removes `row` by moving the last row there. */
  private removeAt(row: i32): void {
    const rows = this.rows;
    const node = <i32>rows[row + NODE];
    this.animated[node] &= ~(1 << <i32>rows[row + PROPERTY]);
    const last = --this.count * ANIMATION_COLUMNS;
    for (let column = 0; column < ANIMATION_COLUMNS; column++) rows[row + column] = rows[last + column];
  }

  private mark(node: i32, property: i32): void {
    if (node >= this.animated.capacity) this.animated.reserve(max(CAPACITY_MIN, 2 * node));
    this.animated[node] |= 1 << property;
  }

  private reserve(count: i32): void {
    if (count * ANIMATION_COLUMNS <= this.rows.capacity) return;
    this.rows.reserve(max(this.rows.capacity * 2, count * ANIMATION_COLUMNS));
  }
}

function isBetween(value: f64, min: f64, max: f64): bool {
  return value >= min && value <= max;
}

/** A value between two values of a property. Colours are mixed channel by channel. */
function mix(property: i32, from: f64, to: f64, progress: f64): f64 {
  if (property != COLOUR) return clampTo(property, from + (to - from) * progress);
  const first = <u32>from;
  const last = <u32>to;
  const red = mixChannel(first >>> 24, last >>> 24, progress);
  const green = mixChannel((first >>> 16) & 0xff, (last >>> 16) & 0xff, progress);
  const blue = mixChannel((first >>> 8) & 0xff, (last >>> 8) & 0xff, progress);
  const alpha = mixChannel(first & 0xff, last & 0xff, progress);
  return red * 0x1000000 + green * 0x10000 + blue * 0x100 + alpha;
}

function mixChannel(from: f64, to: f64, progress: f64): f64 {
  return Math.max(0, Math.min(255, Math.floor(from + (to - from) * progress + 0.5)));
}

const NEWTON_STEPS: i32 = 8;
const BISECTION_STEPS: i32 = 32;
const EPSILON: f64 = 1e-7;

/** CSS cubic-bezier(x1, y1, x2, y2) at `progress` in [0, 1], by Newton's method, or by bisection where the curve is too flat for it. */
export function ease(x1: f64, y1: f64, x2: f64, y2: f64, progress: f64): f64 {
  if (x1 == y1 && x2 == y2) return progress;
  const cx = 3 * x1;
  const bx = 3 * (x2 - x1) - cx;
  const ax = 1 - cx - bx;
  const cy = 3 * y1;
  const by = 3 * (y2 - y1) - cy;
  const ay = 1 - cy - by;
  const t = solve(ax, bx, cx, progress);
  return ((ay * t + by) * t + cy) * t;
}

/** @returns the parameter at which the curve's x is `progress` */
function solve(ax: f64, bx: f64, cx: f64, progress: f64): f64 {
  let t = progress;
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const error = ((ax * t + bx) * t + cx) * t - progress;
    if (error < EPSILON && error > -EPSILON && isBetween(t, 0, 1)) return t;
    const slope = (3 * ax * t + 2 * bx) * t + cx;
    if (slope < EPSILON && slope > -EPSILON) break;
    t -= error / slope;
  }
  let low: f64 = 0;
  let high: f64 = 1;
  t = progress;
  for (let step = 0; step < BISECTION_STEPS; step++) {
    const error = ((ax * t + bx) * t + cx) * t - progress;
    if (error < EPSILON && error > -EPSILON) break;
    if (error < 0) low = t;
    else high = t;
    t = (low + high) / 2;
  }
  return t;
}
