/** The properties: their numbers, as in protocol/messages/scene.ts, the effect of a change, their defaults. */
import { SceneProperty } from '../../protocol/generated/assembly/scene';

export const X: i32 = SceneProperty.X;
export const Y: i32 = SceneProperty.Y;
export const WIDTH: i32 = SceneProperty.Width;
export const HEIGHT: i32 = SceneProperty.Height;
export const SCALE: i32 = SceneProperty.Scale;
export const OPACITY: i32 = SceneProperty.Opacity;
export const COLOUR: i32 = SceneProperty.Colour;
export const RADIUS: i32 = SceneProperty.Radius;
export const CLIP: i32 = SceneProperty.Clip;
export const VISIBLE: i32 = SceneProperty.Visible;
export const LAYOUT: i32 = SceneProperty.Layout;
export const ABSOLUTE: i32 = SceneProperty.Absolute;
export const GROW: i32 = SceneProperty.Grow;
export const SHRINK: i32 = SceneProperty.Shrink;
export const GAP: i32 = SceneProperty.Gap;
export const PADDING_LEFT: i32 = SceneProperty.PaddingLeft;
export const PADDING_TOP: i32 = SceneProperty.PaddingTop;
export const PADDING_RIGHT: i32 = SceneProperty.PaddingRight;
export const PADDING_BOTTOM: i32 = SceneProperty.PaddingBottom;
export const JUSTIFY: i32 = SceneProperty.Justify;
export const ALIGN: i32 = SceneProperty.Align;
export const FONT_SIZE: i32 = SceneProperty.FontSize;
export const FONT_WEIGHT: i32 = SceneProperty.FontWeight;
export const LINE_HEIGHT: i32 = SceneProperty.LineHeight;
export const LINES: i32 = SceneProperty.Lines;
export const TEXT_ALIGN: i32 = SceneProperty.TextAlign;
export const FOCUSABLE: i32 = SceneProperty.Focusable;
export const FOCUS_GROUP: i32 = SceneProperty.FocusGroup;
export const PROPERTY_COUNT: i32 = FOCUS_GROUP + 1;

/** Values of LAYOUT. */
export const LAYOUT_ABSOLUTE: f64 = 0;
export const LAYOUT_ROW: f64 = 1;
export const LAYOUT_COLUMN: f64 = 2;

/** Values of JUSTIFY. */
export const JUSTIFY_CENTRE: f64 = 1;
export const JUSTIFY_END: f64 = 2;
export const JUSTIFY_SPACE_BETWEEN: f64 = 3;
export const JUSTIFY_SPACE_AROUND: f64 = 4;
export const JUSTIFY_SPACE_EVENLY: f64 = 5;

/** Values of ALIGN. */
export const ALIGN_STRETCH: f64 = 0;
export const ALIGN_CENTRE: f64 = 2;
export const ALIGN_END: f64 = 3;

/** Width or height of a node that is sized by its content or, across a stretching parent, by the parent. */
export const AUTOMATIC: f64 = -1;
/** Line height over font size, for a text without a line height of its own. */
export const LINE_HEIGHT_FACTOR: f64 = 1.25;
/** Average width of a glyph over the font size. The scene has no font: a text that needs an exact width has to be given one. */
export const GLYPH_WIDTH_FACTOR: f64 = 0.5;

/** Greatest magnitude of a value, so that sums along any path stay finite. Colours need 32 bits. */
export const VALUE_MAX: f64 = 4_294_967_295;
/** Largest scale of a node, and of a node with its ancestors. */
export const SCALE_MAX: f64 = 1024;

export const ROOT_WIDTH: f64 = 1920;
export const ROOT_HEIGHT: f64 = 1080;
export const TEXT_COLOUR: f64 = 4294967295;

/** What a change of a property makes out of date. */
export const DISPLAY: i32 = 1;
export const FOCUSABLES: i32 = 2;
export const PLACES: i32 = 4;

/** @returns a sum of DISPLAY, FOCUSABLES and PLACES */
export function effectOf(property: i32): i32 {
  if (property == X || property == Y) return DISPLAY | FOCUSABLES;
  if (property == FOCUSABLE || property == FOCUS_GROUP) return FOCUSABLES;
  if (property == WIDTH || property == HEIGHT) return DISPLAY | FOCUSABLES | PLACES;
  if (property >= VISIBLE && property <= ALIGN) return DISPLAY | FOCUSABLES | PLACES;
  if (property == FONT_SIZE || property == LINE_HEIGHT || property == LINES) return DISPLAY | FOCUSABLES | PLACES;
  return DISPLAY;
}

/** True for choices and switches: there is nothing to animate between two of their values. */
export function isSwitch(property: i32): bool {
  return (
    property == CLIP ||
    property == VISIBLE ||
    property == LAYOUT ||
    property == ABSOLUTE ||
    property == JUSTIFY ||
    property == ALIGN ||
    property == LINES ||
    property == TEXT_ALIGN ||
    property == FOCUSABLE ||
    property == FOCUS_GROUP
  );
}

/** @returns whether a property may have the value: finite, within bounds, and known where it is a choice */
export function isAllowed(property: i32, value: f64): bool {
  // NaN fails every comparison.
  if (property == X || property == Y) return value >= -VALUE_MAX && value <= VALUE_MAX;
  if (property == WIDTH || property == HEIGHT || property == LINE_HEIGHT)
    return value == AUTOMATIC || (value >= 0 && value <= VALUE_MAX);
  if (property == SCALE) return value >= 0 && value <= SCALE_MAX;
  if (property == OPACITY) return value >= 0 && value <= 1;
  if (property == COLOUR) return value >= 0 && value <= VALUE_MAX && value == Math.floor(value);
  if (property == LAYOUT) return isChoice(value, LAYOUT_COLUMN);
  if (property == JUSTIFY) return isChoice(value, JUSTIFY_SPACE_EVENLY);
  if (property == ALIGN) return isChoice(value, ALIGN_END);
  if (property == TEXT_ALIGN) return isChoice(value, 2);
  if (property == LINES) return isChoice(value, 255);
  if (property == FONT_WEIGHT) return value >= 0 && value <= 1000;
  if (isSwitch(property)) return isChoice(value, 1);
  return value >= 0 && value <= VALUE_MAX;
}

function isChoice(value: f64, max: f64): bool {
  return value >= 0 && value <= max && value == Math.floor(value);
}

/** Brings a value that an easing overshot back into the property's bounds. */
export function clampTo(property: i32, value: f64): f64 {
  if (property == X || property == Y) return Math.max(-VALUE_MAX, Math.min(VALUE_MAX, value));
  if (property == SCALE) return Math.max(0, Math.min(SCALE_MAX, value));
  if (property == OPACITY) return Math.max(0, Math.min(1, value));
  if (property == FONT_WEIGHT) return Math.max(0, Math.min(1000, value));
  return Math.max(0, Math.min(VALUE_MAX, value));
}

/** Value of a property that has not been set. */
export function defaultOf(property: i32): f64 {
  if (property == WIDTH || property == HEIGHT || property == LINE_HEIGHT) return AUTOMATIC;
  if (property == SCALE || property == OPACITY || property == VISIBLE || property == LINES) return 1;
  if (property == FONT_SIZE) return 24;
  if (property == FONT_WEIGHT) return 400;
  return 0;
}
