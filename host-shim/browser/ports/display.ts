/**
 * The display on a canvas. Each animation frame paints what the scene sent since the last one, and then ticks the scene for the
 * next. So a picture appears one frame after its tick, and the two threads work side by side.
 *
 *   animation frame n:   paint list of tick n-1   tick n -->
 *   scene:                                             run animations, lay out, list n
 */
import type { Vm } from '../../../actors/vm/vm.js';
import { type DisplayEvents, type DisplayPort, openDisplayPort } from '../../common/ports/display-port.js';
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

export function openDisplay(vm: Vm, { canvas, images, onPainted, ...events }: CanvasDisplayOptions): CanvasDisplay {
  const painter = new CanvasPainter(canvas, images, (error) => {
    changed = !port.attempt(() => {
      throw error;
    });
  });
  let changed = false;
  let running: number | null = null;
  let size: CanvasSize | null = null;
  const port = openDisplayPort(vm, {
    onAnimating: events.onAnimating,
    onPicture(picture) {
      changed = true;
      events.onPicture?.(picture);
    },
  });
  const times = new FrameTimes((name, valueMs) => port.observe(name, valueMs));
  // A hidden page gets no animation frames: the gap does not count as one.
  const rest = () => times.rest();
  const repaint = () => {
    changed = true;
  };
  const paint = (timeMs: number) => {
    size?.fit();
    painter.paint(port.picture);
    times.painted(port.picture.frame, port.picture.animating, timeMs, performance.now());
    onPainted?.(port.picture.frame, timeMs);
  };
  const onAnimationFrame = (timeMs: number) => {
    running = requestAnimationFrame(onAnimationFrame);
    // If painting throws, as an image source may, the next frame tries again.
    if (changed) {
      changed = false;
      if (!port.attempt(() => paint(timeMs))) changed = true;
    }
    port.tick(Math.floor((performance.timeOrigin + timeMs) * 1000));
  };
  return Object.assign(port, {
    start() {
      if (running !== null) return;
      size = new CanvasSize(canvas, repaint);
      document.addEventListener('visibilitychange', rest);
      running = requestAnimationFrame(onAnimationFrame);
    },
    stop() {
      if (running !== null) cancelAnimationFrame(running);
      running = null;
      size?.close();
      document.removeEventListener('visibilitychange', rest);
      rest();
    },
    pressed(timeMs: number) {
      times.pressed(timeMs, port.frame);
    },
    repaint,
  });
}
