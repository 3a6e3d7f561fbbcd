/**
 * The display on a canvas. Each animation frame paints what the scene sent since the last one, and then ticks the scene for the
 * next. So a picture appears one frame after its tick, and the two threads work side by side.
 *
 *   animation frame n:   paint list of tick n-1   tick n -->
 *   scene:                                             run animations, lay out, list n
 */
import type { Vm } from '../../../actors/vm/vm.js';
import { type DisplayEvents, type DisplayPort, openDisplayPort } from '../../common/ports/display-port.js';
import type { Picture } from '../../common/ports/picture.js';
import { CanvasPainter, type ImageSource } from './canvas-painter.js';
import { CanvasSize } from './canvas-size.js';
import { FrameTimes } from './frame-times.js';

export interface CanvasDisplayOptions extends DisplayEvents {
  /** The canvas. It gets as many pixels as the screen has for it, at any size and pixel ratio. */
  readonly canvas: HTMLCanvasElement;
  readonly images: ImageSource;
  /** Called when a changed picture is on the canvas. @param timeMs of the animation frame, on the page's clock */
  readonly onPainted?: (frame: number, timeMs: number) => void;
}

export interface CanvasDisplay extends DisplayPort {
  start(): void;
  stop(): void;
  /** Starts to measure the time from a key to the picture that shows its effect. @param timeMs of the key's event, on the page's clock */
  pressed(timeMs: number): void;
  /** Paints at the next animation frame although the scene has not changed: an image has arrived, or the canvas was resized. */
  repaint(): void;
}

export const openDisplay = (vm: Vm, options: CanvasDisplayOptions): CanvasDisplay => new OpenCanvasDisplay(vm, options);

class OpenCanvasDisplay implements CanvasDisplay {
  private readonly port: DisplayPort;
  private readonly painter: CanvasPainter;
  private readonly times = new FrameTimes((name, valueMs) => this.port.observe(name, valueMs));
  private readonly options: CanvasDisplayOptions;
  /** The canvas does not show the picture. */
  private changed = false;
  private animationFrame: number | null = null;
  private size: CanvasSize | null = null;

  constructor(vm: Vm, options: CanvasDisplayOptions) {
    this.options = options;
    this.port = openDisplayPort(vm, {
      onAnimating: options.onAnimating,
      onPicture: (picture) => {
        this.changed = true;
        options.onPicture?.(picture);
      },
    });
    this.painter = new CanvasPainter(options.canvas, options.images, (error) => this.failed(error));
  }

  get picture(): Picture {
    return this.port.picture;
  }

  get frame(): number {
    return this.port.frame;
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
    this.size = new CanvasSize(this.options.canvas, () => this.repaint());
    document.addEventListener('visibilitychange', this.rest);
    this.animationFrame = requestAnimationFrame(this.onAnimationFrame);
  }

  stop(): void {
    if (this.animationFrame !== null) cancelAnimationFrame(this.animationFrame);
    this.animationFrame = null;
    this.size?.close();
    document.removeEventListener('visibilitychange', this.rest);
    this.rest();
  }

  pressed(timeMs: number): void {
    this.times.pressed(timeMs, this.port.frame);
  }

  repaint(): void {
    this.changed = true;
  }

  /** A hidden page gets no animation frames, and that gap is not a long frame. */
  private readonly rest = (): void => this.times.rest();

  /** A frame that could not be painted is tried again: whatever threw, as an image source may, can work at the next. */
  private readonly onAnimationFrame = (timeMs: number): void => {
    this.animationFrame = requestAnimationFrame(this.onAnimationFrame);
    if (this.changed) {
      this.changed = false;
      if (!this.port.attempt(() => this.paint(timeMs))) this.changed = true;
    }
    this.port.tick(Math.floor((performance.timeOrigin + timeMs) * 1000));
  };

  private paint(timeMs: number): void {
    const { frame, animating } = this.picture;
    this.size?.fit();
    this.painter.paint(this.picture);
    this.times.painted(frame, animating, timeMs, performance.now());
    this.options.onPainted?.(frame, timeMs);
  }

  /** The painter has failed outside of a frame. */
  private failed(error: unknown): void {
    this.changed = !this.port.attempt(() => {
      throw error;
    });
  }
}
