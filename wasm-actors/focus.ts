/**
 * Focus: which node the viewer is on, and where the remote control takes it: the twin of js-actors/focus.ts. docs/FOCUS.md has the rules.
 *
 * The catch: whenever something changes under the focused node (layout, layers), `settle` checks that it may still have focus.
 * After any message, either the focused node is on the screen in the top layer, or nothing has focus.
 */
import { Reader } from '../protocol/assembly/reader';
import {
  dispatchFocus,
  FOCUS_ADDRESS,
  FOCUS_FOLLOWED_OWNERS,
  FOCUS_FOLLOWS,
  FOCUS_PUBLISHES,
  FocusCause,
  FocusConfigureGroup,
  FocusFocus,
  FocusFocused,
  FocusForgetGroup,
  FocusHandlers,
  FocusKey,
  FocusPointer,
  FocusPopLayer,
  FocusPushLayer,
  FocusState,
  Key,
  KeyPhase,
  PointerAction,
  FOCUS_DEPTH_MAX,
  FOCUS_WISH_AHEAD_MS,
  FOCUS_WISH_MS,
} from '../protocol/generated/assembly/focus';
import { EdgeDirection, PageActivated, PageBackRequested, PageDismissRequested, PageEdge } from '../protocol/generated/assembly/page';
import { SceneLayout } from '../protocol/generated/assembly/scene';
import { Area } from './focus/area';
import { Groups, NONE } from './focus/groups';
import { HeldKey } from './focus/held-key';
import { Layers } from './focus/layers';
import { Outline, Rectangle, Region, ROOT } from './focus/outline';
import { WaitingKeys } from './focus/waiting-keys';
import { Actor, start } from './kit/actor';

class Focus extends Actor<FocusState> implements FocusHandlers {
  private readonly outline: Outline = new Outline();
  private readonly heldKey: HeldKey = new HeldKey();
  private readonly waitingKeys: WaitingKeys = new WaitingKeys();
  private readonly groups: Groups = new Groups(this.outline);
  private readonly layers: Layers = new Layers(this.outline, this.groups);
  private focused: u32 = NONE;
  private previous: u32 = NONE;
  private cause: FocusCause = FocusCause.Move;
  private wanted: u32 = NONE;
  private wantedSince: u64 = 0;
  private granted: u32 = NONE;
  /** The focused node was removed, even if another node has its number now. Only set while a layout is applied. */
  private gone: bool = false;
  private edgeReported: bool = false;

  private readonly state: FocusState = new FocusState();
  private readonly focusedMessage: FocusFocused = new FocusFocused();
  private readonly activated: PageActivated = new PageActivated();
  private readonly edge: PageEdge = new PageEdge();
  private readonly dismissRequested: PageDismissRequested = new PageDismissRequested();
  private readonly backRequested: PageBackRequested = new PageBackRequested();

  constructor() {
    super('focus', FOCUS_ADDRESS, FOCUS_PUBLISHES, FOCUS_FOLLOWS, FOCUS_FOLLOWED_OWNERS);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchFocus(this, kind, reader);
  }

  configure(name: string, value: f64): void {
    this.heldKey.configure(name, value);
  }

  onKey(message: FocusKey): void {
    if (message.phase === KeyPhase.Up) {
      this.heldKey.release(message.key);
      return;
    }
    const first = message.phase === KeyPhase.Down || !this.heldKey.holds(message.key);
    if (first) {
      this.heldKey.press(message.key, this.now);
      this.edgeReported = false;
    } else if (!this.heldKey.repeats(this.now)) {
      return;
    }
    if (this.hasTarget(message.key)) this.act(message.key);
    else if (first) this.waitingKeys.add(message.key, this.now);
  }

  onConfigureGroup(message: FocusConfigureGroup): void {
    this.groups.configure(message.group, message.trap, message.remember, message.preferred);
  }

  onForgetGroup(message: FocusForgetGroup): void {
    this.groups.forget(message.group);
  }

  onFocus(message: FocusFocus): void {
    this.granted = NONE;
    this.wanted = message.node;
    this.wantedSince = this.now;
    this.grantWish();
    this.actWaiting();
  }

  onPushLayer(message: FocusPushLayer): void {
    if (this.layers.push(message.group, message.preferred, this.focused)) this.settle(null, [], FocusCause.Layer);
    this.actWaiting();
  }

  onPopLayer(message: FocusPopLayer): void {
    const layer = message.group === ROOT ? this.layers.popAll() : this.layers.pop(message.group);
    if (layer === null) return;
    const target = this.layers.returnOf(layer);
    this.moveTo(target !== null && this.canHaveFocus(target) ? target : this.enterLayer(), FocusCause.Layer);
    this.settle(null, [], FocusCause.Layer);
    this.actWaiting();
  }

  onPointer(message: FocusPointer): void {
    const under = this.outline.under(message.x, message.y, this.layers.top());
    if (under === null) return;
    this.waitingKeys.clear();
    if (message.action === PointerAction.Forward || message.action === PointerAction.Backward) {
      this.goAlong(under, message.action === PointerAction.Forward);
      return;
    }
    this.moveTo(under, FocusCause.Move);
    if (message.action === PointerAction.Press) this.activate();
  }

  onSceneLayout(message: SceneLayout, fresh: bool): void {
    const before = this.outline.rectangle(this.focused);
    const groups = this.outline.groupsAround(before);
    const cause = this.focused === NONE ? FocusCause.Entered : FocusCause.Lost;
    const wasGranted = this.outline.rectangle(this.granted) !== null;
    if (fresh || message.removed.length > 0) this.notePlaces();
    if (fresh) this.outline.clear();
    for (let i = 0; i < message.removed.length; i++) this.outline.remove(message.removed.at(i));
    // A node that was removed and is there again is a different node. A fresh publication does not tell the two apart.
    if (!fresh) this.forgetGone();
    const wishHasGone = wasGranted && !fresh && this.outline.rectangle(this.granted) === null;
    for (let i = 0; i < message.changed.length; i++) {
      const changed = message.changed.at(i);
      if (changed.node !== NONE) {
        const rectangle = this.outline.put(changed.node, changed.group, changed.focusable, changed.isGroup, changed.order);
        rectangle.x = changed.x;
        rectangle.y = changed.y;
        rectangle.width = changed.width;
        rectangle.height = changed.height;
      }
    }
    if (fresh) this.forgetGone();
    if (wishHasGone) this.renewWish();
    this.settle(before, groups, cause);
    this.actWaiting();
  }

  onRefresh(topic: u16): void {
    this.announce();
  }

  saveState(): FocusState {
    const state = this.state;
    state.rectangles.clear();
    for (let i = 0; i < this.outline.rectangles.length; i++) this.saveRectangle(this.outline.rectangles[i]);
    state.groups.clear();
    for (let i = 0; i < this.groups.all.length; i++) state.groups.push(this.groups.all[i]);
    state.layers.clear();
    for (let i = 0; i < this.layers.all.length; i++) state.layers.push(this.layers.all[i]);
    state.focused = this.focused;
    state.previous = this.previous;
    state.cause = this.cause;
    state.wanted = this.wanted;
    state.wantedSince = this.wantedSince;
    state.hasHeld = !this.heldKey.none;
    state.held = this.heldKey.key;
    state.heldSince = this.heldKey.since;
    state.countedAt = this.heldKey.countedAt;
    state.edgeReported = this.edgeReported;
    state.granted = this.granted;
    state.waiting.clear();
    for (let i = 0; i < this.waitingKeys.all.length; i++) state.waiting.push(this.waitingKeys.all[i]);
    state.expired = this.waitingKeys.expired;
    return state;
  }

  loadState(state: FocusState): void {
    this.outline.clear();
    for (let i = 0; i < state.rectangles.length; i++) {
      const saved = state.rectangles.at(i);
      const rectangle = this.outline.put(saved.node, saved.group, saved.focusable, saved.isGroup, saved.order);
      rectangle.x = saved.x;
      rectangle.y = saved.y;
      rectangle.width = saved.width;
      rectangle.height = saved.height;
    }
    this.groups.all = [];
    for (let i = 0; i < state.groups.length; i++) this.groups.all.push(state.groups.at(i));
    this.layers.all = [];
    for (let i = 0; i < state.layers.length; i++) this.layers.all.push(state.layers.at(i));
    this.focused = state.focused;
    this.previous = state.previous;
    this.cause = state.cause;
    this.wanted = state.wanted;
    this.wantedSince = state.wantedSince;
    this.heldKey.none = !state.hasHeld;
    this.heldKey.key = state.held;
    this.heldKey.since = state.heldSince;
    this.heldKey.countedAt = state.countedAt;
    this.edgeReported = state.edgeReported;
    this.granted = state.granted;
    this.waitingKeys.clear();
    for (let i = 0; i < state.waiting.length; i++) this.waitingKeys.all.push(state.waiting.at(i));
    this.waitingKeys.expired = state.expired;
  }

  private saveRectangle(rectangle: Rectangle): void {
    const saved = this.state.rectangles.add();
    saved.node = rectangle.node;
    saved.group = rectangle.group;
    saved.focusable = rectangle.focusable;
    saved.x = rectangle.x;
    saved.y = rectangle.y;
    saved.width = rectangle.width;
    saved.height = rectangle.height;
    saved.order = rectangle.order;
    saved.isGroup = rectangle.isGroup;
  }

  // --- Keys ---

  /** Whether a key has something to act on, and none waits before it. Back is the page's. */
  private hasTarget(key: Key): bool {
    if (key === Key.Back || this.focused !== NONE) return true;
    return key !== Key.Enter && !this.waitingKeys.some && this.enterLayer() !== null;
  }

  /** Keys that were pressed before anything could have focus, once something has it. */
  private actWaiting(): void {
    while (this.focused !== NONE) {
      const waited = this.waitingKeys.next(this.now);
      if (waited === null) return;
      this.edgeReported = false;
      this.act(waited.key);
    }
  }

  private act(key: Key): void {
    if (key === Key.Enter) this.activate();
    else if (key === Key.Back) this.back();
    else this.move(key);
  }

  private activate(): void {
    const rectangle = this.outline.rectangle(this.focused);
    if (rectangle === null) return;
    this.activated.node = rectangle.node;
    this.activated.group = rectangle.group;
    this.send(this.activated);
  }

  /** The viewer leaves what the waiting keys were for. */
  private back(): void {
    this.waitingKeys.clear();
    if (this.layers.all.length > 0) {
      this.dismissRequested.layer = this.layers.top();
      this.send(this.dismissRequested);
    } else {
      this.send(this.backRequested);
    }
  }

  private move(direction: Key): void {
    const from = this.outline.rectangle(this.focused);
    if (from === null) {
      this.moveTo(this.enterLayer(), FocusCause.Move);
      return;
    }
    const target = this.findTarget(from, direction);
    if (target !== null) {
      this.moveTo(target, FocusCause.Move);
    } else if (!this.edgeReported) {
      this.edgeReported = true;
      this.edge.direction = <EdgeDirection>direction;
      this.edge.node = from.node;
      this.edge.group = from.group;
      this.send(this.edge);
    }
  }

  /** Looks in the focused node's group first, then in the group around it, and so on outwards up to a trap or the top layer. */
  private findTarget(from: Rectangle, direction: Key): Rectangle | null {
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
  private goAlong(under: Rectangle, forward: bool): void {
    const focused = this.outline.rectangle(this.focused);
    const from = focused !== null && focused.group === under.group ? focused : under;
    const region = this.outline.region(under.group);
    if (region === null) return;
    let direction = forward ? Key.Right : Key.Left;
    let found = this.outline.ahead(region, from, direction, from);
    if (found === null) {
      direction = forward ? Key.Down : Key.Up;
      found = this.outline.ahead(region, from, direction, from);
    }
    this.moveTo(found === null ? from : this.groups.enter(found, from, direction), FocusCause.Move);
  }

  /** The node to focus when nothing in the top layer has focus. */
  private enterLayer(): Rectangle | null {
    const region = this.outline.region(this.layers.top());
    if (region === null) return null;
    if (this.layers.all.length > 0) {
      const preferred = this.groups.findPreferred(region, this.layers.preferred());
      if (preferred instanceof Rectangle) return <Rectangle>preferred;
      if (preferred instanceof Region) return this.groups.enterFromNowhere(<Region>preferred);
    }
    return this.groups.enterFromNowhere(region);
  }

  // --- What has focus ---

  private moveTo(target: Rectangle | null, cause: FocusCause): void {
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
    this.focusedMessage.node = this.focused;
    this.focusedMessage.previous = this.previous;
    this.focusedMessage.group = rectangle === null ? ROOT : rectangle.group;
    this.focusedMessage.cause = this.cause;
    this.publishFresh(this.focusedMessage);
  }

  private canHaveFocus(rectangle: Rectangle): bool {
    return rectangle.focusable && this.outline.contains(this.layers.top(), rectangle);
  }

  /** Moves focus if its node may not have it any more. `lost` is the rectangle that had focus, `groups` are the groups around it. */
  private settle(lost: Rectangle | null, groups: u32[], cause: FocusCause): void {
    if (<f64>this.now - <f64>this.wantedSince > <f64>FOCUS_WISH_MS * 1000) this.wanted = NONE;
    this.grantWish();
    const rectangle = this.outline.rectangle(this.focused);
    if (!this.gone && rectangle !== null && this.canHaveFocus(rectangle)) return;
    if (this.wanted !== NONE) {
      this.moveTo(null, cause);
      return;
    }
    const successor = lost !== null ? this.findSuccessor(lost, groups) : null;
    this.moveTo(successor !== null ? successor : this.enterLayer(), cause);
  }

  /** The nearest node in the same group; else in the groups around it, innermost first, as long as they lie in the top layer. */
  private findSuccessor(lost: Rectangle, groups: u32[]): Rectangle | null {
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
      this.moveTo(target, FocusCause.Wish);
      this.granted = granted;
    } else {
      this.layers.setReturn(target);
    }
  }

  private findWanted(): Rectangle | null {
    const rectangle = this.outline.rectangle(this.wanted);
    if (rectangle !== null && rectangle.focusable) return rectangle;
    const region = this.outline.region(this.wanted);
    return region === null ? null : this.groups.enterFromNowhere(region);
  }

  /**
   * The node that a wish was granted to was removed. If another node has its number already and the wish is recent, the wish was meant
   * for that one: the page named it before scene had laid it out.
   */
  private renewWish(): void {
    if (<f64>this.now - <f64>this.wantedSince > <f64>FOCUS_WISH_AHEAD_MS * 1000) return;
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

start(new Focus());
export * from './kit/exports';
