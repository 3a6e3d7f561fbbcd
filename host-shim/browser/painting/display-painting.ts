/** What a display on the page and one in the VM `painter` have in common. */
import type { MessageOf } from '../../../protocol/fields.js';
import type { display } from '../../../protocol/generated/display.js';
import type { DisplayEvents } from '../../common/ports/display-port.js';
import type { Picture, ShownPicture } from '../../common/ports/picture.js';
import type { CollectionCounts } from '../ports/collections.js';
import type { PointerScreen } from '../ports/pointer.js';
import type { Size } from './canvas-size.js';
import type { PaintBudget, PaintCounts, PainterChoice, PaintMemory } from './painter.js';
import type { PaintCondition } from './painting.js';

export type Strings = MessageOf<typeof display, 'strings'>;
export type DisplayList = MessageOf<typeof display, 'displayList'>;

export interface ScreenOptions extends DisplayEvents {
  /**
   * The canvas. It gets as many pixels as the screen has for it, at any size and pixel ratio. A canvas that is used up (it was handed to a worker
   * that ended, or its context failed) is replaced by another element with the same attributes, in the same place.
   */
  readonly canvas: HTMLCanvasElement;
  /** `auto` when not given. */
  readonly painter?: PainterChoice;
  /** `PAINT_BUDGETS.full` when not given. That of the image source is its own. */
  readonly budget?: PaintBudget;
  /** Called when a changed picture is on the canvas. @param timeMs when its painting began, on the page's clock */
  readonly onPainted?: (frame: number, timeMs: number) => void;
  /** Called when the canvas begins or ceases to show the picture, or is painted by another painter. An application says so to its viewer. */
  readonly onCondition?: (condition: PaintCondition) => void;
}

/** The canvas as an application sees it. */
export interface CanvasScreen extends PointerScreen {
  readonly picture: Picture;
  /** Whether the canvas shows the picture, and who paints it. */
  readonly condition: PaintCondition;
  /** What was painted. */
  readonly counts: Readonly<PaintCounts>;
  /** What is kept for painting; of a worker, as it was at its last picture. */
  readonly memory: PaintMemory;
  /** Size of the canvas, in its own pixels. The element does not tell when a worker paints. */
  readonly pixels: Size;
  /** Collections of garbage in the thread that paints, as far as they can be noticed. */
  readonly collections: Readonly<CollectionCounts>;
  start(): void;
  stop(): void;
  /** Shows another picture in place of the scene's; null: the scene's again. For a debugger. */
  show(shown: ShownPicture | null): void;
  /** Whether another picture is shown than the scene's. */
  readonly replays: boolean;
  /** Asks the scene for all of its picture again, texts too: for who looks on from now on. */
  redraw(): void;
  /** Starts to measure the time from a key to the picture that shows its effect. @param timeMs of the key's event, on the page's clock */
  pressed(timeMs: number): void;
  /** Paints at the next animation frame although the scene has not changed: an image has arrived. */
  repaint(): void;
}
