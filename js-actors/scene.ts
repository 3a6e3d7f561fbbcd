/**
 * The scene applies commits to the node tree. On each tick of the display it runs animations, lays out what is out of date,
 * publishes where the focusable nodes are, and sends the picture when it changed. wasm-actors/scene.ts is its twin: both give the
 * same bytes.
 */
import { Actor, type Handlers } from '../actors/model/actor.js';
import type { MessageOf, PublicationOf, StateOf } from '../protocol/fields.js';
import { display } from '../protocol/generated/display.js';
import { scene } from '../protocol/generated/scene.js';
import { SCENE_PROPERTIES, type SceneProperty } from '../protocol/messages/scene.js';
import { ANIMATION_COLUMNS, Animations } from './scene/animation.js';
import { DisplayList } from './scene/display-list.js';
import * as Focusable from './scene/focusables.js';
import { Focusables } from './scene/focusables.js';
import { Layout } from './scene/layout.js';
import { showsMotion } from './scene/motion.js';
import { DISPLAY, effectOf, FOCUSABLES, isAllowed, PLACES } from './scene/properties.js';
import { IMAGE, ROOT, TEXT, Tree, VIEW } from './scene/tree.js';

type Commit = MessageOf<typeof scene, 'commit'>;
type LayoutRect = PublicationOf<typeof scene, 'layout'>['changed'][number];

/** Strings in one message: at their greatest length they take half of the largest frame. */
const STRINGS_PER_MESSAGE = 128;
const NO_BYTES = new Uint8Array(0);
const ALL = DISPLAY | FOCUSABLES | PLACES;

const propertyNumbers = new Map(SCENE_PROPERTIES.map((name, number) => [name, number]));
const numberOf = (property: SceneProperty): number => propertyNumbers.get(property)!;

export class Scene extends Actor<typeof scene> implements Handlers<typeof scene> {
  private readonly tree = new Tree();
  private readonly layout = new Layout();
  private readonly animations = new Animations();
  private readonly focusables = new Focusables();
  private readonly displayList = new DisplayList();
  private frame = 0;
  private timeMicros = 0;
  private rejected = 0;
  /** Sum of DISPLAY, FOCUSABLES and PLACES: what the next tick has to redo. */
  private dirty = ALL;
  private animatingShown = false;
  /** Nodes whose string has changed since it was sent, and the string that the display has for each. */
  private stringsDirty: number[] = [];
  private stringsShown: string[] = [];

  constructor() {
    super(scene);
  }

  onCommit(commit: Commit): void {
    const rested = this.rests;
    if (commit.replaces) this.removeAll();
    for (const { node, type } of commit.creates) {
      this.count(this.tree.create(node, type === 'view' ? VIEW : type === 'image' ? IMAGE : TEXT));
    }
    for (const { parent, node, before } of commit.inserts) {
      if (this.count(this.tree.insert(parent, node, before))) this.dirty = ALL;
    }
    for (const { node, property, value } of commit.sets) this.count(this.set(node, numberOf(property), value));
    for (const { node, value } of commit.strings) this.count(this.setString(node, value));
    for (const animation of commit.animations) this.count(this.animate(animation));
    for (const { node, property, leave } of commit.cancels) this.count(this.cancel(node, numberOf(property), leave === 'end'));
    for (const node of commit.removes) this.count(this.remove(node));
    this.endRest(rested);
  }

  onTick(tick: MessageOf<typeof scene, 'tick'>): void {
    this.frame = tick.frame;
    this.timeMicros = tick.timeMicros;
    this.dirty |= this.animations.run(this.tree, this.timeMicros);
    if (this.tree.orderDirty) this.tree.arrange();
    if ((this.dirty & PLACES) !== 0) this.layout.run(this.tree);
    if ((this.dirty & FOCUSABLES) !== 0) this.publishFocusables();
    const paints = (this.dirty & DISPLAY) !== 0;
    if (paints) {
      this.unmarkStringsThatAreShown();
      this.displayList.paint(this.tree, this.layout, this.animations);
    }
    if (this.stringsDirty.length > 0) this.sendStrings();
    if (paints) this.sendDisplayList();
    this.dirty = 0;
    if (this.rests) this.send(display.receives.rest, { frame: this.frame });
  }

  onRedraw(): void {
    const { tree, rests: rested } = this;
    for (let i = 0; i < this.stringsShown.length; i++) this.stringsShown[i] = '';
    for (let node = 0; node < tree.rows; node++) if (tree.strings[node] !== '') this.markString(node, '');
    this.displayList.shown.clear();
    this.dirty |= DISPLAY;
    this.endRest(rested);
  }

  override onRefresh(): void {
    const changed: LayoutRect[] = [];
    for (let i = 0; i < this.focusables.count; i++) changed.push(this.rect(i));
    this.publishFresh(scene.publishes.layout, { frame: this.frame, changed, removed: [] });
  }

  snapshot(): StateOf<typeof scene> {
    const { tree, animations, focusables } = this;
    const { shown } = this.displayList;
    const displayDirty = (this.dirty & DISPLAY) !== 0;
    const strings: { node: number; value: string }[] = [];
    for (let node = 0; node < tree.rows; node++) if (tree.strings[node] !== '') strings.push({ node, value: tree.strings[node] });
    return {
      frame: this.frame,
      timeMicros: this.timeMicros,
      rejected: this.rejected,
      layoutDirty: (this.dirty & PLACES) !== 0,
      focusablesDirty: (this.dirty & FOCUSABLES) !== 0,
      displayDirty,
      animatingShown: this.animatingShown,
      types: tree.types.subarray(0, tree.rows),
      links: tree.saveLinks(),
      given: new Uint8Array(tree.given.buffer, 0, 4 * tree.rows),
      values: tree.saveValues(),
      strings,
      stringsDirty: this.stringsDirty,
      animations: bytesOf(animations.rows, animations.count * ANIMATION_COLUMNS),
      focusables: bytesOf(focusables.rows, focusables.count * Focusable.FOCUSABLE_COLUMNS),
      stringsShown: this.stringsShown,
      shownWidth: displayDirty ? shown.width : 0,
      shownHeight: displayDirty ? shown.height : 0,
      shownItems: displayDirty ? shown.items : NO_BYTES,
      shownClips: displayDirty ? shown.clips : NO_BYTES,
      shownOmitted: displayDirty ? shown.omitted : 0,
    };
  }

  restore(state: StateOf<typeof scene>): void {
    this.tree.load(state.types, state.links, state.given, numbersOf(state.values));
    for (const { node, value } of state.strings) if (node < this.tree.rows) this.tree.setString(node, value);
    this.animations.load(this.tree, numbersOf(state.animations));
    this.focusables.load(this.tree, numbersOf(state.focusables));
    this.frame = state.frame;
    this.timeMicros = state.timeMicros;
    this.rejected = state.rejected;
    this.dirty = (state.layoutDirty ? PLACES : 0) | (state.focusablesDirty ? FOCUSABLES : 0) | (state.displayDirty ? DISPLAY : 0);
    this.animatingShown = state.animatingShown;
    this.stringsDirty = [];
    this.stringsShown = [];
    for (const [i, node] of state.stringsDirty.entries()) if (node < this.tree.rows) this.markString(node, state.stringsShown[i] ?? '');
    // Places and picture follow from the rest. If they are out of date, the next tick redoes them.
    this.tree.arrange();
    if (!state.layoutDirty) this.layout.run(this.tree);
    if (state.displayDirty || state.layoutDirty) this.restoreShown(state);
    else {
      this.displayList.paint(this.tree, this.layout, this.animations);
      this.displayList.keep();
    }
  }

  private restoreShown({ shownWidth, shownHeight, shownItems, shownClips, shownOmitted }: StateOf<typeof scene>): void {
    this.displayList.shown.load(shownWidth, shownHeight, shownItems, shownClips, shownOmitted);
  }

  /** Whether ticks would change nothing until something else does. It follows from the rest of the state. */
  private get rests(): boolean {
    return this.dirty === 0 && this.animations.count === 0;
  }

  /** After a change. @param rested whether the scene rested before it */
  private endRest(rested: boolean): void {
    if (rested && !this.rests) this.send(display.receives.due, {});
  }

  /** Counts a change that made no sense. @returns its argument */
  private count(applied: boolean): boolean {
    if (!applied) this.rejected = (this.rejected + 1) >>> 0;
    return applied;
  }

  private set(node: number, property: number, value: number): boolean {
    if (!this.tree.exists(node) || !isAllowed(property, value)) return false;
    const ended = this.animations.isAnimated(node, property);
    if (ended) this.animations.cancel(node, property);
    if (this.tree.setValue(node, property, value) || ended) this.dirty |= effectOf(property);
    return true;
  }

  private setString(node: number, value: string): boolean {
    const { tree } = this;
    if (!tree.exists(node) || tree.types[node] === VIEW) return false;
    if (tree.strings[node] === value) return true;
    const former = tree.strings[node];
    if (!tree.setString(node, value)) return false;
    this.markString(node, former);
    this.dirty |= tree.types[node] === TEXT ? ALL : DISPLAY;
    return true;
  }

  private animate(animation: Commit['animations'][number]): boolean {
    const { node, from, to, durationMs, delayMs, x1, y1, x2, y2, repeat } = animation;
    const property = numberOf(animation.property);
    if (!this.tree.exists(node)) return false;
    if (!this.animations.start(node, property, from !== null, from ?? 0, to, durationMs, delayMs, x1, y1, x2, y2, repeat)) return false;
    this.dirty |= DISPLAY | (effectOf(property) & FOCUSABLES);
    return true;
  }

  private cancel(node: number, property: number, toEnd: boolean): boolean {
    if (!this.tree.exists(node) || !this.animations.isAnimated(node, property)) return false;
    if (toEnd) return this.set(node, property, this.animations.target(node, property, 0));
    this.animations.cancel(node, property);
    this.dirty |= DISPLAY | (effectOf(property) & FOCUSABLES);
    return true;
  }

  private remove(node: number): boolean {
    const { tree } = this;
    if (!tree.remove(node)) return false;
    for (let i = 0; i < tree.freedCount; i++) {
      const freed = tree.freed[i];
      this.animations.cancelNode(freed);
      this.focusables.forget(freed);
      const former = tree.strings[freed];
      if (former === '') continue;
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
  private markString(node: number, shown: string): void {
    if (!this.tree.markString(node)) return;
    this.stringsDirty.push(node);
    this.stringsShown.push(shown);
  }

  /** A string that changed and changed back, or a handle reused for the same string, does not change the picture. */
  private unmarkStringsThatAreShown(): void {
    const { tree, stringsDirty, stringsShown } = this;
    for (let i = 0; i < stringsDirty.length; i++) {
      if (tree.strings[stringsDirty[i]] === stringsShown[i]) tree.unmarkString(stringsDirty[i]);
    }
  }

  private publishFocusables(): void {
    const { focusables } = this;
    focusables.update(this.tree, this.layout, this.animations);
    if (focusables.changed.length === 0 && focusables.removed.length === 0) return;
    const changed = focusables.changed.map((index) => this.rect(index));
    this.publish(scene.publishes.layout, { frame: this.frame, changed, removed: focusables.removed });
  }

  private rect(index: number): LayoutRect {
    const { rows } = this.focusables;
    const row = index * Focusable.FOCUSABLE_COLUMNS;
    return {
      node: rows[row + Focusable.NODE],
      group: rows[row + Focusable.GROUP],
      focusable: rows[row + Focusable.IS_FOCUSABLE] !== 0,
      x: rows[row + Focusable.LEFT],
      y: rows[row + Focusable.TOP],
      width: rows[row + Focusable.WIDTH],
      height: rows[row + Focusable.HEIGHT],
      order: rows[row + Focusable.ORDER],
      isGroup: this.focusables.isGroup(index),
    };
  }

  private sendStrings(): void {
    const { tree, stringsDirty } = this;
    for (let i = 0; i < stringsDirty.length; i += STRINGS_PER_MESSAGE) {
      const strings = stringsDirty.slice(i, i + STRINGS_PER_MESSAGE).map((node) => ({ node, value: tree.strings[node] }));
      this.send(display.receives.strings, { strings });
    }
    for (const node of stringsDirty) tree.unmarkString(node);
    stringsDirty.length = 0;
    this.stringsShown.length = 0;
  }

  /** Sends the new list unless it equals the display's in looks and in whether something moves. */
  private sendDisplayList(): void {
    const { displayList } = this;
    const animating = showsMotion(this.tree, this.animations, displayList);
    if (!displayList.differs() && animating === this.animatingShown) return;
    const { width, height, items, clips, omitted } = displayList.made;
    this.send(display.receives.displayList, { frame: this.frame, width, height, animating, items, clips, omitted });
    this.animatingShown = animating;
    displayList.keep();
  }
}

const bytesOf = (numbers: Float64Array, length: number): Uint8Array => new Uint8Array(numbers.buffer, 0, length * 8);

/** Copies, because the bytes of a message may lie at any offset. */
function numbersOf(bytes: Uint8Array): Float64Array {
  const numbers = new Float64Array(Math.floor(bytes.length / 8));
  new Uint8Array(numbers.buffer).set(bytes.subarray(0, numbers.length * 8));
  return numbers;
}
