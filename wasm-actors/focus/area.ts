/**
 * Areas of the screen, and which of several an arrow leads to: the twin of js-actors/focus/area.ts, which has the rules in prose.
 * It uses only + - * / and comparisons, so it equals its twin bit for bit.
 */
import { Key } from '../../protocol/generated/assembly/focus';

/** How much more distance ahead weighs than distance sideways: Android's number. */
const AHEAD_WEIGHT: f64 = 13;

/** A rectangle in pixels. Ties are broken by its place among its siblings, then by the node's number. */
export class Area {
  node: u32 = 0;
  order: u32 = 0;
  x: f64 = 0;
  y: f64 = 0;
  width: f64 = 0;
  height: f64 = 0;
}

export function isVertical(direction: Key): bool {
  return direction === Key.Up || direction === Key.Down;
}

/** Where the area begins when one moves in this direction: smaller is earlier. */
function begin(area: Area, direction: Key): f64 {
  if (direction === Key.Right) return area.x;
  if (direction === Key.Down) return area.y;
  return direction === Key.Left ? -(area.x + area.width) : -(area.y + area.height);
}

/** Where the area ends when one moves in this direction. */
function end(area: Area, direction: Key): f64 {
  if (direction === Key.Right) return area.x + area.width;
  if (direction === Key.Down) return area.y + area.height;
  return direction === Key.Left ? -area.x : -area.y;
}

/** An area without extent is not on the screen, so it is never ahead. */
export function isAhead(area: Area, from: Area, direction: Key): bool {
  const areaBegin = begin(area, direction);
  const areaEnd = end(area, direction);
  const fromEnd = end(from, direction);
  if (!(areaBegin < areaEnd) || !(area.width > 0) || !(area.height > 0)) return false;
  return (begin(from, direction) < areaBegin || fromEnd <= areaBegin) && fromEnd < areaEnd;
}

function distanceAhead(area: Area, from: Area, direction: Key): f64 {
  return Math.max(0, begin(area, direction) - end(from, direction));
}

function overlapsSideways(area: Area, from: Area, vertical: bool): bool {
  return vertical
    ? area.x < from.x + from.width && from.x < area.x + area.width
    : area.y < from.y + from.height && from.y < area.y + area.height;
}

/** Distance between the middles. */
function distanceSideways(area: Area, from: Area, vertical: bool): f64 {
  return vertical ? area.x + area.width / 2 - (from.x + from.width / 2) : area.y + area.height / 2 - (from.y + from.height / 2);
}

function weigh(area: Area, from: Area, direction: Key): f64 {
  const ahead = distanceAhead(area, from, direction);
  const sideways = distanceSideways(area, from, isVertical(direction));
  return AHEAD_WEIGHT * ahead * ahead + sideways * sideways;
}

/** True when `area` wins a tie. */
export function comesBefore(area: Area, other: Area): bool {
  return area.order < other.order || (area.order === other.order && area.node < other.node);
}

/** The index of the area that an arrow leads to from `from`, or -1 when none lies ahead. */
export function findAhead(areas: Area[], from: Area, direction: Key): i32 {
  const vertical = isVertical(direction);
  const row: f64 = vertical ? endOfRow(areas, from, direction) : Infinity;
  let best = -1;
  let bestInBeam = false;
  let bestWeight: f64 = 0;
  for (let i = 0; i < areas.length; i++) {
    const area = areas[i];
    if (!isAhead(area, from, direction) || begin(area, direction) >= row) continue;
    const inBeam = overlapsSideways(area, from, vertical);
    const weight = weigh(area, from, direction);
    if (best >= 0) {
      if (inBeam !== bestInBeam) {
        if (bestInBeam) continue;
      } else if (weight > bestWeight || (weight === bestWeight && !comesBefore(area, areas[best]))) continue;
    }
    best = i;
    bestInBeam = inBeam;
    bestWeight = weight;
  }
  return best;
}

/** The earliest end of any area that is wholly ahead: an area that begins there or later lies beyond it. */
function endOfRow(areas: Area[], from: Area, direction: Key): f64 {
  const fromEnd = end(from, direction);
  let row: f64 = Infinity;
  for (let i = 0; i < areas.length; i++) {
    const area = areas[i];
    if (begin(area, direction) >= fromEnd && isAhead(area, from, direction)) row = Math.min(row, end(area, direction));
  }
  return row;
}

/** True when two areas have more than an edge in common. */
export function overlaps(area: Area, other: Area): bool {
  return overlapsSideways(area, other, true) && overlapsSideways(area, other, false);
}

/** Square of the gap between two areas: 0 when they touch. */
export function gap(area: Area, from: Area): f64 {
  const x = Math.max(0, Math.max(area.x - (from.x + from.width), from.x - (area.x + area.width)));
  const y = Math.max(0, Math.max(area.y - (from.y + from.height), from.y - (area.y + area.height)));
  return x * x + y * y;
}

/** Square of the distance between the middles. */
function span(area: Area, from: Area): f64 {
  const x = distanceSideways(area, from, true);
  const y = distanceSideways(area, from, false);
  return x * x + y * y;
}

/** True when `area` lies nearer to `from` than `other`, in any direction. */
export function isNearer(area: Area, other: Area, from: Area): bool {
  const areaGap = gap(area, from);
  const otherGap = gap(other, from);
  if (areaGap !== otherGap) return areaGap < otherGap;
  const areaSpan = span(area, from);
  const otherSpan = span(other, from);
  if (areaSpan !== otherSpan) return areaSpan < otherSpan;
  return comesBefore(area, other);
}
