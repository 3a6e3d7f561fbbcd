/** What the display asks of who paints for it, on the page or in a worker. */
import type { MessageOf } from '../../../protocol/fields.js';
import type { display } from '../../../protocol/generated/display.js';
import type { WorkerEntry } from '../../common/definition.js';
import type { Size } from './canvas-size.js';
import type { ImageSource, PaintBudget, PaintCounts, PainterChoice, PaintMemory } from './painter.js';
import type { PaintCondition } from './painting.js';

export type Strings = MessageOf<typeof display, 'strings'>;
export type DisplayList = MessageOf<typeof display, 'displayList'>;

export interface PaintingOptions {
  /**
   * The canvas. It gets as many pixels as the screen has for it, at any size and pixel ratio. A canvas that is used up (it was handed to a worker
   * that ended, or its context failed) is replaced by another element with the same attributes, in the same place.
   */
  readonly canvas: HTMLCanvasElement;
  readonly images: ImageSource;
  /** A worker of the painter's own, whose file calls `runPainter`. Used where the browser can hand a canvas to a worker; else the page's thread paints. */
  readonly worker?: WorkerEntry;
  /** `auto` when not given. */
  readonly painter?: PainterChoice;
  /** `PAINT_BUDGETS.full` when not given. That of the image source is its own. */
  readonly budget?: PaintBudget;
}

export interface DisplayPainting {
  readonly condition: PaintCondition;
  readonly counts: Readonly<PaintCounts>;
  /** What is kept for painting. */
  readonly memory: PaintMemory;
  /** Size of the canvas, in its own pixels. */
  readonly pixels: Size;
  start(): void;
  stop(): void;
  takeStrings(strings: Strings): void;
  takeList(list: DisplayList): void;
  /** Paints all of the picture again, although it is the same. */
  repaintAll(): void;
  /** An animation frame of the page. @param timeMs on the page's clock, as all times here */
  frame(timeMs: number): void;
}

export interface DisplayPaintingEvents {
  /** A picture is on the canvas. @param startMs when its frame began */
  painted(frame: number, startMs: number, endMs: number): void;
  failed(error: unknown): void;
  /** The condition is another one. */
  changed(): void;
}
