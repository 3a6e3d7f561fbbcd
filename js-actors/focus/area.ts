/**
 * Areas of the screen, and which of several an arrow leads to.
 *
 * The rules are Android's (FocusFinder), made independent of the order in which areas are looked at:
 *
 *   ahead    the area begins or ends further in the arrow's direction than where focus is, and reaches beyond it
 *   row      up and down: an area that lies wholly beyond another area ahead is left for the next press
 *   beam     areas that overlap the focused one sideways come before those that do not
 *   nearest  13 times the square of the distance ahead plus the square of the distance sideways; ties by `order`, then `node`
 *
 * It uses only + - * / and comparisons, so it equals the AssemblyScript twin bit for bit.
 */

export type Direction = 'left' | 'right' | 'up' | 'down';

/** How much more distance ahead weighs than distance sideways: Android's number. */
const AHEAD_WEIGHT = 13;

/** A rectangle in pixels. Ties are broken by its place among its siblings, then by the node's number. */
export class Area {
  node = 0;
  order = 0;
  x = 0;
  y = 0;
  width = 0;
  height = 0;
}

export const isVertical = (direction: Direction): boolean => direction === 'up' || direction === 'down';

/** Where the area begins when one moves in this direction: smaller is earlier. */
function begin(area: Area, direction: Direction): number {
  if (direction === 'right') return area.x;
  if (direction === 'down') return area.y;
  return direction === 'left' ? -(area.x + area.width) : -(area.y + area.height);
}

/** Where the area ends when one moves in this direction. */
function end(area: Area, direction: Direction): number {
  if (direction === 'right') return area.x + area.width;
  if (direction === 'down') return area.y + area.height;
  return direction === 'left' ? -area.x : -area.y;
}

/** An area without extent is not on the screen, so it is never ahead. */
export function isAhead(area: Area, from: Area, direction: Direction): boolean {
  const areaBegin = begin(area, direction);
  const areaEnd = end(area, direction);
  const fromEnd = end(from, direction);
  if (!(areaBegin < areaEnd) || !(area.width > 0) || !(area.height > 0)) return false;
  return (begin(from, direction) < areaBegin || fromEnd <= areaBegin) && fromEnd < areaEnd;
}

const distanceAhead = (area: Area, from: Area, direction: Direction): number => Math.max(0, begin(area, direction) - end(from, direction));

function overlapsSideways(area: Area, from: Area, vertical: boolean): boolean {
  return vertical
    ? area.x < from.x + from.width && from.x < area.x + area.width
    : area.y < from.y + from.height && from.y < area.y + area.height;
}

/** Distance between the middles. */
function distanceSideways(area: Area, from: Area, vertical: boolean): number {
  return vertical ? area.x + area.width / 2 - (from.x + from.width / 2) : area.y + area.height / 2 - (from.y + from.height / 2);
}

function weigh(area: Area, from: Area, direction: Direction): number {
  const ahead = distanceAhead(area, from, direction);
  const sideways = distanceSideways(area, from, isVertical(direction));
  return AHEAD_WEIGHT * ahead * ahead + sideways * sideways;
}

/** True when `area` wins a tie. */
export const comesBefore = (area: Area, other: Area): boolean =>
  area.order < other.order || (area.order === other.order && area.node < other.node);

/** The index of the area that an arrow leads to from `from`, or -1 when none lies ahead. */
export function findAhead(areas: readonly Area[], from: Area, direction: Direction): number {
  const vertical = isVertical(direction);
  const row = vertical ? endOfRow(areas, from, direction) : Infinity;
  let best = -1;
  let bestInBeam = false;
  let bestWeight = 0;
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
function endOfRow(areas: readonly Area[], from: Area, direction: Direction): number {
  const fromEnd = end(from, direction);
  let row = Infinity;
  for (let i = 0; i < areas.length; i++) {
    const area = areas[i];
    if (begin(area, direction) >= fromEnd && isAhead(area, from, direction)) row = Math.min(row, end(area, direction));
  }
  return row;
}

/** True when two areas have more than an edge in common. */
export function overlaps(area: Area, other: Area): boolean {
  return overlapsSideways(area, other, true) && overlapsSideways(area, other, false);
}

/** Square of the gap between two areas: 0 when they touch. */
export function gap(area: Area, from: Area): number {
  const x = Math.max(0, Math.max(area.x - (from.x + from.width), from.x - (area.x + area.width)));
  const y = Math.max(0, Math.max(area.y - (from.y + from.height), from.y - (area.y + area.height)));
  return x * x + y * y;
}

/** Square of the distance between the middles. */
function span(area: Area, from: Area): number {
  const x = distanceSideways(area, from, true);
  const y = distanceSideways(area, from, false);
  return x * x + y * y;
}

/** True when `area` lies nearer to `from` than `other`, in any direction. */
export function isNearer(area: Area, other: Area, from: Area): boolean {
  const areaGap = gap(area, from);
  const otherGap = gap(other, from);
  if (areaGap !== otherGap) return areaGap < otherGap;
  const areaSpan = span(area, from);
  const otherSpan = span(other, from);
  if (areaSpan !== otherSpan) return areaSpan < otherSpan;
  return comesBefore(area, other);
}
