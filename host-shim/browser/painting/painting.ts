/**
 * Keeps a canvas like the picture, wherever the canvas is: on the page, or in a worker. It never stops in silence:
 *
 *   painted ────────────────────────────> whole
 *   an item threw, the rest is painted ─> incomplete   tried at PAINT_TRIES_MAX frames in a row, then when the picture changes
 *   the painter threw ──────────────────> frozen       the same, then with a new painter, and when there may be none, when the picture changes
 *
 * Each failure is reported and counted, and the condition says which of the three it is. New painters have a budget, as any restart has.
 */
import { IMAGE_ITEM } from '../../../protocol/ports/display.js';
import { Damage } from '../../common/ports/damage.js';
import type { Picture } from '../../common/ports/picture.js';
import type { AnyCanvas, Painter } from './painter.js';
import { PainterBudget } from './painter-budget.js';

/** Frames in a row that are tried before a new painter is made: what a device has not ready yet may take one or two. */
const PAINT_TRIES_MAX = 3;
export interface PaintCondition {
  /** whole: the canvas shows the picture. incomplete: but for some of its items. frozen: it shows an older one, or none. */
  readonly state: 'whole' | 'incomplete' | 'frozen';
  /** What was thrown last; empty while it is whole. */
  readonly reason: string;
  /** Pictures that were not painted whole, each time that they were tried. */
  readonly failures: number;
  /** New painters after the first. */
  readonly restarts: number;
  readonly painter: Painter['kind'];
  readonly where: 'page' | 'worker';
  /** Why it is not a better painter, or a worker; empty when it is the best. */
  readonly fallback: string;
  /** Why the canvas has fewer pixels than the screen shows it with; empty when it has as many. */
  readonly reduced: string;
}

export interface PaintingEvents {
  /** The canvas is about to be painted: it may be given another size now. */
  prepare(): void;
  /** The canvas does not show the picture any more: it is to be painted in the next frame. */
  due(): void;
  /** Something threw. */
  failed(error: unknown): void;
  /** The condition is another one. */
  changed(): void;
}

interface Made {
  readonly painter: Painter;
  readonly canvas: AnyCanvas;
}

/** Makes a painter. @param used the canvas of the painter before, which is not used again; null for the first @returns null when there is no canvas now */
export type MakePainter = (used: AnyCanvas | null) => Made | null;

export class Painting {
  readonly damage = new Damage();
  state: PaintCondition['state'] = 'whole';
  reason = '';
  failures = 0;
  /** Why the painter gives the picture fewer pixels than its canvas has; empty when it does not. */
  reduced = '';
  private readonly budget = new PainterBudget();
  private made: Made;
  /** The canvas does not show the picture. */
  isDue = false;
  /** Its canvas is used up, and there was no other. */
  private isStale = false;
  /** Frames that failed since the last one that did not, or since there is a new painter. */
  private tries = 0;

  /** @throws what `make` throws */
  constructor(
    private readonly make: MakePainter,
    private readonly picture: Picture,
    private readonly events: PaintingEvents,
  ) {
    const made = make(null);
    if (!made) throw new Error('there is no canvas to paint on');
    this.made = made;
  }

  get painter(): Painter {
    return this.made.painter;
  }

  /** New painters after the first. */
  get restarts(): number {
    return this.budget.used;
  }

  get canvas(): AnyCanvas {
    return this.made.canvas;
  }

  /** The picture has changed. */
  pictureChanged(): void {
    this.isDue = true;
    this.events.due();
  }

  /** All of it is painted again although the picture is the same: an image has come, or the canvas was emptied. */
  repaint(): void {
    this.damage.markAll();
    this.pictureChanged();
  }

  /** An image of a source has come: its items are painted again, if it has any. */
  imageArrived(source: string): void {
    const { picture, damage } = this;
    let isShown = false;
    for (let i = 0; i < picture.itemCount; i++) {
      const { type, node } = picture.itemAt(i);
      if (type !== IMAGE_ITEM || picture.stringOf(node) !== source) continue;
      damage.mark(node);
      isShown = true;
    }
    if (isShown) this.pictureChanged();
  }

  /** Another painter takes over, on another canvas. Where there is none, the picture is frozen, and each change asks again. */
  renew(): void {
    this.isStale = !this.makeAnew();
    if (this.isStale) this.state = 'frozen';
    else this.repaint();
    this.events.changed();
  }

  /** @returns whether there is a new painter */
  private makeAnew(): boolean {
    try {
      const made = this.make(this.made.canvas);
      if (made) this.made = made;
      return made !== null;
    } catch (error) {
      this.noteFailure(error);
      return false;
    }
  }

  private noteFailure(error: unknown): void {
    this.reason = String((error as Partial<Error> | null)?.message ?? error);
    this.failures++;
    this.events.failed(error);
  }

  /** Paints if there is something to paint. @returns whether a picture got onto the canvas, if not whole */
  paint(timeMs: number): boolean {
    if (!this.isDue) return false;
    this.isDue = false;
    if (this.isStale) this.renew();
    if (this.isStale) return false;
    this.isDue = false;
    try {
      this.events.prepare();
      const { painter, canvas } = this.made;
      const problem = painter.paint(this.picture, this.damage.take(this.picture, canvas.width, canvas.height));
      if (problem) this.failed('incomplete', problem.error, timeMs);
      else this.succeeded();
      this.noteReduced(painter.reduced);
      return true;
    } catch (error) {
      this.failed('frozen', error, timeMs);
      return false;
    }
  }

  private noteReduced(reduced: string): void {
    if (reduced === this.reduced) return;
    this.reduced = reduced;
    this.events.changed();
  }

  private succeeded(): void {
    this.tries = 0;
    if (this.state === 'whole') return;
    this.state = 'whole';
    this.reason = '';
    this.events.changed();
  }

  private failed(state: PaintCondition['state'], error: unknown, timeMs: number): void {
    this.state = state;
    this.damage.markAll();
    this.noteFailure(error);
    this.isDue = ++this.tries < PAINT_TRIES_MAX || (state === 'frozen' && this.restart(timeMs));
    if (this.isDue) this.events.due();
    this.events.changed();
  }

  /** @returns whether there is a new painter */
  private restart(timeMs: number): boolean {
    if (!this.budget.take(timeMs)) return false;
    this.tries = 0;
    return this.makeAnew();
  }
}
