/** Paints in the page's own thread, at its animation frames. */
import type { Picture } from '../../common/ports/picture.js';
import { CanvasPainter } from './canvas-painter.js';
import { freshCanvas, retire } from './canvas-place.js';
import { CanvasSize } from './canvas-size.js';
import type { DisplayPainting, DisplayPaintingEvents, Strings } from './display-painting.js';
import type { ImageSource, PaintCounts } from './painter.js';
import { type MakePainter, type PaintCondition, Painting } from './painting.js';

export class PagePainting implements DisplayPainting {
  private size: CanvasSize | null = null;
  private readonly painting: Painting;
  private readonly repaint = (): void => this.painting.repaint();

  /** @throws when the canvas has no context */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly images: ImageSource,
    private readonly picture: Picture,
    private readonly events: DisplayPaintingEvents,
  ) {
    const prepare = (): void => this.size?.fit();
    this.painting = new Painting(this.make, picture, { prepare, failed: (error) => events.failed(error), changed: () => events.changed() });
  }

  get condition(): PaintCondition {
    const { state, reason, failures, restarts, painter } = this.painting;
    return { state, reason, failures, restarts, painter: painter.kind, where: 'page', fallback: '' };
  }

  get counts(): Readonly<PaintCounts> {
    return this.painting.painter.counts;
  }

  start(): void {
    this.watch(this.painting.canvas as HTMLCanvasElement);
    if (this.picture.frame > 0) this.painting.repaint();
  }

  stop(): void {
    this.size?.close();
    this.size = null;
  }

  takeStrings({ strings }: Strings): void {
    for (const { node } of strings) this.painting.damage.mark(node);
  }

  takeList(): void {
    this.painting.pictureChanged();
  }

  repaintAll(): void {
    this.painting.repaint();
  }

  frame(timeMs: number): void {
    if (this.painting.paint(timeMs)) this.events.painted(this.picture.frame, timeMs, performance.now());
  }

  private readonly make: MakePainter = (failed) => {
    if (failed) retire(failed as HTMLCanvasElement);
    const canvas = freshCanvas(this.canvas);
    const painter = new CanvasPainter(canvas, this.images);
    canvas.addEventListener('contextrestored', this.repaint);
    if (this.size) this.watch(canvas);
    return { painter, canvas };
  };

  private watch(canvas: HTMLCanvasElement): void {
    this.size?.close();
    this.size = new CanvasSize(canvas, this.repaint);
  }
}
