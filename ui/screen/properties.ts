/**
 * The properties of a node in words: what they may be, and the numbers that they are in a commit. docs/SCENE.md says what each does.
 *
 *   { layout: 'column', align: 'centre', width: 'auto', colour: '#ffd166', clip: true, padding: 24 }
 */
import { isAllowed, isSwitch } from '../../js-actors/scene/properties.js';
import {
  SCENE_ALIGNS,
  SCENE_JUSTIFIES,
  SCENE_LAYOUTS,
  SCENE_PROPERTIES,
  SCENE_TEXT_ALIGNS,
  type SceneProperty,
} from '../../protocol/messages/scene.js';
import { ScreenError } from './screen-error.js';

/** 0xRRGGBBAA, or `#rrggbb` or `#rrggbbaa` as in CSS. */
export type Colour = number | `#${string}`;
/** Pixels of the scene; `auto` is by content or, across a stretching row or column, by the parent. */
export type Size = number | 'auto';

export interface NodeProperties {
  /** Moves the node and its subtree from its place in the layout. */
  readonly x?: number;
  readonly y?: number;
  readonly width?: Size;
  readonly height?: Size;
  /** With its origin in the middle; the layout does not change. */
  readonly scale?: number;
  /** From 0 to 1. */
  readonly opacity?: number;
  readonly colour?: Colour;
  /** Radius of the corners. */
  readonly radius?: number;
  /** Whether children are visible only inside of it. */
  readonly clip?: boolean;
  readonly visible?: boolean;
  /** How its children are placed: freely by `x` and `y`, or one after another. */
  readonly layout?: (typeof SCENE_LAYOUTS)[number];
  /** It takes no part in its parent's row or column. */
  readonly absolute?: boolean;
  /** Shares of free and of missing space. */
  readonly grow?: number;
  readonly shrink?: number;
  /** Between the children of a row or column. */
  readonly gap?: number;
  /** All four of the following. */
  readonly padding?: number;
  readonly paddingLeft?: number;
  readonly paddingTop?: number;
  readonly paddingRight?: number;
  readonly paddingBottom?: number;
  /** Along the row or column. */
  readonly justify?: (typeof SCENE_JUSTIFIES)[number];
  /** Across it. */
  readonly align?: (typeof SCENE_ALIGNS)[number];
  readonly fontSize?: number;
  readonly fontWeight?: number;
  /** `auto` is 1.25 times the font size. */
  readonly lineHeight?: Size;
  /** The most lines of a text; `all` is as many as fit. */
  readonly lines?: number | 'all';
  readonly textAlign?: (typeof SCENE_TEXT_ALIGNS)[number];
  /** Whether the node can have focus. */
  readonly focusable?: boolean;
  /** Whether it is a group: focus moves within it as long as it can, and it may have rules. */
  readonly focusGroup?: boolean;
}

/** Properties that are numbers, so that there is something between two of their values. */
export type AnimatedProperty = Exclude<
  keyof NodeProperties,
  'clip' | 'visible' | 'layout' | 'absolute' | 'padding' | 'justify' | 'align' | 'lines' | 'textAlign' | 'focusable' | 'focusGroup'
>;

const numbered = (words: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(words.map((word, number) => [word, number]));
const AUTO = { auto: -1 };

/** Words of the properties that have some. */
const WORDS: Partial<Record<SceneProperty, Readonly<Record<string, number>>>> = {
  width: AUTO,
  height: AUTO,
  lineHeight: AUTO,
  lines: { all: 0 },
  layout: numbered(SCENE_LAYOUTS),
  justify: numbered(SCENE_JUSTIFIES),
  align: numbered(SCENE_ALIGNS),
  textAlign: numbered(SCENE_TEXT_ALIGNS),
};
/** Properties whose values are words alone. */
const CHOICES: readonly string[] = ['layout', 'justify', 'align', 'textAlign'] satisfies SceneProperty[];
const SWITCHES: readonly string[] = ['clip', 'visible', 'absolute', 'focusable', 'focusGroup'] satisfies SceneProperty[];
const PADDINGS = ['paddingLeft', 'paddingTop', 'paddingRight', 'paddingBottom'] as const;
const NUMBERS: ReadonlyMap<string, number> = new Map(SCENE_PROPERTIES.map((property, number) => [property, number]));

const HEX = /^#([0-9a-f]{6})([0-9a-f]{2})?$/i;

/** What a property may be, for who has given it something else. */
function allowedIn(property: SceneProperty): string {
  const words = Object.keys(WORDS[property] ?? {});
  if (CHOICES.includes(property)) return `one of ${words.map((word) => `"${word}"`).join(', ')}`;
  if (SWITCHES.includes(property)) return 'true or false';
  if (property === 'colour') return 'a number 0xRRGGBBAA, or text as "#ffd166" or "#ffd166ff"';
  if (property === 'opacity') return 'a number from 0 to 1';
  if (property === 'x' || property === 'y') return 'a finite number';
  const number = property === 'lines' ? 'a whole number up to 255' : 'a number from 0';
  return words.length ? `${number}, or "${words.join('", "')}"` : number;
}

function numberOf(property: SceneProperty, value: unknown): number | undefined {
  if (SWITCHES.includes(property)) return typeof value === 'boolean' ? Number(value) : undefined;
  if (typeof value === 'string') {
    const words = WORDS[property];
    if (words && Object.hasOwn(words, value)) return words[value];
    const colour = property === 'colour' ? HEX.exec(value) : null;
    return colour ? Number.parseInt(colour[1] + (colour[2] ?? 'ff'), 16) : undefined;
  }
  return typeof value === 'number' && !CHOICES.includes(property) ? value : undefined;
}

/** The number that a commit has for a value. @throws ScreenError property, value */
export function wireValue(property: string, value: unknown): number {
  const number = NUMBERS.get(property);
  if (number === undefined)
    throw new ScreenError('property', `a node has no property ${property}: it has ${[...SCENE_PROPERTIES, 'padding'].join(', ')}`);
  const wire = numberOf(property as SceneProperty, value);
  if (wire !== undefined && (wire >= 0 || !(property in WORDS) || typeof value === 'string') && isAllowed(number, wire)) return wire;
  const shown = typeof value === 'string' ? `"${value}"` : String(value);
  throw new ScreenError('value', `${property} cannot be ${shown}: it is ${allowedIn(property as SceneProperty)}`);
}

/** @throws ScreenError property, value */
export function assertAnimated(property: string): asserts property is AnimatedProperty {
  const number = NUMBERS.get(property);
  if (number !== undefined && !isSwitch(number)) return;
  throw new ScreenError('property', `${property} cannot be animated: there is nothing between two of its values`);
}

export interface WireProperty {
  readonly property: SceneProperty;
  readonly value: number;
}

/** Properties as a commit sets them, in their order. What is undefined is left out. @throws ScreenError property, value */
export function wireProperties(properties: NodeProperties): readonly WireProperty[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (name === 'padding') return PADDINGS.map((property) => ({ property, value: wireValue(property, value) }));
    return [{ property: name as SceneProperty, value: wireValue(name, value) }];
  });
}
