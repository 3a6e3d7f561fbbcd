/**
 * The rules and the memory of groups, and which node they lead to when a group is entered.
 */
import type { FocusGroup } from '../../protocol/generated/focus.js';
import { FOCUS_DEPTH_MAX, FOCUS_GROUPS_MAX } from '../../protocol/limits.js';
import { type Area, type Direction, findAhead, isVertical } from './area.js';
import { type Outline, type Rectangle, Region } from './outline.js';

/** No node. */
export const NONE = 0;

export class Groups {
  /** Those that have rules, in the order in which they got them. */
  all: FocusGroup[] = [];

  constructor(private readonly outline: Outline) {}

  configure(group: number, trap: FocusGroup['trap'], remember: boolean, preferred: number): void {
    let rules = this.rules(group);
    if (rules === null) {
      if (this.all.length === FOCUS_GROUPS_MAX) return;
      rules = { group, trap, remember, preferred, last: NONE };
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

  /** Notes that `target` has focus, in all groups that it lies in. */
  memorise(target: Rectangle): void {
    let region = this.outline.region(target.group);
    while (region !== null) {
      const rules = this.rules(region.node);
      if (rules !== null) rules.last = target.node;
      region = region.parent;
    }
  }

  /** The node that gets focus when an arrow leads to `area`: itself, or of a group the remembered, the preferred, or the one ahead. */
  enter(area: Area, from: Area, direction: Direction): Rectangle | null {
    let inner: Area = area;
    while (inner instanceof Region) {
      const chosen = this.chooseByRules(inner);
      if (chosen !== null) {
        inner = chosen;
        continue;
      }
      const ahead = findAhead(this.outline.members(inner), from, direction, null);
      if (ahead === null) return this.outline.nearest(inner, from, FOCUS_DEPTH_MAX);
      inner = ahead;
    }
    return inner as Rectangle;
  }

  /** The node that gets focus when a group is entered from nowhere. */
  enterFromNowhere(region: Region): Rectangle {
    let inner: Area = region;
    while (inner instanceof Region) inner = this.chooseByRules(inner) ?? this.outline.first(inner);
    return inner as Rectangle;
  }

  /** What the rules of a group say of entering it; null when they say nothing. */
  private chooseByRules(region: Region): Area | null {
    const rules = this.rules(region.node);
    if (rules === null) return null;
    if (rules.remember) {
      const last = this.outline.rectangle(rules.last);
      if (last?.focusable && this.outline.contains(region.node, last)) return last;
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
