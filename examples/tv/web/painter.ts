/** The painter's VM: the display and its canvas. Its address says which profile the television has. */
import { runPainter } from 'tandem/browser/worker';
import { parties } from '../application.js';
import { type Context, createPosters, type Easel, type Size } from './posters.js';

const profile = new URL(import.meta.url).searchParams.get('profile') === 'lean' ? 'lean' : 'full';

/**
 * All posters are drawn on one canvas, of which each is a copy. Without a graphics processor, a worker of Chromium waits for the page's thread whenever it
 * makes a canvas or gives one another size, and all that it paints waits with it.
 */
class WorkerEasel implements Easel {
  private readonly canvas = new OffscreenCanvas(1, 1);
  private readonly context = this.canvas.getContext('2d', { alpha: false, willReadFrequently: true });

  fit(width: number, height: number): void {
    const { canvas } = this;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  }

  draw(paint: (context: Context | null) => void, { width, height }: Size): Promise<ImageBitmap> {
    paint(this.context);
    return createImageBitmap(this.canvas, 0, 0, width, height);
  }
}

runPainter({ parties, images: createPosters(profile, new WorkerEasel()) });
