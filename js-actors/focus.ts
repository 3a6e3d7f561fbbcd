/**
 * Focus: which node the viewer is on, and where the remote control takes it. docs/FOCUS.md has the rules.
 *
 * The catch: whenever something changes under the focused node (layout, layers), `settle` checks that it may still have focus.
 * After any message, either the focused node is on the screen in the top layer, or nothing has focus.
 */
import { Actor, type Handlers } from '../actors/model/actor.js';
import type { MessageOf, PublicationOf, StateOf } from '../protocol/fields.js';
import { focus } from '../protocol/generated/focus.js';
import { page } from '../protocol/generated/page.js';
import type { scene } from '../protocol/generated/scene.js';
import { FOCUS_DEPTH_MAX, FOCUS_WISH_AHEAD_MS, FOCUS_WISH_MS } from '../protocol/messages/focus.js';
import type { Area, Direction } from './focus/area.js';
import { Groups, NONE } from './focus/groups.js';
import { HeldKey, type Key } from './focus/held-key.js';
import { Layers } from './focus/layers.js';
import { Outline, Rectangle, Region, ROOT } from './focus/outline.js';
import { WaitingKeys } from './focus/waiting-keys.js';

type State = StateOf<typeof focus>;
type Cause = State['cause'];

export class Focus extends Actor<typeof focus> implements Handlers<typeof focus> {
  private readonly outline = new Outline();
  private readonly heldKey = new HeldKey();
  private readonly waitingKeys = new WaitingKeys();
  private readonly groups = new Groups(this.outline);
  private readonly layers = new Layers(this.outline, this.groups);
  private focused = NONE;
  private previous = NONE;
  private cause: Cause = 'move';
  private wanted = NONE;
  private wantedSince = 0;
  private granted = NONE;
  /** The focused node was removed, even if another node has its number now. Only set while a layout is applied. */
  private gone = false;
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
    if (this.hasTarget(message.key)) this.act(message.key);
    else if (first) this.waitingKeys.add(message.key, this.now);
  }

  onConfigureGroup(message: MessageOf<typeof focus, 'configureGroup'>): void {
    this.groups.configure(message.group, message.trap, message.remember, message.preferred);
  }

  onForgetGroup(message: MessageOf<typeof focus, 'forgetGroup'>): void {
    this.groups.forget(message.group);
  }

  onFocus(message: MessageOf<typeof focus, 'focus'>): void {
    this.granted = NONE;
    this.wanted = message.node;
    this.wantedSince = this.now;
    this.grantWish();
    this.actWaiting();
  }

  onPushLayer(message: MessageOf<typeof focus, 'pushLayer'>): void {
    if (this.layers.push(message.group, message.preferred, this.focused)) this.settle(null, [], 'layer');
    this.actWaiting();
  }

  onPopLayer(message: MessageOf<typeof focus, 'popLayer'>): void {
    const layer = message.group === ROOT ? this.layers.popAll() : this.layers.pop(message.group);
    if (layer === null) return;
    const target = this.layers.returnOf(layer);
    this.moveTo(target !== null && this.canHaveFocus(target) ? target : this.enterLayer(), 'layer');
    this.settle(null, [], 'layer');
    this.actWaiting();
  }

  onPointer({ action, x, y }: MessageOf<typeof focus, 'pointer'>): void {
    const under = this.outline.under(x, y, this.layers.top());
    if (under === null) return;
    this.waitingKeys.clear();
    if (action === 'forward' || action === 'backward') {
      this.goAlong(under, action === 'forward');
      return;
    }
    this.moveTo(under, 'move');
    if (action === 'press') this.activate();
  }

  onSceneLayout(message: PublicationOf<typeof scene, 'layout'>, fresh: boolean): void {
    const before = this.outline.rectangle(this.focused);
    const groups = this.outline.groupsAround(before);
    const cause = this.focused === NONE ? 'entered' : 'lost';
    const wasGranted = this.outline.rectangle(this.granted) !== null;
    if (fresh || message.removed.length > 0) this.notePlaces();
    if (fresh) this.outline.clear();
    for (let i = 0; i < message.removed.length; i++) this.outline.remove(message.removed[i]);
    // A node that was removed and is there again is a different node. A fresh publication does not tell the two apart.
    if (!fresh) this.forgetGone();
    const wishHasGone = wasGranted && !fresh && this.outline.rectangle(this.granted) === null;
    for (let i = 0; i < message.changed.length; i++) {
      const changed = message.changed[i];
      if (changed.node !== NONE) this.putRectangle(changed);
    }
    if (fresh) this.forgetGone();
    if (wishHasGone) this.renewWish();
    this.settle(before, groups, cause);
    this.actWaiting();
  }

  override onRefresh(_topic: number): void {
    this.announce();
  }

  snapshot(): State {
    return {
      rectangles: this.outline.rectangles,
      groups: this.groups.all,
      layers: this.layers.all,
      focused: this.focused,
      previous: this.previous,
      cause: this.cause,
      wanted: this.wanted,
      wantedSince: this.wantedSince,
      held: this.heldKey.key,
      heldSince: this.heldKey.since,
      countedAt: this.heldKey.countedAt,
      edgeReported: this.edgeReported,
      granted: this.granted,
      waiting: this.waitingKeys.all,
      expired: this.waitingKeys.expired,
    };
  }

  restore(state: State): void {
    this.outline.clear();
    for (let i = 0; i < state.rectangles.length; i++) this.putRectangle(state.rectangles[i]);
    this.groups.all = state.groups;
    this.layers.all = state.layers;
    this.focused = state.focused;
    this.previous = state.previous;
    this.cause = state.cause;
    this.wanted = state.wanted;
    this.wantedSince = state.wantedSince;
    this.heldKey.key = state.held;
    this.heldKey.since = state.heldSince;
    this.heldKey.countedAt = state.countedAt;
    this.edgeReported = state.edgeReported;
    this.granted = state.granted;
    this.waitingKeys.all = state.waiting;
    this.waitingKeys.expired = state.expired;
  }

  private putRectangle(from: State['rectangles'][number]): void {
    const rectangle = this.outline.put(from.node, from.group, from.focusable, from.isGroup, from.order);
    rectangle.x = from.x;
    rectangle.y = from.y;
    rectangle.width = from.width;
    rectangle.height = from.height;
  }

  // --- Keys ---

  /** Whether a key has something to act on, and none waits before it. Back is the page's. */
  private hasTarget(key: Key): boolean {
    if (key === 'back' || this.focused !== NONE) return true;
    return key !== 'enter' && !this.waitingKeys.some && this.enterLayer() !== null;
  }

  /** Keys that were pressed before anything could have focus, once something has it. */
  private actWaiting(): void {
    while (this.focused !== NONE) {
      const key = this.waitingKeys.next(this.now);
      if (key === null) return;
      this.edgeReported = false;
      this.act(key);
    }
  }

  private act(key: Key): void {
    if (key === 'enter') this.activate();
    else if (key === 'back') this.back();
    else this.move(key);
  }

  private activate(): void {
    const rectangle = this.outline.rectangle(this.focused);
    if (rectangle !== null) this.send(page.receives.activated, { node: rectangle.node, group: rectangle.group });
  }

  /** The viewer leaves what the waiting keys were for. */
  private back(): void {
    this.waitingKeys.clear();
    if (this.layers.all.length > 0) this.send(page.receives.dismissRequested, { layer: this.layers.top() });
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

  /** Looks in the focused node's group first, then in the group around it, and so on outwards up to a trap or the top layer. */
  private findTarget(from: Rectangle, direction: Direction): Rectangle | null {
    const top = this.layers.top();
    let inner: Area = from;
    let region = this.outline.region(from.group);
    while (region !== null) {
      const found = this.outline.ahead(region, from, direction, inner);
      if (found !== null) return this.groups.enter(found, from, direction);
      if (region.node === top || this.groups.isTrap(region.node, direction)) return null;
      inner = region;
      region = region.parent;
    }
    return null;
  }

  /** Moves within the group under a pointer: along a row, or down a column. */
  private goAlong(under: Rectangle, forward: boolean): void {
    const focused = this.outline.rectangle(this.focused);
    const from = focused !== null && focused.group === under.group ? focused : under;
    const region = this.outline.region(under.group);
    if (region === null) return;
    let direction: Direction = forward ? 'right' : 'left';
    let found = this.outline.ahead(region, from, direction, from);
    if (found === null) {
      direction = forward ? 'down' : 'up';
      found = this.outline.ahead(region, from, direction, from);
    }
    this.moveTo(found === null ? from : this.groups.enter(found, from, direction), 'move');
  }

  /** The node to focus when nothing in the top layer has focus. */
  private enterLayer(): Rectangle | null {
    const region = this.outline.region(this.layers.top());
    if (region === null) return null;
    if (this.layers.all.length > 0) {
      const preferred = this.groups.findPreferred(region, this.layers.preferred());
      if (preferred instanceof Rectangle) return preferred;
      if (preferred instanceof Region) return this.groups.enterFromNowhere(preferred);
    }
    return this.groups.enterFromNowhere(region);
  }

  // --- What has focus ---

  private moveTo(target: Rectangle | null, cause: Cause): void {
    const node = target === null ? NONE : target.node;
    if (node === this.focused && !this.gone) return;
    this.gone = false;
    this.granted = NONE;
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
    return rectangle.focusable && this.outline.contains(this.layers.top(), rectangle);
  }

  /** Moves focus if its node may not have it any more. `lost` is the rectangle that had focus, `groups` are the groups around it. */
  private settle(lost: Rectangle | null, groups: readonly number[], cause: Cause): void {
    if (this.now - this.wantedSince > FOCUS_WISH_MS * 1000) this.wanted = NONE;
    this.grantWish();
    const rectangle = this.outline.rectangle(this.focused);
    if (!this.gone && rectangle !== null && this.canHaveFocus(rectangle)) return;
    if (this.wanted !== NONE) this.moveTo(null, cause);
    else this.moveTo((lost !== null && this.findSuccessor(lost, groups)) || this.enterLayer(), cause);
  }

  /** The nearest node in the same group; else in the groups around it, innermost first, as long as they lie in the top layer. */
  private findSuccessor(lost: Rectangle, groups: readonly number[]): Rectangle | null {
    const top = groups.indexOf(this.layers.top());
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

  /** Focuses the node that the page asked for, once scene has published it; below the top layer, once the layers above are gone. */
  private grantWish(): void {
    if (this.wanted === NONE) return;
    const target = this.findWanted();
    if (target === null) return;
    const granted = this.wanted;
    this.wanted = NONE;
    if (this.canHaveFocus(target)) {
      this.moveTo(target, 'wish');
      this.granted = granted;
    } else {
      this.layers.setReturn(target);
    }
  }

  private findWanted(): Rectangle | null {
    const rectangle = this.outline.rectangle(this.wanted);
    if (rectangle?.focusable) return rectangle;
    const region = this.outline.region(this.wanted);
    return region === null ? null : this.groups.enterFromNowhere(region);
  }

  /**
   * The node that a wish was granted to was removed. If another node has its number already and the wish is recent, the wish was meant
   * for that one: the page named it before scene had laid it out.
   */
  private renewWish(): void {
    if (this.now - this.wantedSince > FOCUS_WISH_AHEAD_MS * 1000) return;
    if (this.outline.rectangle(this.granted) !== null) this.wanted = this.granted;
  }

  // --- Nodes that go ---

  /** Notes the places of all remembered nodes before some of them are removed. */
  private notePlaces(): void {
    this.groups.notePlaces();
    this.layers.notePlaces();
  }

  private forgetGone(): void {
    this.groups.forgetGone();
    this.layers.forgetGone();
    this.gone = this.focused !== NONE && this.outline.rectangle(this.focused) === null;
  }
}
