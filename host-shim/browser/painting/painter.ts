/** What paints a picture on a canvas, and what it says about it. */

import type { Area, Picture } from '../../common/ports/picture.js';

/**
 * @param width in pixels of the scene, like `height`
 * @param pixelRatio pixels of the canvas for one of the scene: an image of that many times the size is drawn sharp
 * @returns what to draw for a source, or null when there is nothing yet: the item's colour is painted instead
 */
export type ImageSource = (source: string, width: number, height: number, pixelRatio: number) => CanvasImageSource | null;

/** The canvas of a page, or that of a worker. */
export type AnyCanvas = HTMLCanvasElement | OffscreenCanvas;

/** What was painted since the painter was made. */
export interface PaintCounts {
  /** Pictures. */
  pictures: number;
  /** Items of these pictures that were painted: those in the areas that had changed. */
  items: number;
  /** Pixels of these areas. */
  pixels: number;
}

export interface Painter {
  readonly kind: 'canvas' | 'webgl';
  readonly counts: Readonly<PaintCounts>;
  /**
   * Paints areas of the picture, which fills the canvas whatever its size.
   *
   * @param areas null for all of it
   * @returns what an item threw that could not be painted, of several the first: its place has its colour or nothing, the rest is painted
   */
  paint(picture: Picture, areas: readonly Area[] | null): { readonly error: unknown } | null;
}

/** auto: WebGL where the device has it in hardware, else the canvas's own drawing. A wish that the device cannot grant is told in the condition. */
export type PainterChoice = 'auto' | Painter['kind'];
