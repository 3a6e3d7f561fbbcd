/** What paints a picture on a canvas, and what it says about it. */

import type { Area, Picture } from '../../common/ports/picture.js';

/**
 * @param width in pixels of the scene, like `height`
 * @param pixelRatio pixels of the canvas for one of the scene: an image of that many times the size is drawn sharp
 * @returns what to draw for a source, or null when there is nothing yet: the item's colour is painted instead
 */
export type ImageSource = ((source: string, width: number, height: number, pixelRatio: number) => CanvasImageSource | null) & {
  /** What keeps and evicts its images, where something does: as that of `openImages`. */
  readonly keeper?: ImageKeeper;
};

export interface ImageKeeper {
  readonly counts: Readonly<ImageCounts>;
  /** Called when an image of a source has come, or failed: its items are painted again. The display sets it. */
  onArrival: ((source: string) => void) | null;
  /** Whether it has to know what the picture shows: something is on its way, or it keeps more than it may. */
  readonly isCrowded: boolean;
  /** The picture shows images of these sources, and no others. */
  leave(present: ReadonlySet<string>): void;
}

export interface ImageCounts {
  /** Images, and their pixels of four bytes; and the most that there were. */
  kept: number;
  pixels: number;
  pixelsPeak: number;
  /** Loads that have begun and not ended. */
  onTheirWay: number;
  arrived: number;
  evicted: number;
  /** Loads whose items had left the picture; and of those, images that came nevertheless. */
  cancelled: number;
  late: number;
  failed: number;
}

/** The canvas of a page, or that of a worker. */
export type AnyCanvas = HTMLCanvasElement | OffscreenCanvas;

/** What is kept for painting: four bytes a pixel, in the canvas's own memory or the graphics processor's. */
export interface PaintMemory {
  /** Pixels of the canvas. */
  readonly canvasPixels: number;
  /** Textures of images, and of texts; 0 where the canvas itself draws. */
  readonly imageTexturePixels: number;
  readonly textTexturePixels: number;
  /** Textures that were dropped for others. */
  readonly texturesEvicted: number;
  /** Texts whose lines are known. */
  readonly texts: number;
  /** What the image source counts; null where it does not count. */
  readonly images: ImageCounts | null;
}

/** Bounds of that, in pixels of four bytes. */
export interface PaintBudget {
  /** A canvas that the screen would show with more pixels gets fewer, and is stretched: the condition says so. */
  readonly canvasPixels: number;
  /** Textures of images, and the same for texts. What one picture shows stays, whatever it takes. */
  readonly texturePixels: number;
}

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
  readonly memory: Omit<PaintMemory, 'canvasPixels' | 'images'>;
  /** Why the last picture has fewer pixels than its canvas; empty when it has as many. */
  readonly reduced: string;
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
