/** Budgets of painting, and what it takes. */
import type { Profile } from '../../common/profile.js';
import type { AnyCanvas, ImageSource, PaintBudget, Painter, PaintMemory } from './painter.js';

export const PAINT_BUDGETS: Readonly<Record<Profile, PaintBudget>> = {
  /**
   * A canvas for every pixel of a screen at 3840 by 2160: 32 MB, for which the picture is as sharp as the screen. Textures of 32 MB: the
   * images of a screen with 14 posters at that size, and those of many screens at 1920 by 1080.
   */
  full: { canvasPixels: 3840 * 2160, texturePixels: 8 << 20 },
  /** A canvas at 1920 by 1080, which is what sets with little memory show a page with: 8 MB. Textures of 6 MB: one full picture at 1280 by 720, and most of another. */
  lean: { canvasPixels: 1920 * 1080, texturePixels: 3 << 19 },
};

/** All that is kept now. */
export function memoryOf(painter: Painter, { width, height }: AnyCanvas, { keeper }: ImageSource): PaintMemory {
  return { ...painter.memory, canvasPixels: width * height, images: keeper ? { ...keeper.counts } : null };
}
