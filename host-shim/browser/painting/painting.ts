/**
 * Keeps a canvas like the picture, wherever the canvas is: on the page, or in a worker. It never stops in silence:
 *
 *   painted ────────────────────────────> whole
 *   an item threw, the rest is painted ─> incomplete   tried at PAINT_TRIES_MAX frames in a row, then when the picture changes
 *   the painter threw ──────────────────> frozen       the same, then with a new painter, and when there may be none, when the picture changes
 *
 * Each failure is reported and counted, and the condition says which of the three it is. New painters have a budget, as any restart has.
 */
import { Damage } from '../../common/ports/damage.js';
import type { Picture } from '../../common/ports/picture.js';
import type { AnyCanvas, Painter } from './painter.js';

/** Frames in a row that are tried before a new painter is made: what a device has not ready yet may take one or two. */
const PAINT_TRIES_MAX = 3;
/** New painters in `PAINTER_PERIOD_MS`: a picture that no painter can paint would cost one at each change. */
export const PAINTER_RESTARTS_MAX = 3;
const PAINTER_PERIOD_MS = 60_000;

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
}

export interface PaintingEvents {
  /** The canvas is about to be painted: it may be given another size now. */
  prepare(): void;
  /** Something threw. */
  failed(error: unknown): void;
  /** The condition is another one. */
  changed(): void;
}

/** Makes a painter. @param failed the canvas of the painter before, which is not used again; null for the first */
export type MakePainter = (failed: AnyCanvas | null) => { readonly painter: Painter; readonly canvas: AnyCanvas };

export class Painting {
  readonly damage = new Damage();
  state: PaintCondition['state'] = 'whole';
  reason = '';
  failures = 0;
  restarts = 0;
  private made: ReturnType<MakePainter>;
  /** The canvas does not show the picture. */
  private isDue = false;
  /** Frames that failed since the last one that did not, or since there is a new painter. */
  private tries = 0;
  private restartedAtMs: number[] = [];

  /** @throws what `make` throws */
  constructor(
    private readonly make: MakePainter,
    private readonly picture: Picture,
    private readonly events: PaintingEvents,
  ) {
    this.made = make(null);
  }

  get painter(): Painter {
    return this.made.painter;
  }

  get canvas(): AnyCanvas {
    return this.made.canvas;
  }

  /** The picture has changed. */
  pictureChanged(): void {
    this.isDue = true;
  }

  /** All of it is painted again although the picture is the same: an image has come, or the canvas was emptied. */
  repaint(): void {
    this.damage.markAll();
    this.pictureChanged();
  }

  /** Paints if there is something to paint. @returns whether a picture got onto the canvas, if not whole */
  paint(timeMs: number): boolean {
    if (!this.isDue) return false;
    this.isDue = false;
    try {
      this.events.prepare();
      const { painter, canvas } = this.made;
      const problem = painter.paint(this.picture, this.damage.take(this.picture, canvas.width, canvas.height));
      if (problem) this.failed('incomplete', problem.error, timeMs);
      else this.succeeded();
      return true;
    } catch (error) {
      this.failed('frozen', error, timeMs);
      return false;
    }
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
    this.reason = String((error as Partial<Error> | null)?.message ?? error);
    this.failures++;
    this.damage.markAll();
    this.events.failed(error);
    this.isDue = ++this.tries < PAINT_TRIES_MAX || (state === 'frozen' && this.restart(timeMs));
    this.events.changed();
  }

  /** @returns whether there is a new painter */
  private restart(timeMs: number): boolean {
    this.restartedAtMs = this.restartedAtMs.filter((at) => timeMs - at < PAINTER_PERIOD_MS);
    if (this.restartedAtMs.length >= PAINTER_RESTARTS_MAX) return false;
    this.restartedAtMs.push(timeMs);
    this.restarts++;
    this.tries = 0;
    try {
      this.made = this.make(this.made.canvas);
      return true;
    } catch (error) {
      this.events.failed(error);
      return false;
    }
  }
}
