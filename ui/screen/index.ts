/** A picture for the five actors, in words: nodes, batches, rails, rings, modals, and the page between history, focus and scene. The public API of `tandem/screen`. */

export { column, image, row, text, view } from './elements.js';
export type { NodeHandle } from './handles.js';
export type { Easing, Movement } from './movement.js';
export { type FrameSource, type Overlay, type OverlayKey, type OverlayKeys, type OverlayOptions, openOverlay } from './overlay.js';
export type { OverlaySystem } from './overlay-figures.js';
export {
  type Entry,
  type Modal,
  type ModalOptions,
  openPage,
  type Page,
  type PageOptions,
  type SafeArea,
  type Screens,
  type Scroll,
  type Shown,
} from './page.js';
export type { AnimatedProperty, Colour, NodeProperties, Size } from './properties.js';
export { Rail, type RailOptions, rail } from './rail.js';
export { type GroupRules, type NodeOptions, type NodeType, type Placing, type Ring, SceneNode, Screen, type ScreenPort } from './screen.js';
export { ScreenError, type ScreenFailure } from './screen-error.js';
