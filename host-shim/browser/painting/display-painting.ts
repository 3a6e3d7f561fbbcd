/** What the display asks of who paints for it, on the page or in a worker. */
import type { MessageOf } from '../../../protocol/fields.js';
import type { display } from '../../../protocol/generated/display.js';
import type { PaintCounts } from './painter.js';
import type { PaintCondition } from './painting.js';

export type Strings = MessageOf<typeof display, 'strings'>;
export type DisplayList = MessageOf<typeof display, 'displayList'>;

export interface DisplayPainting {
  readonly condition: PaintCondition;
  readonly counts: Readonly<PaintCounts>;
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
