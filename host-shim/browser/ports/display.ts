/**
 * The display on a canvas. Each animation frame paints what the scene sent since the last one, and then ticks the scene for the
 * next. So a picture appears one frame after its tick, and the two threads work side by side. With a painter in a worker, the page's thread
 * only ticks and passes the list on, which is painted as it comes.
 *
 *   animation frame n:   paint list of tick n-1   tick n -->
 *   scene:                                             run animations, lay out, list n
 */
import type { Vm } from '../../../actors/vm/vm.js';
import { type DisplayEvents, type DisplayPort, openDisplayPort } from '../../common/ports/display-port.js';
import type { Picture, ShownPicture } from '../../common/ports/picture.js';
import { presentCanvas } from '../painting/canvas-place.js';
import { ChosenPainting } from '../painting/chosen-painting.js';
import type { DisplayPainting, PaintingOptions } from '../painting/display-painting.js';
import type { PaintCounts, PaintMemory } from '../painting/painter.js';
import type { PaintCondition } from '../painting/painting.js';
import { type CollectionCounts, Collections, collectionPlatform } from './collections.js';
import { FrameTimes } from './frame-times.js';
import type { PointerScreen } from './pointer.js';

export interface CanvasDisplayOptions extends DisplayEvents, PaintingOptions {
  /** Called when a changed picture is on the canvas. @param timeMs of the animation frame, on the page's clock */
  readonly onPainted?: (frame: number, timeMs: number) => void;
  /** Called when the canvas begins or ceases to show the picture, or is painted by another painter. An application says so to its viewer. */
  readonly onCondition?: (condition: PaintCondition) => void;
}

export interface CanvasDisplay extends DisplayPort, PointerScreen {
  start(): void;
  stop(): void;
  /** Starts to measure the time from a key to the picture that shows its effect. @param timeMs of the key's event, on the page's clock */
  pressed(timeMs: number): void;
  /** Paints at the next animation frame although the scene has not changed: an image has arrived. */
  repaint(): void;
  /** Whether the canvas shows the picture, and who paints it. */
  readonly condition: PaintCondition;
  /** Collections of garbage in this thread, as far as they can be noticed. */
  readonly collections: Readonly<CollectionCounts>;
  /** Size of the canvas in its own pixels. The element does not tell when a worker paints. */
  readonly pixels: { readonly width: number; readonly height: number };
  /** What is kept for painting; of a worker, as it was at its last picture. */
  readonly memory: PaintMemory;
  /** What was painted. */
  readonly counts: Readonly<PaintCounts>;
}

export const openDisplay = (vm: Vm, options: CanvasDisplayOptions): CanvasDisplay => new OpenCanvasDisplay(vm, options);

class OpenCanvasDisplay implements CanvasDisplay {
  private readonly port: DisplayPort;
  private readonly painting: DisplayPainting;
  private readonly times = new FrameTimes((name, valueMs) => this.port.observe(name, valueMs));
  private readonly garbage = new Collections(collectionPlatform());
  private readonly options: CanvasDisplayOptions;
  private animationFrame: number | null = null;

  constructor(vm: Vm, options: CanvasDisplayOptions) {
    this.options = options;
    this.port = openDisplayPort(vm, options, {
      takeStrings: (strings) => this.painting.takeStrings(strings),
      takeList: (list) => {
        this.painting.takeList(list);
        this.garbage.moves(list.animating, performance.now());
      },
    });
    this.painting = new ChosenPainting(options, this.port.picture, this);
  }

  get picture(): Picture {
    return this.port.picture;
  }

  get collections(): Readonly<CollectionCounts> {
    return this.garbage.counts;
  }

  get frame(): number {
    return this.port.frame;
  }

  get condition(): PaintCondition {
    return this.painting.condition;
  }

  get pixels(): CanvasDisplay['pixels'] {
    return this.painting.pixels;
  }

  get counts(): Readonly<PaintCounts> {
    return this.painting.counts;
  }

  get memory(): PaintMemory {
    return this.painting.memory;
  }

  get replays(): boolean {
    return this.port.replays;
  }

  show(shown: ShownPicture | null): void {
    this.port.show(shown);
  }

  redraw(): void {
    this.port.redraw();
  }

  tick(timeMicros: number): void {
    this.port.tick(timeMicros);
  }

  attempt(work: () => void): boolean {
    return this.port.attempt(work);
  }

  observe(name: string, valueMs: number): void {
    this.port.observe(name, valueMs);
  }

  start(): void {
    if (this.animationFrame !== null) return;
    this.painting.start();
    document.addEventListener('visibilitychange', this.rest);
    this.animationFrame = requestAnimationFrame(this.onAnimationFrame);
  }

  stop(): void {
    if (this.animationFrame !== null) cancelAnimationFrame(this.animationFrame);
    this.animationFrame = null;
    this.painting.stop();
    document.removeEventListener('visibilitychange', this.rest);
    this.rest();
  }

  pressed(timeMs: number): void {
    this.times.pressed(timeMs, this.port.frame);
  }

  repaint(): void {
    this.painting.repaintAll();
  }

  placeOf({ clientX, clientY, target }: MouseEvent): { readonly x: number; readonly y: number } | null {
    // Who points at an earlier picture does not mean what the scene has there now.
    if (this.replays) return null;
    const canvas = presentCanvas(this.options.canvas);
    const { left, top, width, height } = canvas.getBoundingClientRect();
    if (target !== canvas || width === 0 || height === 0) return null;
    const { picture } = this;
    return { x: ((clientX - left) / width) * picture.width, y: ((clientY - top) / height) * picture.height };
  }

  /** A picture is on the canvas: of the painting, as the two below. */
  painted(frame: number, startMs: number, endMs: number): void {
    this.times.painted(frame, this.picture.animating, startMs, endMs);
    if (this.options.onPainted) this.port.attempt(() => this.options.onPainted?.(frame, startMs));
  }

  failed(error: unknown): void {
    this.port.attempt(() => {
      throw error;
    });
  }

  changed(): void {
    this.port.attempt(() => this.options.onCondition?.(this.condition));
  }

  /** A hidden page gets no animation frames, and that gap is not a long frame. */
  private readonly rest = (): void => this.times.rest();

  /** Whatever throws in a frame is reported, and there is a next one. */
  private readonly onAnimationFrame = (timeMs: number): void => {
    this.animationFrame = requestAnimationFrame(this.onAnimationFrame);
    this.painting.frame(timeMs);
    this.port.attempt(() => this.garbage.frame(timeMs));
    this.port.attempt(() => this.port.tick(Math.floor((performance.timeOrigin + timeMs) * 1000)));
  };
}
