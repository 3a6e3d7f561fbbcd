/**
 * What the page and the VM `painter` say to each other beside the bus: the canvas is the page's, and what is on it is of interest there.
 *
 *   page <──begun, spent───────────────────────── painter     it needs a canvas
 *   page ──canvas, refused, size, runs, failed, repaint, pressed, rest, show, redraw──> painter
 *   page <──strings, list, painted, replay, condition──── painter     lists: at most LISTS_UNSEEN_MAX are on their way, of more only the latest comes
 *   page ──seen─────────────────────────────────> painter
 */
import type { ShownPicture } from '../../common/ports/picture.js';
import type { CollectionCounts } from '../ports/collections.js';
import type { Size } from './canvas-size.js';
import type { DisplayList, Strings } from './display-painting.js';
import type { PaintBudget, PaintCounts, PainterChoice, PaintMemory } from './painter.js';
import type { PaintCondition } from './painting.js';

/** The first message to a worker; its port carries all others. */
export const PAINTER_CHANNEL = 'tandem.painter';

/** Times are milliseconds since the Unix epoch, on the clock of all threads. */
export type ToPainter =
  | {
      readonly type: 'canvas';
      readonly canvas: OffscreenCanvas;
      readonly painter: PainterChoice;
      readonly budget: PaintBudget;
      readonly size: Size;
    }
  /** No other canvas now: the budget of painters is spent. */
  | { readonly type: 'refused' }
  | { readonly type: 'size'; readonly size: Size }
  /** Whether it ticks. */
  | { readonly type: 'runs'; readonly runs: boolean }
  /** A listener of the application threw on the page. */
  | { readonly type: 'failed'; readonly error: unknown }
  | { readonly type: 'repaint' }
  | { readonly type: 'pressed'; readonly timeMs: number }
  | { readonly type: 'rest' }
  | { readonly type: 'show'; readonly shown: ShownPicture | null }
  | { readonly type: 'redraw' }
  | { readonly type: 'seen' };

export type FromPainter =
  /** Its VM has begun. */
  | { readonly type: 'begun' }
  /** Its canvas is used up. Whether its painter has failed: else it only wants to be another one, as a context was lost or came back. */
  | { readonly type: 'spent'; readonly hasFailed: boolean }
  | { readonly type: 'strings'; readonly strings: Strings }
  | { readonly type: 'list'; readonly list: DisplayList }
  | { readonly type: 'painted'; readonly frame: number; readonly startMs: number; readonly told: PaintedNow }
  | { readonly type: 'replay'; readonly replays: boolean }
  | { readonly type: 'condition'; readonly condition: PaintCondition };

/** How things stand when a picture is on the canvas. */
export interface PaintedNow {
  readonly counts: Readonly<PaintCounts>;
  readonly memory: PaintMemory;
  /** Size of the canvas. */
  readonly pixels: Size;
  readonly collections: Readonly<CollectionCounts>;
}

/** Lists that the page has not seen yet: one that it looks at, and one that waits. */
export const LISTS_UNSEEN_MAX = 2;
