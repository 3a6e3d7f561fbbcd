/** Who paints for a display: a worker, where the application has one and the device can hand it a canvas; else, and when no worker holds, the page's thread. */
import type { Picture } from '../../common/ports/picture.js';
import type { Size } from './canvas-size.js';
import type { DisplayList, DisplayPainting, DisplayPaintingEvents, PaintingOptions, Strings } from './display-painting.js';
import { PagePainting } from './page-painting.js';
import type { PaintCounts, PaintMemory } from './painter.js';
import type { PaintCondition } from './painting.js';
import { WorkerPainting } from './worker-painting.js';

export class ChosenPainting implements DisplayPainting {
  private present: DisplayPainting;
  private isStarted = false;

  /** @throws when the page's thread paints, and the canvas has no context */
  constructor(
    private readonly options: PaintingOptions,
    private readonly picture: Picture,
    private readonly events: DisplayPaintingEvents,
  ) {
    const lack = options.worker ? lackOf(options.canvas) : '';
    const isWorker = options.worker && !lack;
    const giveUp = (reason: string): void => this.fallBack(reason);
    this.present = isWorker ? new WorkerPainting(options, picture, events, giveUp) : new PagePainting(options, picture, events, lack);
  }

  get condition(): PaintCondition {
    return this.present.condition;
  }

  get counts(): Readonly<PaintCounts> {
    return this.present.counts;
  }

  get memory(): PaintMemory {
    return this.present.memory;
  }

  get pixels(): Size {
    return this.present.pixels;
  }

  start(): void {
    this.isStarted = true;
    this.present.start();
  }

  stop(): void {
    this.isStarted = false;
    this.present.stop();
  }

  takeStrings(strings: Strings): void {
    this.present.takeStrings(strings);
  }

  takeList(list: DisplayList): void {
    this.present.takeList(list);
  }

  repaintAll(): void {
    this.present.repaintAll();
  }

  frame(timeMs: number): void {
    this.present.frame(timeMs);
  }

  private fallBack(reason: string): void {
    this.present = new PagePainting(this.options, this.picture, this.events, reason);
    if (this.isStarted) this.present.start();
    this.events.changed();
  }
}

/** What the device lacks for a painter in a worker; empty when nothing. */
function lackOf(canvas: HTMLCanvasElement): string {
  if (typeof Worker !== 'function') return 'there are no workers';
  const canHandOver = typeof OffscreenCanvas === 'function' && typeof canvas.transferControlToOffscreen === 'function';
  return canHandOver ? '' : 'there is no OffscreenCanvas';
}
