/**
 * Animations that run or wait: one per property of a node, in rows of numbers. Uses only + - * / and comparisons, so that every
 * implementation computes the same bits.
 */
import { SCENE_ANIMATIONS_MAX } from '../../protocol/messages/scene.js';
import { COLOUR, clampTo, DISPLAY, effectOf, isAllowed, isSwitch, PLACES, PROPERTY_COUNT, VALUE_MAX } from './properties.js';
import { grown, type Tree } from './tree.js';

/** Columns of a row. Times are in microseconds. */
const NODE = 0;
const PROPERTY = 1;
const FROM = 2;
const TO = 3;
/** 1 once `FROM` is known: it was given, or read at the end of the delay. */
const FROM_KNOWN = 4;
/** Time of the first tick; -1 before it. */
const STARTED = 5;
const DELAY = 6;
const DURATION = 7;
const X1 = 8;
const Y1 = 9;
const X2 = 10;
const Y2 = 11;
const REPEAT = 12;
export const ANIMATION_COLUMNS = 13;

const CAPACITY_MIN = 64;
const NOT_STARTED = -1;

export class Animations {
  rows = new Float64Array(CAPACITY_MIN * ANIMATION_COLUMNS);
  count = 0;
  /** Per node a bit for each animated property, so that most changes need no search. */
  private animated = new Int32Array(0);

  isAnimated(node: number, property: number): boolean {
    return node < this.animated.length && (this.animated[node] & (1 << property)) !== 0;
  }

  hasNode(node: number): boolean {
    return node < this.animated.length && this.animated[node] !== 0;
  }

  nodeAt(index: number): number {
    return this.rows[index * ANIMATION_COLUMNS + NODE];
  }

  propertyAt(index: number): number {
    return this.rows[index * ANIMATION_COLUMNS + PROPERTY];
  }

  /** Starts at the next tick and replaces the property's animation. @returns whether the numbers make sense and there is room */
  start(
    node: number,
    property: number,
    hasFrom: boolean,
    from: number,
    to: number,
    durationMs: number,
    delayMs: number,
    x1: number,
    y1: number,
    x2: number,
    y2: number,
    repeat: number,
  ): boolean {
    if (isSwitch(property) || !isAllowed(property, to) || (hasFrom && !isAllowed(property, from))) return false;
    if (!isBetween(durationMs, 0, VALUE_MAX) || !isBetween(delayMs, 0, VALUE_MAX) || repeat < -1) return false;
    if (!isBetween(x1, 0, 1) || !isBetween(x2, 0, 1)) return false;
    if (!isBetween(y1, -VALUE_MAX, VALUE_MAX) || !isBetween(y2, -VALUE_MAX, VALUE_MAX)) return false;
    const replaced = this.isAnimated(node, property);
    if (!replaced && this.count === SCENE_ANIMATIONS_MAX) return false;
    const row = replaced ? this.find(node, property) : this.count++ * ANIMATION_COLUMNS;
    this.reserve(this.count);
    this.mark(node, property);
    const rows = this.rows;
    rows[row + NODE] = node;
    rows[row + PROPERTY] = property;
    rows[row + FROM] = hasFrom ? from : 0;
    rows[row + TO] = to;
    rows[row + FROM_KNOWN] = hasFrom ? 1 : 0;
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
  target(node: number, property: number, value: number): number {
    return this.isAnimated(node, property) ? this.rows[this.find(node, property) + TO] : value;
  }

  /** Drops the animation of a property, which keeps its present value. */
  cancel(node: number, property: number): void {
    if (this.isAnimated(node, property)) this.removeAt(this.find(node, property));
  }

  /** Drops all animations of a node. */
  cancelNode(node: number): void {
    if (!this.hasNode(node)) return;
    for (let i = this.count - 1; i >= 0; i--) {
      const row = i * ANIMATION_COLUMNS;
      if (this.rows[row + NODE] === node) this.removeAt(row);
    }
  }

  /** Sets every animated property to its value at `timeMicros`. @returns the effects of the changes */
  run(tree: Tree, timeMicros: number): number {
    let effects = 0;
    let i = 0;
    while (i < this.count) {
      const row = i * ANIMATION_COLUMNS;
      const node = this.rows[row + NODE];
      const property = this.rows[row + PROPERTY];
      const before = tree.value(node, property);
      const ended = this.advance(row, timeMicros, before);
      if (tree.setValue(node, property, this.value)) {
        // A movement in progress does not move focus targets: they are already where it ends.
        const effect = effectOf(property);
        effects |= (effect & PLACES) !== 0 ? effect : DISPLAY;
      }
      if (ended) {
        effects |= DISPLAY;
        this.removeAt(row);
      } else i++;
    }
    return effects;
  }

  /** Replaces all rows by those of a snapshot. */
  load(tree: Tree, rows: Float64Array): void {
    this.animated.fill(0);
    this.count = Math.floor(rows.length / ANIMATION_COLUMNS);
    this.reserve(this.count);
    this.rows.set(rows);
    for (let row = 0; row < rows.length; row += ANIMATION_COLUMNS) {
      const node = rows[row + NODE];
      const property = rows[row + PROPERTY];
      if (!tree.exists(node) || !(property >= 0 && property < PROPERTY_COUNT)) throw new RangeError('animation of no node');
      this.mark(node, property);
    }
  }

  /** Result of `advance`. */
  private value = 0;

  /** Sets `value` to the property's value at `timeMicros`. @returns whether the animation has ended */
  private advance(row: number, timeMicros: number, before: number): boolean {
    const rows = this.rows;
    this.value = before;
    if (rows[row + STARTED] === NOT_STARTED) rows[row + STARTED] = timeMicros;
    const elapsed = timeMicros - rows[row + STARTED] - rows[row + DELAY];
    if (elapsed < 0) return false;
    if (rows[row + FROM_KNOWN] === 0) {
      rows[row + FROM] = clampTo(rows[row + PROPERTY], before);
      rows[row + FROM_KNOWN] = 1;
    }
    const duration = rows[row + DURATION];
    const repeat = rows[row + REPEAT];
    const runs = duration > 0 ? Math.floor(elapsed / duration) : 0;
    if (duration === 0 || (repeat >= 0 && runs > repeat)) {
      this.value = rows[row + TO];
      return true;
    }
    const eased = ease(rows[row + X1], rows[row + Y1], rows[row + X2], rows[row + Y2], elapsed / duration - runs);
    this.value = mix(rows[row + PROPERTY], rows[row + FROM], rows[row + TO], eased);
    return false;
  }

  /** @returns the row of an animation that exists */
  private find(node: number, property: number): number {
    let row = 0;
    while (this.rows[row + NODE] !== node || this.rows[row + PROPERTY] !== property) row += ANIMATION_COLUMNS;
    return row;
  }

  /** Removes `row` by moving the last row there. */
  private removeAt(row: number): void {
    const rows = this.rows;
    this.animated[rows[row + NODE]] &= ~(1 << rows[row + PROPERTY]);
    const last = --this.count * ANIMATION_COLUMNS;
    for (let column = 0; column < ANIMATION_COLUMNS; column++) rows[row + column] = rows[last + column];
  }

  private mark(node: number, property: number): void {
    if (node >= this.animated.length) {
      this.animated = grown(this.animated, new Int32Array(Math.max(CAPACITY_MIN, 2 * node)));
    }
    this.animated[node] |= 1 << property;
  }

  private reserve(count: number): void {
    if (count * ANIMATION_COLUMNS <= this.rows.length) return;
    this.rows = grown(this.rows, new Float64Array(Math.max(this.rows.length * 2, count * ANIMATION_COLUMNS)));
  }
}

const isBetween = (value: number, min: number, max: number): boolean => value >= min && value <= max;

/** A value between two values of a property. Colours are mixed channel by channel. */
function mix(property: number, from: number, to: number, progress: number): number {
  if (property !== COLOUR) return clampTo(property, from + (to - from) * progress);
  const red = mixChannel(from >>> 24, to >>> 24, progress);
  const green = mixChannel((from >>> 16) & 0xff, (to >>> 16) & 0xff, progress);
  const blue = mixChannel((from >>> 8) & 0xff, (to >>> 8) & 0xff, progress);
  const alpha = mixChannel(from & 0xff, to & 0xff, progress);
  return red * 0x1000000 + green * 0x10000 + blue * 0x100 + alpha;
}

const mixChannel = (from: number, to: number, progress: number): number =>
  Math.max(0, Math.min(255, Math.floor(from + (to - from) * progress + 0.5)));

const NEWTON_STEPS = 8;
const BISECTION_STEPS = 32;
const EPSILON = 1e-7;

/** CSS cubic-bezier(x1, y1, x2, y2) at `progress` in [0, 1], by Newton's method, or by bisection where the curve is too flat for it. */
function ease(x1: number, y1: number, x2: number, y2: number, progress: number): number {
  if (x1 === y1 && x2 === y2) return progress;
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
function solve(ax: number, bx: number, cx: number, progress: number): number {
  let t = progress;
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const error = ((ax * t + bx) * t + cx) * t - progress;
    if (error < EPSILON && error > -EPSILON && isBetween(t, 0, 1)) return t;
    const slope = (3 * ax * t + 2 * bx) * t + cx;
    if (slope < EPSILON && slope > -EPSILON) break;
    t -= error / slope;
  }
  let low = 0;
  let high = 1;
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
