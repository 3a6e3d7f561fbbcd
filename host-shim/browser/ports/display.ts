/**
 * The display on a canvas that the page's thread paints. Each animation frame paints what the scene sent since the last one, and then ticks the scene for the
 * next. So a picture appears one frame after its tick, and the two threads work side by side. `openPainter` is the display in a worker.
 *
 *   animation frame n:   paint list of tick n-1   tick n -->
 *   scene:                                             run animations, lay out, list n
 */
import type { Vm } from '../../../actors/vm/vm.js';
import { type DisplayPort, openDisplayPort } from '../../common/ports/display-port.js';
import { FrameLoop, type FrameWork } from '../../common/ports/frame-loop.js';
import type { Picture, ShownPicture } from '../../common/ports/picture.js';
import { placeOn } from '../painting/canvas-place.js';
import type { CanvasScreen, ScreenOptions } from '../painting/display-painting.js';
import { PagePainting, type PagePaintingEvents, type PagePaintingOptions } from '../painting/page-painting.js';
import type { PaintCounts, PaintMemory } from '../painting/painter.js';
import type { PaintCondition } from '../painting/painting.js';
import { animationFrames } from './animation-frames.js';
import { type CollectionCounts, Collections, collectionPlatform } from './collections.js';
import { FrameTimes } from './frame-times.js';
import type { Place } from './pointer.js';

export interface CanvasDisplayOptions extends ScreenOptions, PagePaintingOptions {}

export interface CanvasDisplay extends DisplayPort, CanvasScreen {}

export const openDisplay = (vm: Vm, options: CanvasDisplayOptions): CanvasDisplay => new OpenCanvasDisplay(vm, options);

class OpenCanvasDisplay implements CanvasDisplay, FrameWork, PagePaintingEvents {
  private readonly port: DisplayPort;
  private readonly painting: PagePainting;
  private readonly times = new FrameTimes((name, valueMs) => this.port.observe(name, valueMs));
  private readonly garbage = new Collections(collectionPlatform());
  private readonly options: CanvasDisplayOptions;
  private readonly loop: FrameLoop;

  constructor(
    private readonly vm: Vm,
    options: CanvasDisplayOptions,
  ) {
    this.options = options;
    this.loop = new FrameLoop(animationFrames, () => vm.timers, this);
    this.port = openDisplayPort(vm, options, {
      takeStrings: (strings) => this.painting.takeStrings(strings),
      takeList: (list) => {
        this.painting.takeList();
        this.garbage.moves(list.animating, performance.now());
      },
      due: () => this.tickNow(),
    });
    this.painting = new PagePainting(options, this.port.picture, this);
  }

  get picture(): Picture {
    return this.port.picture;
  }

  get collections(): Readonly<CollectionCounts> {
    return this.garbage.counts;
  }

  /** Number of the last tick. */
  get frame(): number {
    return this.port.frame;
  }

  get rests(): boolean {
    return this.port.rests;
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

  wake(): void {
    this.port.wake();
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
    if (this.loop.runs) return;
    this.painting.start();
    document.addEventListener('visibilitychange', this.rest);
    this.loop.start();
  }

  stop(): void {
    this.loop.stop();
    this.painting.stop();
    document.removeEventListener('visibilitychange', this.rest);
    this.times.rest();
    this.port.wake();
  }

  pressed(timeMs: number): void {
    this.times.pressed(timeMs, this.port.frame);
  }

  repaint(): void {
    this.painting.repaintAll();
  }

  placeOf(event: MouseEvent): Place | null {
    // Who points at an earlier picture does not mean what the scene has there now.
    if (this.replays) return null;
    return placeOn(this.options.canvas, this.picture, event);
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
  private readonly rest = (): void => {
    this.times.rest();
    this.port.wake();
  };

  /** The canvas does not show the picture. */
  due(): void {
    this.loop.wake();
  }

  /** The first tick after a rest does not wait for an animation frame: so its picture is there by the next one. */
  private tickNow(): void {
    if (!this.loop.runs) return;
    this.tickAt(performance.now());
    this.loop.wake();
  }

  private tickAt(timeMs: number): void {
    this.port.attempt(() => this.port.tick(this.vm.timeAt(Math.floor((performance.timeOrigin + timeMs) * 1000))));
  }

  get needsFrames(): boolean {
    return !this.port.rests || this.painting.isDue || this.garbage.waits;
  }

  /** An animation frame. Whatever throws in it is reported. */
  animate(timeMs: number): void {
    this.painting.frame(timeMs);
    this.port.attempt(() => this.garbage.frame(timeMs));
    // Its pictures stand with it, and that gap is no long frame.
    if (this.vm.stands) this.times.rest();
    this.tickAt(timeMs);
  }
}
