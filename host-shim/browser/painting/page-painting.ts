/** Paints in the page's own thread, at its animation frames. */
import type { Picture } from '../../common/ports/picture.js';
import { memoryOf, PAINT_BUDGETS } from './budget.js';
import { freshCanvas, retire } from './canvas-place.js';
import { CanvasSize, type Size } from './canvas-size.js';
import type { ScreenOptions, Strings } from './display-painting.js';
import { leaveAbsent } from './images.js';
import type { ImageSource, PaintBudget, PaintCounts, PaintMemory } from './painter.js';
import { PainterChooser } from './painter-choice.js';
import { type MakePainter, type PaintCondition, Painting } from './painting.js';

export interface PagePaintingOptions extends Pick<ScreenOptions, 'canvas' | 'painter' | 'budget'> {
  readonly images: ImageSource;
  /** Why it is not in a worker; not given when nobody wants that. */
  readonly fallback?: string;
}

export interface PagePaintingEvents {
  /** A picture is on the canvas. @param startMs when its frame began */
  painted(frame: number, startMs: number, endMs: number): void;
  /** The canvas does not show the picture any more. */
  due(): void;
  failed(error: unknown): void;
  /** The condition is another one. */
  changed(): void;
}

export class PagePainting {
  private size: CanvasSize | null = null;
  private readonly chooser: PainterChooser;
  private readonly painting: Painting;
  private readonly budget: PaintBudget;
  private readonly repaint = (): void => this.painting.repaint();

  /** @throws when the canvas has no context */
  constructor(
    private readonly options: PagePaintingOptions,
    private readonly picture: Picture,
    private readonly events: PagePaintingEvents,
  ) {
    const { images, painter = 'auto', budget = PAINT_BUDGETS.full } = options;
    this.budget = budget;
    this.chooser = new PainterChooser(images, painter, budget, () => this.painting.renew());
    this.painting = new Painting(this.make, picture, {
      prepare: () => this.prepare(),
      due: () => events.due(),
      failed: (error) => events.failed(error),
      changed: () => events.changed(),
    });
    if (images.keeper) images.keeper.onArrival = (source) => this.painting.imageArrived(source);
  }

  get condition(): PaintCondition {
    const { state, reason, failures, restarts, painter } = this.painting;
    const fallback = [this.options.fallback, this.chooser.fallback].filter(Boolean).join('; ');
    const reduced = [this.size?.reduced, this.painting.reduced].filter(Boolean).join('; ');
    return { state, reason, failures, restarts, painter: painter.kind, where: 'page', fallback, reduced };
  }

  private prepare(): void {
    this.size?.fit();
    leaveAbsent(this.options.images, this.picture);
  }

  get isDue(): boolean {
    return this.painting.isDue;
  }

  get memory(): PaintMemory {
    return memoryOf(this.painting.painter, this.painting.canvas, this.options.images);
  }

  get counts(): Readonly<PaintCounts> {
    return this.painting.painter.counts;
  }

  get pixels(): Size {
    const { width, height } = this.painting.canvas;
    return { width, height };
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

  /** Paints all of the picture again, although it is the same. */
  repaintAll(): void {
    this.painting.repaint();
  }

  /** An animation frame of the page. @param timeMs on the page's clock, as all times here */
  frame(timeMs: number): void {
    if (this.painting.paint(timeMs)) this.events.painted(this.picture.frame, timeMs, performance.now());
  }

  private readonly make: MakePainter = (used) => {
    if (used) retire(used as HTMLCanvasElement);
    const canvas = freshCanvas(this.options.canvas);
    const painter = this.chooser.make(canvas);
    canvas.addEventListener('contextrestored', this.repaint);
    if (this.size) this.watch(canvas);
    return { painter, canvas };
  };

  private watch(canvas: HTMLCanvasElement): void {
    this.size?.close();
    this.size = new CanvasSize(canvas, this.repaint, { pixelsMax: this.budget.canvasPixels, onReduced: () => this.events.changed() });
    if (this.size.reduced) this.events.changed();
  }
}
