/** The rules and the memory of groups, and which node they lead to when a group is entered: the twin of js-actors/focus/groups.ts. */
import { FocusGroup, FocusTrap, Key, FOCUS_DEPTH_MAX, FOCUS_GROUPS_MAX } from '../../protocol/generated/assembly/focus';
import { Area, isVertical } from './area';
import { Outline, Rectangle, Region } from './outline';

/** No node. */
export const NONE: u32 = 0;

export class Groups {
  /** The groups that have rules, in the order in which they got them. */
  all: FocusGroup[] = [];

  constructor(private readonly outline: Outline) {}

  configure(group: u32, trap: FocusTrap, remember: bool, preferred: u32): void {
    let rules = this.rules(group);
    if (rules === null) {
      if (this.all.length === FOCUS_GROUPS_MAX) return;
      rules = new FocusGroup();
      rules.group = group;
      this.all.push(rules);
    }
    rules.trap = trap;
    rules.remember = remember;
    rules.preferred = preferred;
  }

  forget(group: u32): void {
    for (let i = 0; i < this.all.length; i++) {
      if (this.all[i].group === group) {
        this.all.splice(i, 1);
        return;
      }
    }
  }

  isTrap(group: u32, direction: Key): bool {
    const rules = this.rules(group);
    if (rules === null) return false;
    return rules.trap === FocusTrap.Both || rules.trap === (isVertical(direction) ? FocusTrap.Vertical : FocusTrap.Horizontal);
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
  acrossFrom(group: u32, node: Rectangle): f64 {
    const corner = this.outline.rectangle(group);
    const across = node.x + node.width / 2 - (corner === null ? 0.0 : corner.x);
    return across - across === 0 ? across : 0;
  }

  downFrom(group: u32, node: Rectangle): f64 {
    const corner = this.outline.rectangle(group);
    const down = node.y + node.height / 2 - (corner === null ? 0.0 : corner.y);
    return down - down === 0 ? down : 0;
  }

  /** The node at the place of a removed one, measured by `acrossFrom` and `downFrom`; null when there is none. */
  heirAt(group: u32, across: f64, down: f64): Rectangle | null {
    const region = this.outline.region(group);
    if (region === null) return null;
    const corner = this.outline.rectangle(group);
    return corner === null ? this.outline.at(region, across, down) : this.outline.at(region, across + corner.x, down + corner.y);
  }

  /** The node of the group nearest to the place of a removed one; null when the group is empty. */
  neighbourOf(group: u32, across: f64, down: f64): Rectangle | null {
    const region = this.outline.region(group);
    if (region === null) return null;
    const corner = this.outline.rectangle(group);
    return corner === null ? this.outline.near(region, across, down) : this.outline.near(region, across + corner.x, down + corner.y);
  }

  /** The node to focus when an arrow leads to `area`: a node itself; of a group the remembered, the preferred, or the one ahead. */
  enter(area: Area, from: Area, direction: Key): Rectangle | null {
    let inner = area;
    while (inner instanceof Region) {
      const region = <Region>inner;
      const chosen = this.chooseByRules(region);
      if (chosen !== null) {
        inner = chosen;
        continue;
      }
      const ahead = this.outline.ahead(region, from, direction, null);
      if (ahead === null) return this.outline.nearest(region, from, FOCUS_DEPTH_MAX);
      inner = ahead;
    }
    return <Rectangle>inner;
  }

  /** The node to focus when a group is entered while nothing has focus. */
  enterFromNowhere(outer: Region): Rectangle {
    let inner: Area = outer;
    while (inner instanceof Region) {
      const region = <Region>inner;
      const chosen = this.chooseByRules(region);
      inner = chosen !== null ? chosen : this.outline.first(region);
    }
    return <Rectangle>inner;
  }

  /** The member by which the group's rules say to enter it; null when they say nothing. */
  private chooseByRules(region: Region): Area | null {
    const rules = this.rules(region.node);
    if (rules === null) return null;
    if (rules.remember) {
      const last = this.outline.rectangle(rules.last);
      if (last !== null && last.focusable && this.outline.contains(region.node, last)) return last;
      const heir = rules.placed ? this.heirAt(region.node, rules.placeX, rules.placeY) : null;
      if (heir !== null) return heir;
    }
    return this.findPreferred(region, rules.preferred);
  }

  findPreferred(region: Region, preferred: u32): Area | null {
    if (preferred === NONE) return null;
    const rectangle = this.outline.rectangle(preferred);
    if (rectangle !== null && rectangle.focusable && this.outline.contains(region.node, rectangle)) return rectangle;
    const inner = this.outline.region(preferred);
    return inner !== null && this.outline.isWithin(inner, region) ? inner : null;
  }

  private rules(group: u32): FocusGroup | null {
    for (let i = 0; i < this.all.length; i++) {
      if (this.all[i].group === group) return this.all[i];
    }
    return null;
  }
}
