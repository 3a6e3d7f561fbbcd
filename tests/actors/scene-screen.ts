/** A scene with a screen: takes commits and ticks, and gives picture, strings and focusable rectangles in readable form. */
import type { ActorInstance } from '../../actors/contract/instance.js';
import type { MessageOf, PublicationOf, StateOf } from '../../protocol/fields.js';
import type { display } from '../../protocol/generated/display.js';
import { scene } from '../../protocol/generated/scene.js';
import type { SceneProperty } from '../../protocol/messages/scene.js';
import { DISPLAY_CLIP_WORDS, DISPLAY_ITEM_WORDS } from '../../protocol/ports/display.js';
import { type Emission, Stage } from './stage.js';

export type Commit = MessageOf<typeof scene, 'commit'>;
export type Animation = Commit['animations'][number];
export type LayoutChange = PublicationOf<typeof scene, 'layout'>;
export type DisplayListMessage = MessageOf<typeof display, 'displayList'>;
type Strings = MessageOf<typeof display, 'strings'>;
export type Properties = Partial<Record<SceneProperty, number>>;

export interface Item {
  node: number;
  type: number;
  clip: number;
  colour: number;
  x: number;
  y: number;
  width: number;
  height: number;
  opacity: number;
  radius: number;
  fontSize: number;
  lineHeight: number;
  lines: number;
  textAlign: number;
  fontWeight: number;
}
export interface Picture extends Omit<DisplayListMessage, 'items' | 'clips'> {
  items: Item[];
  /** Per clip: x, y, width, height, radius. */
  clips: number[][];
}
/** Output of one tick. */
export interface Frame {
  picture: Picture | null;
  strings: Map<number, string>;
  layout: LayoutChange | null;
  /** Whether the scene rests after it. */
  rests: boolean;
}

const EMPTY: Commit = { creates: [], inserts: [], sets: [], strings: [], animations: [], cancels: [], removes: [], replaces: false };
const LINEAR = { x1: 0, y1: 0, x2: 1, y2: 1 };
/** An animation with defaults for all other fields. */
export const animation = (node: number, property: SceneProperty, to: number, more: Partial<Animation> = {}): Animation => ({
  node,
  property,
  from: null,
  to,
  durationMs: 100,
  delayMs: 0,
  ...LINEAR,
  repeat: 0,
  ...more,
});

export const setsOf = (node: number, properties: Properties): Commit['sets'] =>
  Object.entries(properties).map(([property, value]) => ({ node, property: property as SceneProperty, value }));

export class Screen {
  readonly stage: Stage;
  private frame = 0;
  private timeMicros = 5_000_000;

  constructor(instance: ActorInstance) {
    this.stage = new Stage(instance);
  }

  get state(): StateOf<typeof scene> {
    return this.stage.state(scene);
  }

  commit(commit: Partial<Commit>): Emission[] {
    return this.stage.send(scene.receives.commit, { ...EMPTY, ...commit });
  }

  /** Creates a node in `parent` with properties and string. */
  add(node: number, parent: number, type: 'view' | 'image' | 'text', properties: Properties = {}, value?: string): void {
    this.commit({
      creates: [{ node, type }],
      inserts: [{ parent, node, before: 0 }],
      sets: setsOf(node, properties),
      strings: value === undefined ? [] : [{ node, value }],
    });
  }

  set(node: number, properties: Properties): void {
    this.commit({ sets: setsOf(node, properties) });
  }

  /** The next frame, so many milliseconds after the last one. */
  tick(afterMs = 16): Frame {
    this.timeMicros += afterMs * 1000;
    const emissions = this.stage.send(scene.receives.tick, { frame: ++this.frame, timeMicros: this.timeMicros });
    const result: Frame = { picture: null, strings: new Map(), layout: null, rests: false };
    for (const { name, fields } of emissions) {
      if (name === 'display.displayList') result.picture = pictureOf(fields as DisplayListMessage);
      else if (name === 'display.rest') result.rests = true;
      else if (name === 'scene.layout') result.layout = fields as LayoutChange;
      else for (const { node, value } of (fields as Strings).strings) result.strings.set(node, value);
    }
    return result;
  }

  /** The picture after a tick, which must have changed. */
  picture(afterMs?: number): Picture {
    const { picture } = this.tick(afterMs);
    if (!picture) throw new Error('the picture has not changed');
    return picture;
  }

  /** Place and size of a node in the next picture. */
  box(node: number): number[] {
    return boxOf(this.picture(), node);
  }
}

export function itemOf(picture: Picture, node: number): Item {
  const item = picture.items.find((one) => one.node === node);
  if (!item) throw new Error(`node ${node} is not in the picture`);
  return item;
}

/** x, y, width, height. */
export function boxOf(picture: Picture, node: number): number[] {
  const { x, y, width, height } = itemOf(picture, node);
  return [x, y, width, height];
}

function pictureOf(message: DisplayListMessage): Picture {
  const words = new DataView(message.items.slice().buffer);
  const items: Item[] = [];
  for (let at = 0; at < words.byteLength; at += DISPLAY_ITEM_WORDS * 4) items.push(itemAt(words, at));
  const numbers = new DataView(message.clips.slice().buffer);
  const clips: number[][] = [];
  for (let at = 0; at < numbers.byteLength; at += DISPLAY_CLIP_WORDS * 4) {
    clips.push([0, 4, 8, 12, 16].map((offset) => numbers.getFloat32(at + offset, true)));
  }
  return { ...message, items, clips };
}

function itemAt(words: DataView, at: number): Item {
  const style = words.getUint32(at + 4, true);
  const float = (index: number): number => words.getFloat32(at + index * 4, true);
  return {
    node: words.getUint32(at, true),
    type: style & 0xff,
    lines: (style >>> 8) & 0xff,
    textAlign: (style >>> 16) & 0xff,
    fontWeight: (style >>> 24) * 100,
    clip: words.getUint32(at + 8, true),
    colour: words.getUint32(at + 12, true),
    x: float(4),
    y: float(5),
    width: float(6),
    height: float(7),
    opacity: float(8),
    radius: float(9),
    fontSize: float(10),
    lineHeight: float(11),
  };
}

export const RED = 0xff0000ff;

/** @returns a function that makes a screen with a container 1, by default a row, with red boxes 2, 3, ... of the given widths and heights */
export const boxesIn =
  (open: () => Screen) =>
  (container: Properties, sizes: readonly (readonly [number, number])[]): Screen => {
    const screen = open();
    screen.add(1, 0, 'view', { layout: 1, ...container });
    sizes.forEach(([width, height], i) => {
      screen.add(i + 2, 1, 'view', { width, height, colour: RED });
    });
    return screen;
  };

/** Places and sizes of nodes in the next picture. */
export function boxes(screen: Screen, nodes: readonly number[] = [2, 3, 4]): number[][] {
  const picture = screen.picture();
  return nodes.map((node) => boxOf(picture, node));
}
