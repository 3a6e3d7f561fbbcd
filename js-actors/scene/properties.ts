/** The properties: their numbers, as in protocol/messages/scene.ts, the effect of a change, their defaults. */

export const X = 0;
export const Y = 1;
export const WIDTH = 2;
export const HEIGHT = 3;
export const SCALE = 4;
export const OPACITY = 5;
export const COLOUR = 6;
export const RADIUS = 7;
export const CLIP = 8;
export const VISIBLE = 9;
export const LAYOUT = 10;
export const ABSOLUTE = 11;
export const GROW = 12;
export const SHRINK = 13;
export const GAP = 14;
export const PADDING_LEFT = 15;
export const PADDING_TOP = 16;
export const PADDING_RIGHT = 17;
export const PADDING_BOTTOM = 18;
export const JUSTIFY = 19;
export const ALIGN = 20;
export const FONT_SIZE = 21;
export const FONT_WEIGHT = 22;
export const LINE_HEIGHT = 23;
export const LINES = 24;
export const TEXT_ALIGN = 25;
export const FOCUSABLE = 26;
export const FOCUS_GROUP = 27;
export const PROPERTY_COUNT = 28;

/** Values of LAYOUT. */
export const LAYOUT_ABSOLUTE = 0;
export const LAYOUT_ROW = 1;
export const LAYOUT_COLUMN = 2;

/** Values of JUSTIFY. */
export const JUSTIFY_CENTRE = 1;
export const JUSTIFY_END = 2;
export const JUSTIFY_SPACE_BETWEEN = 3;
export const JUSTIFY_SPACE_AROUND = 4;
export const JUSTIFY_SPACE_EVENLY = 5;

/** Values of ALIGN. */
export const ALIGN_STRETCH = 0;
export const ALIGN_CENTRE = 2;
export const ALIGN_END = 3;

/** Width or height of a node that is sized by its content or, across a stretching parent, by the parent. */
export const AUTOMATIC = -1;
/** Line height over font size, for a text without a line height of its own. */
export const LINE_HEIGHT_FACTOR = 1.25;
/** Average width of a glyph over the font size. The scene has no font: a text that needs an exact width has to be given one. */
export const GLYPH_WIDTH_FACTOR = 0.5;

/** Greatest magnitude of a value, so that sums along any path stay finite. Colours need 32 bits. */
export const VALUE_MAX = 4_294_967_295;
/** Largest scale of a node, and of a node with its ancestors. */
export const SCALE_MAX = 1024;

export const ROOT_WIDTH = 1920;
export const ROOT_HEIGHT = 1080;
export const TEXT_COLOUR = 0xffffffff;

/** What a change of a property makes out of date. */
export const DISPLAY = 1;
export const FOCUSABLES = 2;
export const PLACES = 4;

/** @returns a sum of DISPLAY, FOCUSABLES and PLACES */
export function effectOf(property: number): number {
  if (property === X || property === Y) return DISPLAY | FOCUSABLES;
  if (property === FOCUSABLE || property === FOCUS_GROUP) return FOCUSABLES;
  if (property === WIDTH || property === HEIGHT) return DISPLAY | FOCUSABLES | PLACES;
  if (property >= VISIBLE && property <= ALIGN) return DISPLAY | FOCUSABLES | PLACES;
  if (property === FONT_SIZE || property === LINE_HEIGHT || property === LINES) return DISPLAY | FOCUSABLES | PLACES;
  return DISPLAY;
}

/** True for choices and switches: there is nothing to animate between two of their values. */
export const isSwitch = (property: number): boolean =>
  property === CLIP ||
  property === VISIBLE ||
  property === LAYOUT ||
  property === ABSOLUTE ||
  property === JUSTIFY ||
  property === ALIGN ||
  property === LINES ||
  property === TEXT_ALIGN ||
  property === FOCUSABLE ||
  property === FOCUS_GROUP;

/** @returns whether a property may have the value: finite, within bounds, and known where it is a choice */
export function isAllowed(property: number, value: number): boolean {
  // NaN fails every comparison.
  if (property === X || property === Y) return value >= -VALUE_MAX && value <= VALUE_MAX;
  if (property === WIDTH || property === HEIGHT || property === LINE_HEIGHT)
    return value === AUTOMATIC || (value >= 0 && value <= VALUE_MAX);
  if (property === SCALE) return value >= 0 && value <= SCALE_MAX;
  if (property === OPACITY) return value >= 0 && value <= 1;
  if (property === COLOUR) return value >= 0 && value <= VALUE_MAX && value === Math.floor(value);
  if (property === LAYOUT) return isChoice(value, LAYOUT_COLUMN);
  if (property === JUSTIFY) return isChoice(value, JUSTIFY_SPACE_EVENLY);
  if (property === ALIGN) return isChoice(value, ALIGN_END);
  if (property === TEXT_ALIGN) return isChoice(value, 2);
  if (property === LINES) return isChoice(value, 255);
  if (property === FONT_WEIGHT) return value >= 0 && value <= 1000;
  if (isSwitch(property)) return isChoice(value, 1);
  return value >= 0 && value <= VALUE_MAX;
}

const isChoice = (value: number, max: number): boolean => value >= 0 && value <= max && value === Math.floor(value);

/** Brings a value that an easing overshot back into the property's bounds. */
export function clampTo(property: number, value: number): number {
  if (property === X || property === Y) return Math.max(-VALUE_MAX, Math.min(VALUE_MAX, value));
  if (property === SCALE) return Math.max(0, Math.min(SCALE_MAX, value));
  if (property === OPACITY) return Math.max(0, Math.min(1, value));
  if (property === FONT_WEIGHT) return Math.max(0, Math.min(1000, value));
  return Math.max(0, Math.min(VALUE_MAX, value));
}

/** Value of a property that has not been set. */
export function defaultOf(property: number): number {
  if (property === WIDTH || property === HEIGHT || property === LINE_HEIGHT) return AUTOMATIC;
  if (property === SCALE || property === OPACITY || property === VISIBLE || property === LINES) return 1;
  if (property === FONT_SIZE) return 24;
  if (property === FONT_WEIGHT) return 400;
  return 0;
}
