/**
 * Where an arrow must lead, by definition and by brute force: every rule of docs/FOCUS.md is a filter over all members of a group,
 * written without looking at the implementation. Groups have no rules here: no trap, memory or preferred member.
 */

import type { PublicationOf } from '../../protocol/fields.js';
import type { scene } from '../../protocol/messages/scene.js';

export type Rectangle = PublicationOf<typeof scene, 'layout'>['changed'][number];
export type Direction = 'left' | 'right' | 'up' | 'down';

/** An area turned so that the direction is to the right: [begin, end] along it, [top, bottom] across. */
interface Turned {
  readonly node: number;
  readonly order: number;
  readonly begin: number;
  readonly end: number;
  readonly top: number;
  readonly bottom: number;
}
type Box = Pick<Rectangle, 'node' | 'order' | 'x' | 'y' | 'width' | 'height'>;

function turn({ node, order, x, y, width, height }: Box, direction: Direction): Turned {
  const [right, bottom] = [x + width, y + height];
  if (direction === 'right') return { node, order, begin: x, end: right, top: y, bottom };
  if (direction === 'left') return { node, order, begin: -right, end: -x, top: y, bottom };
  if (direction === 'down') return { node, order, begin: y, end: bottom, top: x, bottom: right };
  return { node, order, begin: -bottom, end: -y, top: x, bottom: right };
}

/** The best of `boxes` ahead of `from`. */
export function bestAhead<B extends Box>(boxes: readonly B[], from: Box, direction: Direction): B | null {
  const source = turn(from, direction);
  const turned = boxes.map((box) => turn(box, direction));
  const ahead = turned.filter(
    ({ begin, end, top, bottom }) => end > begin && bottom > top && end > source.end && (begin > source.begin || begin >= source.end),
  );
  const vertical = direction === 'up' || direction === 'down';
  const whole = ahead.filter(({ begin }) => begin >= source.end);
  const row = vertical ? ahead.filter((area) => !whole.some((other) => other.end <= area.begin)) : ahead;
  const beam = row.filter(({ top, bottom }) => bottom > source.top && top < source.bottom);
  const weight = ({ begin, top, bottom }: Turned): number => {
    const gap = Math.max(0, begin - source.end);
    const aside = (top + bottom) / 2 - (source.top + source.bottom) / 2;
    return 13 * gap ** 2 + aside ** 2;
  };
  const [best] = (beam.length > 0 ? beam : row).sort((a, b) => weight(a) - weight(b) || a.order - b.order || a.node - b.node);
  return best ? boxes[turned.indexOf(best)] : null;
}

interface Member extends Box {
  /** Focusable nodes in the group; empty for a node. */
  readonly leaves: readonly Rectangle[];
}

/** The node to which an arrow leads, or null. Groups must not form circles. */
export function oracleMove(rectangles: readonly Rectangle[], focused: Rectangle, direction: Direction): Rectangle | null {
  for (let group = focused.group, left: number | null = focused.node; ; ) {
    const all = membersOf(rectangles, group);
    const leftBox = left === focused.node ? focused : (all.find(({ node }) => node === left) ?? null);
    const members = all.filter(({ node }) => node !== left);
    const best = bestStanding(rectangles, members, focused, direction, leftBox);
    if (best) return enter(rectangles, best.member, focused, direction);
    if (group === 0) return null;
    left = group;
    group = parentOf(rectangles, group);
  }
}

const overlap = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;

/** The best member and its place: a group that overlaps the node being left has the place of its own best member. */
function bestStanding(
  rectangles: readonly Rectangle[],
  members: readonly Member[],
  from: Box,
  direction: Direction,
  left: Box | null,
): { member: Member; box: Box } | null {
  const standings = members.flatMap((member) => {
    const isGroup = member.leaves.length > 0;
    const over = left !== null && overlap(member, left) && bestAhead([member], from, direction) === null;
    if (!isGroup || !(over || overlap(member, from))) return [{ member, box: member as Box }];
    const inner = bestStanding(rectangles, membersOf(rectangles, member.node), from, direction, null);
    return inner ? [{ member, box: inner.box }] : [];
  });
  const best = bestAhead(
    standings.map(({ box }) => box),
    from,
    direction,
  );
  return standings.find(({ box }) => box === best) ?? null;
}

function enter(rectangles: readonly Rectangle[], member: Member, from: Rectangle, direction: Direction): Rectangle {
  if (member.leaves.length === 0) return rectangles.find(({ node }) => node === member.node)!;
  const best = bestStanding(rectangles, membersOf(rectangles, member.node), from, direction, null);
  return best ? enter(rectangles, best.member, from, direction) : nearest(member.leaves, from);
}

function membersOf(rectangles: readonly Rectangle[], group: number): Member[] {
  const leaves = rectangles.filter((rectangle) => rectangle.focusable && rectangle.group === group);
  const numbers = new Set(rectangles.flatMap((rectangle) => [rectangle.group, ...(rectangle.isGroup ? [rectangle.node] : [])]));
  const groups = [...numbers].filter((number) => number !== 0 && parentOf(rectangles, number) === group);
  const occupied = groups.map((number) => groupMember(rectangles, number)).filter((member) => member.leaves.length > 0);
  return [...leaves.map((leaf) => ({ ...leaf, leaves: [] })), ...occupied];
}

function groupMember(rectangles: readonly Rectangle[], group: number): Member {
  const own = rectangles.find(({ node, isGroup }) => isGroup && node === group);
  const members = membersOf(rectangles, group);
  const leaves = rectangles.filter((rectangle) => rectangle.focusable && isIn(rectangles, rectangle.group, group));
  const order = own?.order ?? 0;
  if (own && own.width > 0 && own.height > 0) return { ...own, leaves };
  const [x, y] = [Math.min(...members.map((member) => member.x)), Math.min(...members.map((member) => member.y))];
  const width = Math.max(...members.map((member) => member.x + member.width)) - x;
  const height = Math.max(...members.map((member) => member.y + member.height)) - y;
  return { node: group, order, x, y, width, height, leaves };
}

function isIn(rectangles: readonly Rectangle[], group: number, outer: number): boolean {
  return group === outer || (group !== 0 && isIn(rectangles, parentOf(rectangles, group), outer));
}

const parentOf = (rectangles: readonly Rectangle[], group: number): number =>
  rectangles.find(({ node, isGroup }) => isGroup && node === group)?.group ?? 0;

/** Orders by the gap between the edges, then by that between the middles. */
export function nearest(leaves: readonly Rectangle[], from: Box): Rectangle {
  const gap = (leaf: Box): number =>
    Math.max(0, leaf.x - from.x - from.width, from.x - leaf.x - leaf.width) ** 2 +
    Math.max(0, leaf.y - from.y - from.height, from.y - leaf.y - leaf.height) ** 2;
  const middle = (leaf: Box): number =>
    (leaf.x + leaf.width / 2 - from.x - from.width / 2) ** 2 + (leaf.y + leaf.height / 2 - from.y - from.height / 2) ** 2;
  return [...leaves].sort((a, b) => gap(a) - gap(b) || middle(a) - middle(b) || a.order - b.order || a.node - b.node)[0];
}
