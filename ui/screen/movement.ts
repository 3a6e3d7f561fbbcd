/** Movements in words, and as a commit has them. */
import { type AnimatedProperty, assertAnimated, type Colour, wireValue } from './properties.js';
import { ScreenError } from './screen-error.js';

const EASINGS = {
  linear: [0, 0, 1, 1],
  ease: [0.25, 0.1, 0.25, 1],
  'ease-in': [0.42, 0, 1, 1],
  'ease-out': [0, 0, 0.58, 1],
  'ease-in-out': [0.42, 0, 0.58, 1],
  /** Quick at first, as what answers a key should be. */
  swift: [0.2, 0.7, 0.2, 1],
} as const;

/** A word, or the control points of a CSS cubic-bezier. */
export type Easing = keyof typeof EASINGS | readonly [x1: number, y1: number, x2: number, y2: number];

export interface Movement {
  readonly durationMs: number;
  readonly delayMs?: number;
  /** `swift` when not given. */
  readonly easing?: Easing;
  /** Where it begins; at the property's value when not given. */
  readonly from?: number | Colour;
  /** How often it is repeated; 0 when not given. */
  readonly repeat?: number | 'endless';
}

interface WireMovement {
  readonly property: AnimatedProperty;
  readonly from: number | null;
  readonly to: number;
  readonly durationMs: number;
  readonly delayMs: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly repeat: number;
}

const isTime = (milliseconds: number): boolean => milliseconds >= 0 && Number.isFinite(milliseconds);

function pointsOf(easing: Easing): readonly [number, number, number, number] {
  const points = typeof easing === 'string' ? EASINGS[easing] : easing;
  const isCurve = points?.every(Number.isFinite) && points.length === 4 && [points[0], points[2]].every((x) => x >= 0 && x <= 1);
  if (isCurve) return points;
  const words = Object.keys(EASINGS).map((word) => `"${word}"`);
  throw new ScreenError(
    'value',
    `easing cannot be ${JSON.stringify(easing)}: it is one of ${words.join(', ')}, or four numbers x1, y1, x2, y2, with x1 and x2 from 0 to 1`,
  );
}

/** @throws ScreenError property, value */
export function wireMovement(
  property: AnimatedProperty,
  to: number | Colour,
  { durationMs, delayMs = 0, easing = 'swift', from, repeat = 0 }: Movement,
): WireMovement {
  assertAnimated(property);
  for (const [name, time] of Object.entries({ durationMs, delayMs }))
    if (!isTime(time)) throw new ScreenError('value', `${name} cannot be ${String(time)}: it is a number of milliseconds from 0`);
  const times = repeat === 'endless' ? -1 : repeat;
  if (!Number.isInteger(times) || times < -1)
    throw new ScreenError('value', `repeat cannot be ${String(repeat)}: it is a whole number from 0, or "endless"`);
  const [x1, y1, x2, y2] = pointsOf(easing);
  const begin = from === undefined ? null : wireValue(property, from);
  return { property, from: begin, to: wireValue(property, to), durationMs, delayMs, x1, y1, x2, y2, repeat: times };
}
