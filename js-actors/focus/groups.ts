/**
 * The rules and the memory of groups, and which node they lead to when a group is entered.
 */
import type { FocusGroup } from '../../protocol/generated/focus.js';
import { FOCUS_DEPTH_MAX, FOCUS_GROUPS_MAX } from '../../protocol/messages/focus.js';
import { type Area, type Direction, isVertical } from './area.js';
import { type Outline, type Rectangle, Region } from './outline.js';

/** No node. */
export const NONE = 0;

export class Groups {
  /** The groups that have rules, in the order in which they got them. */
  all: FocusGroup[] = [];

  constructor(private readonly outline: Outline) {}

  configure(group: number, trap: FocusGroup['trap'], remember: boolean, preferred: number): void {
    let rules = this.rules(group);
    if (rules === null) {
      if (this.all.length === FOCUS_GROUPS_MAX) return;
      rules = { group, trap, remember, preferred, last: NONE, placed: false, placeX: 0, placeY: 0 };
      this.all.push(rules);
    }
    rules.trap = trap;
    rules.remember = remember;
    rules.preferred = preferred;
  }

  forget(group: number): void {
    for (let i = 0; i < this.all.length; i++) {
      if (this.all[i].group === group) {
        this.all.splice(i, 1);
        return;
      }
    }
  }

  isTrap(group: number, direction: Direction): boolean {
    const rules = this.rules(group);
    if (rules === null) return false;
    return rules.trap === 'both' || rules.trap === (isVertical(direction) ? 'vertical' : 'horizontal');
  }

  /** Notes in every group around `target` that it has focus. */
  memorise(target: Rectangle): void {
    let region = this.outline.region(target.group);
    while (region !== null) {
      const rules = this.rules(region.node);
      if (rules !== null) {
        rules.last = target.node;
        rules.placed = false;
      }
      region = region.parent;
    }
  }

  /** Notes where the remembered nodes are, because a layout is about to remove some of them. */
  notePlaces(): void {
    for (let i = 0; i < this.all.length; i++) {
      const rules = this.all[i];
      const last = this.outline.rectangle(rules.last);
      if (last === null) continue;
      rules.placeX = this.acrossFrom(rules.group, last);
      rules.placeY = this.downFrom(rules.group, last);
    }
  }

  /** Forgets removed nodes, whose numbers may go to others. Their places stay known. */
  forgetGone(): void {
    for (let i = 0; i < this.all.length; i++) {
      const rules = this.all[i];
      if (rules.last === NONE || this.outline.rectangle(rules.last) !== null) continue;
      rules.last = NONE;
      rules.placed = true;
    }
  }

  /** Distance of a node's middle from its group's corner, in pixels; 0 when that is not a finite number. */
  acrossFrom(group: number, node: Rectangle): number {
    const corner = this.outline.rectangle(group);
    const across = node.x + node.width / 2 - (corner === null ? 0 : corner.x);
    return across - across === 0 ? across : 0;
  }

  downFrom(group: number, node: Rectangle): number {
    const corner = this.outline.rectangle(group);
    const down = node.y + node.height / 2 - (corner === null ? 0 : corner.y);
    return down - down === 0 ? down : 0;
  }

  /** The node at the place of a removed one, measured by `acrossFrom` and `downFrom`; null when there is none. */
  heirAt(group: number, across: number, down: number): Rectangle | null {
    const region = this.outline.region(group);
    if (region === null) return null;
    const corner = this.outline.rectangle(group);
    return corner === null ? this.outline.at(region, across, down) : this.outline.at(region, across + corner.x, down + corner.y);
  }

  /** The node of the group nearest to the place of a removed one; null when the group is empty. */
  neighbourOf(group: number, across: number, down: number): Rectangle | null {
    const region = this.outline.region(group);
    if (region === null) return null;
    const corner = this.outline.rectangle(group);
    return corner === null ? this.outline.near(region, across, down) : this.outline.near(region, across + corner.x, down + corner.y);
  }

  /** The node to focus when an arrow leads to `area`: a node itself; of a group the remembered, the preferred, or the one ahead. */
  enter(area: Area, from: Area, direction: Direction): Rectangle | null {
    let inner: Area = area;
    while (inner instanceof Region) {
      const chosen = this.chooseByRules(inner);
      if (chosen !== null) {
        inner = chosen;
        continue;
      }
      const ahead = this.outline.ahead(inner, from, direction, null);
      if (ahead === null) return this.outline.nearest(inner, from, FOCUS_DEPTH_MAX);
      inner = ahead;
    }
    return inner as Rectangle;
  }

  /** The node to focus when a group is entered while nothing has focus. */
  enterFromNowhere(region: Region): Rectangle {
    let inner: Area = region;
    while (inner instanceof Region) inner = this.chooseByRules(inner) ?? this.outline.first(inner);
    return inner as Rectangle;
  }

  /** The member by which the group's rules say to enter it; null when they say nothing. */
  private chooseByRules(region: Region): Area | null {
    const rules = this.rules(region.node);
    if (rules === null) return null;
    if (rules.remember) {
      const last = this.outline.rectangle(rules.last);
      if (last?.focusable && this.outline.contains(region.node, last)) return last;
      const heir = rules.placed ? this.heirAt(region.node, rules.placeX, rules.placeY) : null;
      if (heir !== null) return heir;
    }
    return this.findPreferred(region, rules.preferred);
  }

  findPreferred(region: Region, preferred: number): Area | null {
    if (preferred === NONE) return null;
    const rectangle = this.outline.rectangle(preferred);
    if (rectangle?.focusable && this.outline.contains(region.node, rectangle)) return rectangle;
    const inner = this.outline.region(preferred);
    return inner !== null && this.outline.isWithin(inner, region) ? inner : null;
  }

  private rules(group: number): FocusGroup | null {
    for (let i = 0; i < this.all.length; i++) {
      if (this.all[i].group === group) return this.all[i];
    }
    return null;
  }
}
