/**
 * The scene applies commits to the node tree. On each tick of the display it runs animations, lays out what is out of date,
 * publishes where the focusable nodes are, and sends the picture when it changed. js-actors/scene.ts is its twin: both give the
 * same bytes.
 */
import { Bytes } from '../protocol/assembly/values';
import { Reader } from '../protocol/assembly/reader';
import {
  DISPLAY_CLIP_WORDS,
  DISPLAY_ITEM_WORDS,
  DisplayDisplayList,
  DisplayDue,
  DisplayRest,
  DisplayStrings,
} from '../protocol/generated/assembly/display';
import {
  CancelLeave,
  dispatchScene,
  LayoutRect,
  NodeType,
  PropertyAnimation,
  SCENE_ADDRESS,
  SCENE_FOLLOWED_OWNERS,
  SCENE_FOLLOWS,
  SCENE_PUBLISHES,
  SceneCommit,
  SceneHandlers,
  SceneLayout,
  SceneRedraw,
  SceneState,
  SceneTick,
} from '../protocol/generated/assembly/scene';
import { Actor, start } from './kit/actor';
import { ANIMATION_COLUMNS, Animations } from './scene/animation';
import { Column } from './scene/column';
import { DisplayList } from './scene/display-list';
import * as Focusable from './scene/focusables';
import { Focusables } from './scene/focusables';
import { Layout } from './scene/layout';
import { showsMotion } from './scene/motion';
import { DISPLAY, effectOf, FOCUSABLES, isAllowed, PLACES } from './scene/properties';
import { IMAGE, ROOT, TEXT, Tree, VIEW } from './scene/tree';

/** Strings in one message: at their greatest length they take half of the largest frame. */
const STRINGS_PER_MESSAGE: i32 = 128;
const ALL: i32 = DISPLAY | FOCUSABLES | PLACES;

class Scene extends Actor<SceneState> implements SceneHandlers {
  private readonly tree: Tree = new Tree();
  private readonly layout: Layout = new Layout();
  private readonly animations: Animations = new Animations();
  private readonly focusables: Focusables = new Focusables();
  private readonly displayList: DisplayList = new DisplayList();
  private frame: u32 = 0;
  private timeMicros: u64 = 0;
  private rejected: u32 = 0;
  /** Sum of DISPLAY, FOCUSABLES and PLACES: what the next tick has to redo. */
  private dirty: i32 = ALL;
  private animatingShown: bool = false;
  /** Nodes whose string has changed since it was sent, and the string that the display has for each. */
  private stringsDirty: Array<i32> = [];
  private stringsShown: Array<string> = [];

  private readonly layoutMessage: SceneLayout = new SceneLayout();
  private readonly stringsMessage: DisplayStrings = new DisplayStrings();
  private readonly displayListMessage: DisplayDisplayList = new DisplayDisplayList();
  private readonly restMessage: DisplayRest = new DisplayRest();
  private readonly dueMessage: DisplayDue = new DisplayDue();
  private readonly state: SceneState = new SceneState();
  /** Memory that `state.links` views. */
  private readonly links: Column<i32> = new Column<i32>(0);
  /** Memory that `state.values` views. */
  private readonly values: Column<f64> = new Column<f64>(0);

  constructor() {
    super('scene', SCENE_ADDRESS, SCENE_PUBLISHES, SCENE_FOLLOWS, SCENE_FOLLOWED_OWNERS);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchScene(this, kind, reader);
  }

  onCommit(commit: SceneCommit): void {
    const rested = this.rests;
    if (commit.replaces) this.removeAll();
    for (let i = 0; i < commit.creates.length; i++) {
      const create = commit.creates[i];
      this.count(this.tree.create(create.node, create.type == NodeType.View ? VIEW : create.type == NodeType.Image ? IMAGE : TEXT));
    }
    for (let i = 0; i < commit.inserts.length; i++) {
      const insert = commit.inserts[i];
      if (this.count(this.tree.insert(insert.parent, insert.node, insert.before))) this.dirty = ALL;
    }
    for (let i = 0; i < commit.sets.length; i++) {
      const set = commit.sets[i];
      this.count(this.set(set.node, set.property, set.value));
    }
    for (let i = 0; i < commit.strings.length; i++) {
      const string = commit.strings[i];
      this.count(this.setString(string.node, string.value.text));
    }
    for (let i = 0; i < commit.animations.length; i++) this.count(this.animate(commit.animations[i]));
    for (let i = 0; i < commit.cancels.length; i++) {
      const cancel = commit.cancels[i];
      this.count(this.cancel(cancel.node, cancel.property, cancel.leave == CancelLeave.End));
    }
    for (let i = 0; i < commit.removes.length; i++) this.count(this.remove(commit.removes[i]));
    this.endRest(rested);
  }

  onTick(tick: SceneTick): void {
    this.frame = tick.frame;
    this.timeMicros = tick.timeMicros;
    this.dirty |= this.animations.run(this.tree, <f64>this.timeMicros);
    if (this.tree.orderDirty) this.tree.arrange();
    if ((this.dirty & PLACES) != 0) this.layout.run(this.tree);
    if ((this.dirty & FOCUSABLES) != 0) this.publishFocusables();
    const paints = (this.dirty & DISPLAY) != 0;
    if (paints) {
      this.unmarkStringsThatAreShown();
      this.displayList.paint(this.tree, this.layout, this.animations);
    }
    if (this.stringsDirty.length > 0) this.sendStrings();
    if (paints) this.sendDisplayList();
    this.dirty = 0;
    if (!this.rests) return;
    this.restMessage.frame = this.frame;
    this.send(this.restMessage);
  }

  onRedraw(_message: SceneRedraw): void {
    const rested = this.rests;
    const tree = this.tree;
    for (let i = 0; i < this.stringsShown.length; i++) this.stringsShown[i] = '';
    for (let node = 0; node < tree.rows; node++) if (tree.strings[node] != '') this.markString(node, '');
    this.displayList.shown.clear();
    this.dirty |= DISPLAY;
    this.endRest(rested);
  }

  onRefresh(_topic: u16): void {
    const message = this.layoutMessage;
    message.frame = this.frame;
    message.changed.clear();
    message.removed.clear();
    for (let i = 0; i < this.focusables.count; i++) this.fillRect(message.changed.add(), i);
    this.publishFresh(message);
  }

  saveState(): SceneState {
    const state = this.state;
    const tree = this.tree;
    state.frame = this.frame;
    state.timeMicros = this.timeMicros;
    state.rejected = this.rejected;
    state.layoutDirty = (this.dirty & PLACES) != 0;
    state.focusablesDirty = (this.dirty & FOCUSABLES) != 0;
    state.displayDirty = (this.dirty & DISPLAY) != 0;
    state.animatingShown = this.animatingShown;
    pointTo(state.types, tree.types, tree.rows);
    tree.saveLinks(this.links);
    pointTo(state.links, this.links, 5 * tree.rows);
    pointTo(state.given, tree.given, tree.rows);
    pointTo(state.values, this.values, tree.saveValues(this.values));
    state.strings.clear();
    for (let node = 0; node < tree.rows; node++) {
      if (tree.strings[node] == '') continue;
      const string = state.strings.add();
      string.node = node;
      string.value.text = tree.strings[node];
    }
    state.stringsDirty.clear();
    for (let i = 0; i < this.stringsDirty.length; i++) state.stringsDirty.push(this.stringsDirty[i]);
    pointTo(state.animations, this.animations.rows, this.animations.count * ANIMATION_COLUMNS);
    pointTo(state.focusables, this.focusables.rows, this.focusables.count * Focusable.FOCUSABLE_COLUMNS);
    state.stringsShown.clear();
    for (let i = 0; i < this.stringsShown.length; i++) state.stringsShown.add().text = this.stringsShown[i];
    const shown = this.displayList.shown;
    state.shownWidth = state.displayDirty ? shown.width : 0;
    state.shownHeight = state.displayDirty ? shown.height : 0;
    pointTo(state.shownItems, shown.items, state.displayDirty ? shown.itemCount * DISPLAY_ITEM_WORDS : 0);
    pointTo(state.shownClips, shown.clips, state.displayDirty ? shown.clipCount * DISPLAY_CLIP_WORDS : 0);
    state.shownOmitted = state.displayDirty ? shown.omitted : 0;
    return state;
  }

  loadState(state: SceneState): void {
    const tree = this.tree;
    tree.load(state.types, state.links, state.given, state.values);
    for (let i = 0; i < state.strings.length; i++) {
      const string = state.strings[i];
      if (string.node < <u32>tree.rows) tree.setString(string.node, string.value.text);
    }
    this.animations.load(tree, state.animations.address, state.animations.length);
    this.focusables.load(tree, state.focusables.address, state.focusables.length);
    this.frame = state.frame;
    this.timeMicros = state.timeMicros;
    this.rejected = state.rejected;
    this.dirty = (state.layoutDirty ? PLACES : 0) | (state.focusablesDirty ? FOCUSABLES : 0) | (state.displayDirty ? DISPLAY : 0);
    this.animatingShown = state.animatingShown;
    this.stringsDirty = [];
    this.stringsShown = [];
    for (let i = 0; i < state.stringsDirty.length; i++) {
      if (state.stringsDirty[i] >= <u32>tree.rows) continue;
      this.markString(state.stringsDirty[i], i < state.stringsShown.length ? state.stringsShown[i].text : '');
    }
    // Places and picture follow from the rest. If they are out of date, the next tick redoes them.
    tree.arrange();
    if (!state.layoutDirty) this.layout.run(tree);
    const displayList = this.displayList;
    if (state.displayDirty || state.layoutDirty) {
      const shown = displayList.shown;
      shown.load(state.shownWidth, state.shownHeight, state.shownItems, state.shownClips, state.shownOmitted);
    } else {
      displayList.paint(tree, this.layout, this.animations);
      displayList.keep();
    }
  }

  /** Whether ticks would change nothing until something else does. It follows from the rest of the state. */
  private get rests(): bool {
    return this.dirty == 0 && this.animations.count == 0;
  }

  /** After a change. @param rested whether the scene rested before it */
  private endRest(rested: bool): void {
    if (rested && !this.rests) this.send(this.dueMessage);
  }

  /** Counts a change that made no sense. @returns its argument */
  private count(applied: bool): bool {
    if (!applied) this.rejected++;
    return applied;
  }

  private set(node: i32, property: i32, value: f64): bool {
    if (!this.tree.exists(node) || !isAllowed(property, value)) return false;
    const ended = this.animations.isAnimated(node, property);
    if (ended) this.animations.cancel(node, property);
    if (this.tree.setValue(node, property, value) || ended) this.dirty |= effectOf(property);
    return true;
  }

  private setString(node: i32, value: string): bool {
    const tree = this.tree;
    if (!tree.exists(node) || tree.types[node] == VIEW) return false;
    if (tree.strings[node] == value) return true;
    const former = tree.strings[node];
    if (!tree.setString(node, value)) return false;
    this.markString(node, former);
    this.dirty |= tree.types[node] == TEXT ? ALL : DISPLAY;
    return true;
  }

  private animate(animation: PropertyAnimation): bool {
    const node: i32 = animation.node;
    const property: i32 = animation.property;
    if (!this.tree.exists(node)) return false;
    const started = this.animations.start(
      node,
      property,
      animation.hasFrom,
      animation.from,
      animation.to,
      animation.durationMs,
      animation.delayMs,
      animation.x1,
      animation.y1,
      animation.x2,
      animation.y2,
      animation.repeat,
    );
    if (started) this.dirty |= DISPLAY | (effectOf(property) & FOCUSABLES);
    return started;
  }

  private cancel(node: i32, property: i32, toEnd: bool): bool {
    if (!this.tree.exists(node) || !this.animations.isAnimated(node, property)) return false;
    if (toEnd) return this.set(node, property, this.animations.target(node, property, 0));
    this.animations.cancel(node, property);
    this.dirty |= DISPLAY | (effectOf(property) & FOCUSABLES);
    return true;
  }

  private remove(node: i32): bool {
    const tree = this.tree;
    if (!tree.remove(node)) return false;
    for (let i = 0; i < tree.freedCount; i++) {
      const freed = tree.freed[i];
      this.animations.cancelNode(freed);
      this.focusables.forget(freed);
      const former = tree.strings[freed];
      if (former == '') continue;
      tree.setString(freed, '');
      this.markString(freed, former);
    }
    this.dirty = ALL;
    return true;
  }

  private removeAll(): void {
    for (let node = ROOT + 1; node < this.tree.rows; node++) this.remove(node);
  }

  /** @param shown the string that the display has, unless the node was marked before */
  private markString(node: i32, shown: string): void {
    if (!this.tree.markString(node)) return;
    this.stringsDirty.push(node);
    this.stringsShown.push(shown);
  }

  /** A string that changed and changed back, or a handle reused for the same string, does not change the picture. */
  private unmarkStringsThatAreShown(): void {
    const stringsDirty = this.stringsDirty;
    for (let i = 0; i < stringsDirty.length; i++) {
      if (this.tree.strings[stringsDirty[i]] == this.stringsShown[i]) this.tree.unmarkString(stringsDirty[i]);
    }
  }

  private publishFocusables(): void {
    const focusables = this.focusables;
    focusables.update(this.tree, this.layout, this.animations);
    if (focusables.changed.length == 0 && focusables.removed.length == 0) return;
    const message = this.layoutMessage;
    message.frame = this.frame;
    message.changed.clear();
    message.removed.clear();
    for (let i = 0; i < focusables.changed.length; i++) this.fillRect(message.changed.add(), focusables.changed[i]);
    for (let i = 0; i < focusables.removed.length; i++) message.removed.push(focusables.removed[i]);
    this.publish(message);
  }

  private fillRect(rect: LayoutRect, index: i32): void {
    const rows = this.focusables.rows;
    const row = index * Focusable.FOCUSABLE_COLUMNS;
    rect.node = <u32>rows[row + Focusable.NODE];
    rect.group = <u32>rows[row + Focusable.GROUP];
    rect.focusable = rows[row + Focusable.IS_FOCUSABLE] != 0;
    rect.x = rows[row + Focusable.LEFT];
    rect.y = rows[row + Focusable.TOP];
    rect.width = rows[row + Focusable.WIDTH];
    rect.height = rows[row + Focusable.HEIGHT];
    rect.order = <u32>rows[row + Focusable.ORDER];
    rect.isGroup = this.focusables.isGroup(index);
  }

  private sendStrings(): void {
    const tree = this.tree;
    const stringsDirty = this.stringsDirty;
    const message = this.stringsMessage;
    for (let i = 0; i < stringsDirty.length; i += STRINGS_PER_MESSAGE) {
      message.strings.clear();
      for (let j = i; j < min(i + STRINGS_PER_MESSAGE, stringsDirty.length); j++) {
        const string = message.strings.add();
        string.node = stringsDirty[j];
        string.value.text = tree.strings[stringsDirty[j]];
      }
      this.send(message);
    }
    for (let i = 0; i < stringsDirty.length; i++) tree.unmarkString(stringsDirty[i]);
    stringsDirty.length = 0;
    this.stringsShown.length = 0;
  }

  /** Sends the new list unless it equals the display's in looks and in whether something moves. */
  private sendDisplayList(): void {
    const displayList = this.displayList;
    const animating = showsMotion(this.tree, this.animations, displayList);
    if (!displayList.differs() && animating == this.animatingShown) return;
    const made = displayList.made;
    const message = this.displayListMessage;
    message.frame = this.frame;
    message.width = made.width;
    message.height = made.height;
    message.animating = animating;
    pointTo(message.items, made.items, made.itemCount * DISPLAY_ITEM_WORDS);
    pointTo(message.clips, made.clips, made.clipCount * DISPLAY_CLIP_WORDS);
    message.omitted = made.omitted;
    this.send(message);
    this.animatingShown = animating;
    displayList.keep();
  }
}

/** Points a binary field at the first numbers of a column. */
function pointTo<T>(bytes: Bytes, column: Column<T>, length: i32): void {
  bytes.point(column.address, length << alignof<T>());
}

start(new Scene());
export * from './kit/exports';
