/**
 * The replica of scene's rectangles, and what follows from it: which group lies in which, and their members. A move
 * looks only at the members of the groups on its way, not at every rectangle.
 *
 * The catch: after a node or group came or went, all of this is rebuilt when it is next needed; when only places changed, they are
 * read again group by group. None of it is in the snapshot or depends on the order in which rectangles arrived.
 */
import { FOCUS_DEPTH_MAX } from '../../protocol/messages/focus.js';
import { Area, comesBefore, type Direction, findAhead, gap, isAhead, isNearer, overlaps } from './area.js';

/** The number of the group around all others. */
export const ROOT = 0;

/** A focusable node or a group, as scene publishes it. */
export class Rectangle extends Area {
  group = ROOT;
  focusable = false;
  isGroup = false;
  /** Index in `Outline.rectangles`. */
  index = 0;
}

/** A group with its members: focusable nodes, and groups that contain some. */
export class Region extends Area {
  parent: Region | null = null;
  /** The group's own rectangle; null for the root, and while scene has not published it. */
  rectangle: Rectangle | null = null;
  members: Area[] = [];
  /** True when something in it can have focus. */
  occupied = false;
  /** The value of `Outline.places` when its area was last read. */
  measured = 0;
}

/** An area without extent, so never ahead. */
const NOWHERE = new Area();

export class Outline {
  rectangles: Rectangle[] = [];
  private byNode: Map<number, Rectangle> = new Map();
  private regions: Region[] = [];
  private byGroup: Map<number, Region> = new Map();
  private stale = true;
  /** Counts changes of places; 0 is before the first. */
  private places = 1;

  clear(): void {
    this.rectangles = [];
    this.byNode = new Map();
    this.stale = true;
  }

  rectangle(node: number): Rectangle | null {
    return this.byNode.get(node) ?? null;
  }

  /** Stores a new or changed rectangle. */
  put(node: number, group: number, focusable: boolean, isGroup: boolean, order: number): Rectangle {
    let rectangle = this.rectangle(node);
    if (rectangle === null) {
      rectangle = new Rectangle();
      rectangle.node = node;
      rectangle.index = this.rectangles.length;
      this.rectangles.push(rectangle);
      this.byNode.set(node, rectangle);
      this.stale = true;
    } else if (rectangle.group !== group || rectangle.focusable !== focusable || rectangle.isGroup !== isGroup) {
      this.stale = true;
    }
    rectangle.group = group;
    rectangle.focusable = focusable;
    rectangle.isGroup = isGroup;
    rectangle.order = order;
    this.places++;
    return rectangle;
  }

  remove(node: number): void {
    const rectangle = this.rectangle(node);
    if (rectangle === null) return;
    const last = this.rectangles.pop()!;
    if (last !== rectangle) {
      last.index = rectangle.index;
      this.rectangles[last.index] = last;
    }
    this.byNode.delete(node);
    this.stale = true;
  }

  /** @returns null when nothing in the group can have focus */
  region(group: number): Region | null {
    if (this.stale) this.build();
    const region = this.byGroup.get(group);
    return region?.occupied ? region : null;
  }

  /** Numbers of the groups around the rectangle, innermost first. */
  groupsAround(rectangle: Rectangle | null): number[] {
    const groups: number[] = [];
    if (rectangle === null) return groups;
    let region = this.region(rectangle.group);
    while (region !== null) {
      groups.push(region.node);
      region = region.parent;
    }
    return groups;
  }

  /** True when the rectangle lies in the group, at any depth. */
  contains(group: number, rectangle: Rectangle): boolean {
    let region = this.region(rectangle.group);
    while (region !== null) {
      if (region.node === group) return true;
      region = region.parent;
    }
    return false;
  }

  /** The front-most focusable rectangle at a place, of those in a group. */
  under(x: number, y: number, group: number): Rectangle | null {
    let found: Rectangle | null = null;
    for (let i = 0; i < this.rectangles.length; i++) {
      const rectangle = this.rectangles[i];
      if (!rectangle.focusable || x < rectangle.x || y < rectangle.y) continue;
      if (!(x < rectangle.x + rectangle.width && y < rectangle.y + rectangle.height)) continue;
      if ((found === null || comesBefore(found, rectangle)) && this.contains(group, rectangle)) found = rectangle;
    }
    return found;
  }

  /** True when one region lies in another, at any depth. */
  isWithin(region: Region, outer: Region): boolean {
    let ancestor = region.parent;
    while (ancestor !== null) {
      if (ancestor === outer) return true;
      ancestor = ancestor.parent;
    }
    return false;
  }

  /** The region's members. The areas of groups among them are up to date. */
  members(region: Region): Area[] {
    for (let i = 0; i < region.members.length; i++) {
      const member = region.members[i];
      if (member instanceof Region) this.measure(member);
    }
    return region.members;
  }

  /** The member of the region to which an arrow leads from `from`, or null. `left`, the member just left, is skipped. */
  ahead(region: Region, from: Area, direction: Direction, left: Area | null): Area | null {
    const index = findAhead(this.standings(region, from, direction, left), from, direction);
    return index < 0 ? null : region.members[index];
  }

  /** The area by which each member is compared when one moves from `from`. */
  private standings(region: Region, from: Area, direction: Direction, left: Area | null): Area[] {
    const members = this.members(region);
    const standings: Area[] = [];
    for (let i = 0; i < members.length; i++) standings.push(this.standing(members[i], from, direction, left));
    return standings;
  }

  /** A group that overlaps `left` is compared by its own best member ahead: its edges say nothing about the way to it. */
  private standing(member: Area, from: Area, direction: Direction, left: Area | null): Area {
    if (member === left) return NOWHERE;
    if (!(member instanceof Region)) return member;
    const isOver = left !== null && !isAhead(member, from, direction) && overlaps(member, left);
    if (!isOver && !overlaps(member, from)) return member;
    const inner = this.standings(member, from, direction, null);
    const index = findAhead(inner, from, direction);
    return index < 0 ? NOWHERE : inner[index];
  }

  /** The focusable node of the region at a point, or null. */
  at(region: Region, x: number, y: number): Rectangle | null {
    const point = pointAt(x, y);
    const nearest = this.nearest(region, point, FOCUS_DEPTH_MAX);
    return nearest !== null && nearest.width > 0 && nearest.height > 0 && gap(nearest, point) === 0 ? nearest : null;
  }

  /** The focusable node of the region nearest to a point, or null. */
  near(region: Region, x: number, y: number): Rectangle | null {
    return this.nearest(region, pointAt(x, y), FOCUS_DEPTH_MAX);
  }

  /** The focusable node of the region nearest to `from`, in any direction. Looks at most `depth` groups down. */
  nearest(region: Region, from: Area, depth: number): Rectangle | null {
    let best: Rectangle | null = null;
    for (let i = 0; i < region.members.length; i++) {
      const member = region.members[i];
      let found: Rectangle | null = null;
      if (member instanceof Rectangle) found = member;
      else if (member instanceof Region && depth > 0) found = this.nearest(member, from, depth - 1);
      if (found !== null && (best === null || isNearer(found, best, from))) best = found;
    }
    return best;
  }

  /** The first member in document order. */
  first(region: Region): Area {
    const members = this.members(region);
    let first = members[0];
    for (let i = 1; i < members.length; i++) {
      if (comesBefore(members[i], first)) first = members[i];
    }
    return first;
  }

  /** A group's area is its own rectangle; if it has none or that is empty, the box around its members. */
  private measure(region: Region): void {
    if (region.measured === this.places) return;
    region.measured = this.places;
    const own = region.rectangle;
    if (own !== null) region.order = own.order;
    if (own !== null && own.width > 0 && own.height > 0) {
      region.x = own.x;
      region.y = own.y;
      region.width = own.width;
      region.height = own.height;
    } else {
      this.surround(region);
    }
  }

  private surround(region: Region): void {
    const members = this.members(region);
    let left = members[0].x;
    let top = members[0].y;
    let right = left + members[0].width;
    let bottom = top + members[0].height;
    for (let i = 1; i < members.length; i++) {
      const member = members[i];
      left = Math.min(left, member.x);
      top = Math.min(top, member.y);
      right = Math.max(right, member.x + member.width);
      bottom = Math.max(bottom, member.y + member.height);
    }
    region.x = left;
    region.y = top;
    region.width = right - left;
    region.height = bottom - top;
  }

  private build(): void {
    this.stale = false;
    this.regions = [];
    this.byGroup = new Map();
    const root = this.regionOf(ROOT);
    for (let i = 0; i < this.rectangles.length; i++) {
      const rectangle = this.rectangles[i];
      const region = this.regionOf(rectangle.group);
      if (rectangle.focusable) region.members.push(rectangle);
      if (rectangle.isGroup && rectangle.node !== ROOT) this.regionOf(rectangle.node).rectangle = rectangle;
    }
    for (let i = 1; i < this.regions.length; i++) {
      const region = this.regions[i];
      region.parent = this.reachesRoot(region) ? this.regionOf(region.rectangle!.group) : root;
    }
    for (let i = 0; i < this.regions.length; i++) {
      if (this.regions[i].members.length > 0) this.occupy(this.regions[i]);
    }
  }

  private regionOf(group: number): Region {
    let region = this.byGroup.get(group);
    if (region === undefined) {
      region = new Region();
      region.node = group;
      this.regions.push(region);
      this.byGroup.set(group, region);
    }
    return region;
  }

  /** False for a group whose rectangle is unknown, and for groups that lie in each other in a circle. */
  private reachesRoot(region: Region): boolean {
    let ancestor = region;
    for (let depth = 0; depth < FOCUS_DEPTH_MAX; depth++) {
      if (ancestor.node === ROOT) return true;
      if (ancestor.rectangle === null) return ancestor !== region;
      ancestor = this.regionOf(ancestor.rectangle.group);
    }
    return false;
  }

  /** Makes the region and all regions around it members of their parents. */
  private occupy(region: Region): void {
    let inner = region;
    while (!inner.occupied) {
      inner.occupied = true;
      const parent = inner.parent;
      if (parent === null) return;
      parent.members.push(inner);
      inner = parent;
    }
  }
}

function pointAt(x: number, y: number): Area {
  const point = new Area();
  point.x = x;
  point.y = y;
  return point;
}
