/**
 * Focus: which node the viewer is on, and where the remote control takes it. docs/FOCUS.md has the rules.
 *
 * The catch: whenever something changes under the focused node (layout, layers), `settle` makes sure that what has focus can have it.
 * After any message, either the focused node is on the screen in the top layer, or nothing has focus.
 */
import { Actor, type Handlers } from '../actors/actor.js';
import { focus } from '../protocol/generated/focus.js';
import { page } from '../protocol/generated/page.js';
import type { scene } from '../protocol/generated/scene.js';
import { FOCUS_DEPTH_MAX, FOCUS_LAYERS_MAX, FOCUS_WISH_MS } from '../protocol/limits.js';
import type { MessageOf, PublicationOf, StateOf } from '../protocol/schema.js';
import { type Area, type Direction, findAhead } from './focus/area.js';
import { Groups, NONE } from './focus/groups.js';
import { HeldKey, type Key } from './focus/held-key.js';
import { Outline, Rectangle, Region, ROOT } from './focus/outline.js';

type State = StateOf<typeof focus>;
type Layer = State['layers'][number];
type Cause = State['cause'];

export class Focus extends Actor<typeof focus> implements Handlers<typeof focus> {
  private readonly outline = new Outline();
  private readonly heldKey = new HeldKey();
  private readonly groups = new Groups(this.outline);
  private layers: Layer[] = [];
  private focused = NONE;
  private previous = NONE;
  private cause: Cause = 'move';
  private wanted = NONE;
  private wantedSince = 0;
  private edgeReported = false;

  constructor() {
    super(focus);
  }

  override configure(name: string, value: number): void {
    this.heldKey.configure(name, value);
  }

  onKey(message: MessageOf<typeof focus, 'key'>): void {
    if (message.phase === 'up') {
      this.heldKey.release(message.key);
      return;
    }
    const first = message.phase === 'down' || !this.heldKey.holds(message.key);
    if (first) {
      this.heldKey.press(message.key, this.now);
      this.edgeReported = false;
    } else if (!this.heldKey.repeats(this.now)) {
      return;
    }
    this.act(message.key);
  }

  onConfigureGroup(message: MessageOf<typeof focus, 'configureGroup'>): void {
    this.groups.configure(message.group, message.trap, message.remember, message.preferred);
  }

  onForgetGroup(message: MessageOf<typeof focus, 'forgetGroup'>): void {
    this.groups.forget(message.group);
  }

  onFocus(message: MessageOf<typeof focus, 'focus'>): void {
    this.wanted = message.node;
    this.wantedSince = this.now;
    this.grantWish();
  }

  onPushLayer(message: MessageOf<typeof focus, 'pushLayer'>): void {
    const index = this.layerIndex(message.group);
    if (index >= 0) {
      this.layers[index].preferred = message.preferred;
      return;
    }
    if (this.layers.length === FOCUS_LAYERS_MAX) return;
    this.layers.push({ group: message.group, preferred: message.preferred, returnTo: this.focused });
    this.settle(null, [], 'layer');
  }

  onPopLayer(message: MessageOf<typeof focus, 'popLayer'>): void {
    const index = this.layerIndex(message.group);
    if (index < 0) return;
    const returnTo = this.layers[index].returnTo;
    const wasTop = index === this.layers.length - 1;
    this.layers.splice(index, 1);
    if (!wasTop) {
      this.layers[index].returnTo = returnTo;
      return;
    }
    const rectangle = this.outline.rectangle(returnTo);
    const target = rectangle !== null && this.canHaveFocus(rectangle) ? rectangle : this.enterLayer();
    this.moveTo(target, 'layer');
    this.settle(null, [], 'layer');
  }

  onSceneLayout(message: PublicationOf<typeof scene, 'layout'>, fresh: boolean): void {
    const before = this.outline.rectangle(this.focused);
    const groups = this.outline.groupsAround(before);
    if (fresh) this.outline.clear();
    for (let i = 0; i < message.removed.length; i++) this.outline.remove(message.removed[i]);
    for (let i = 0; i < message.changed.length; i++) {
      const changed = message.changed[i];
      if (changed.node !== NONE) this.putRectangle(changed);
    }
    this.settle(before, groups, this.focused === NONE ? 'entered' : 'lost');
  }

  override onRefresh(_topic: number): void {
    this.announce();
  }

  snapshot(): State {
    return {
      rectangles: this.outline.rectangles,
      groups: this.groups.all,
      layers: this.layers,
      focused: this.focused,
      previous: this.previous,
      cause: this.cause,
      wanted: this.wanted,
      wantedSince: this.wantedSince,
      held: this.heldKey.key,
      heldSince: this.heldKey.since,
      countedAt: this.heldKey.countedAt,
      edgeReported: this.edgeReported,
    };
  }

  restore(state: State): void {
    this.outline.clear();
    for (let i = 0; i < state.rectangles.length; i++) this.putRectangle(state.rectangles[i]);
    this.groups.all = state.groups;
    this.layers = state.layers;
    this.focused = state.focused;
    this.previous = state.previous;
    this.cause = state.cause;
    this.wanted = state.wanted;
    this.wantedSince = state.wantedSince;
    this.heldKey.key = state.held;
    this.heldKey.since = state.heldSince;
    this.heldKey.countedAt = state.countedAt;
    this.edgeReported = state.edgeReported;
  }

  private putRectangle(from: State['rectangles'][number]): void {
    const rectangle = this.outline.put(from.node, from.group, from.focusable, from.isGroup, from.order);
    rectangle.x = from.x;
    rectangle.y = from.y;
    rectangle.width = from.width;
    rectangle.height = from.height;
  }

  // --- Keys ---

  private act(key: Key): void {
    if (key === 'enter') this.activate();
    else if (key === 'back') this.back();
    else this.move(key);
  }

  private activate(): void {
    const rectangle = this.outline.rectangle(this.focused);
    if (rectangle !== null) this.send(page.receives.activated, { node: rectangle.node, group: rectangle.group });
  }

  private back(): void {
    if (this.layers.length > 0) this.send(page.receives.dismissRequested, { layer: this.topGroup() });
    else this.send(page.receives.backRequested, {});
  }

  private move(direction: Direction): void {
    const from = this.outline.rectangle(this.focused);
    if (from === null) {
      this.moveTo(this.enterLayer(), 'move');
      return;
    }
    const target = this.findTarget(from, direction);
    if (target !== null) {
      this.moveTo(target, 'move');
    } else if (!this.edgeReported) {
      this.edgeReported = true;
      this.send(page.receives.edge, { direction, node: from.node, group: from.group });
    }
  }

  /** Looks in the focused node's own group first, then beside that group in the one around it, and so on up to a trap or the top layer. */
  private findTarget(from: Rectangle, direction: Direction): Rectangle | null {
    const top = this.topGroup();
    let inner: Area = from;
    let region = this.outline.region(from.group);
    while (region !== null) {
      const found = findAhead(this.outline.members(region), from, direction, inner);
      if (found !== null) return this.groups.enter(found, from, direction);
      if (region.node === top || this.groups.isTrap(region.node, direction)) return null;
      inner = region;
      region = region.parent;
    }
    return null;
  }

  /** The node that gets focus when nothing in the top layer has it. */
  private enterLayer(): Rectangle | null {
    const region = this.outline.region(this.topGroup());
    if (region === null) return null;
    if (this.layers.length > 0) {
      const preferred = this.groups.findPreferred(region, this.layers[this.layers.length - 1].preferred);
      if (preferred instanceof Rectangle) return preferred;
      if (preferred instanceof Region) return this.groups.enterFromNowhere(preferred);
    }
    return this.groups.enterFromNowhere(region);
  }

  // --- What has focus ---

  private moveTo(target: Rectangle | null, cause: Cause): void {
    const node = target === null ? NONE : target.node;
    if (node === this.focused) return;
    this.previous = this.focused;
    this.focused = node;
    this.cause = cause;
    this.edgeReported = false;
    if (target !== null) this.groups.memorise(target);
    this.announce();
  }

  private announce(): void {
    const rectangle = this.outline.rectangle(this.focused);
    this.publishFresh(focus.publishes.focused, {
      node: this.focused,
      previous: this.previous,
      group: rectangle === null ? ROOT : rectangle.group,
      cause: this.cause,
    });
  }

  private canHaveFocus(rectangle: Rectangle): boolean {
    return rectangle.focusable && this.outline.contains(this.topGroup(), rectangle);
  }

  /** Makes sure that what has focus can have it. `lost` is where focus was, should it be gone, and `groups` what that lay in. */
  private settle(lost: Rectangle | null, groups: readonly number[], cause: Cause): void {
    if (this.now - this.wantedSince > FOCUS_WISH_MS * 1000) this.wanted = NONE;
    this.grantWish();
    const rectangle = this.outline.rectangle(this.focused);
    if (rectangle !== null && this.canHaveFocus(rectangle)) return;
    if (this.wanted !== NONE) this.moveTo(null, cause);
    else this.moveTo((lost !== null && this.findSuccessor(lost, groups)) || this.enterLayer(), cause);
  }

  /** The nearest in the same group; else in the groups around it, nearest group first, as long as they lie in the top layer. */
  private findSuccessor(lost: Rectangle, groups: readonly number[]): Rectangle | null {
    const top = groups.indexOf(this.topGroup());
    for (let i = 0; i <= top; i++) {
      const region = this.outline.region(groups[i]);
      if (region === null) continue;
      if (i === 0) {
        const sibling = this.outline.nearest(region, lost, 0);
        if (sibling !== null) return sibling;
      }
      if (i < top) return this.outline.nearest(region, lost, FOCUS_DEPTH_MAX);
    }
    return null;
  }

  // --- Wishes ---

  /** Gives focus to what the page wants, once that is known. Below the top layer it will have focus when the layers above are gone. */
  private grantWish(): void {
    if (this.wanted === NONE) return;
    const target = this.findWanted();
    if (target === null) return;
    this.wanted = NONE;
    if (this.canHaveFocus(target)) this.moveTo(target, 'wish');
    else this.setReturn(target);
  }

  private findWanted(): Rectangle | null {
    const rectangle = this.outline.rectangle(this.wanted);
    if (rectangle?.focusable) return rectangle;
    const region = this.outline.region(this.wanted);
    return region === null ? null : this.groups.enterFromNowhere(region);
  }

  private setReturn(target: Rectangle): void {
    for (let i = this.layers.length - 1; i >= 0; i--) {
      const below = i === 0 ? ROOT : this.layers[i - 1].group;
      if (this.outline.contains(below, target)) {
        this.layers[i].returnTo = target.node;
        return;
      }
    }
  }

  // --- Layers ---

  private layerIndex(group: number): number {
    for (let i = 0; i < this.layers.length; i++) {
      if (this.layers[i].group === group) return i;
    }
    return -1;
  }

  private topGroup(): number {
    return this.layers.length === 0 ? ROOT : this.layers[this.layers.length - 1].group;
  }
}
