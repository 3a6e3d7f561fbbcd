/**
 * What the page and the painter's worker say to each other.
 *
 *   page ──open, size, strings, list, repaint──> worker     lists: at most LISTS_UNPAINTED_MAX are on their way, of more only the latest counts
 *   page <──painted, failed, condition, spent─── worker     painted: an answer for each list; spent: it needs another canvas, and is opened again with one
 */

import type { Size } from './canvas-size.js';
import type { DisplayList, Strings } from './display-painting.js';
import type { PaintBudget, PaintCounts, PainterChoice, PaintMemory } from './painter.js';
import type { PaintCondition } from './painting.js';

export type ToPainter =
  | { readonly type: 'open'; readonly canvas: OffscreenCanvas; readonly painter: PainterChoice; readonly budget: PaintBudget }
  | { readonly type: 'size'; readonly width: number; readonly height: number }
  | { readonly type: 'strings'; readonly strings: Strings }
  | { readonly type: 'list'; readonly list: DisplayList }
  | { readonly type: 'repaint' };

export type FromPainter =
  /** Times on the clock of all threads, in milliseconds since the Unix epoch. */
  | {
      readonly type: 'painted';
      readonly frame: number;
      /** Whether it was for a list, and not for another size or an image. */
      readonly isAnswer: boolean;
      /** Whether the picture got onto the canvas. */
      readonly isShown: boolean;
      readonly startMs: number;
      readonly endMs: number;
      readonly counts: PaintCounts;
      readonly memory: PaintMemory;
      /** Of the canvas. */
      readonly pixels: Size;
    }
  | { readonly type: 'failed'; readonly name: string; readonly message: string; readonly stack: string | undefined }
  | { readonly type: 'condition'; readonly condition: PaintCondition }
  /** Whether its painter has failed: else it only wants to be another one, as a context was lost or came back. */
  | { readonly type: 'spent'; readonly hasFailed: boolean; readonly reason: string };

/** Lists that the worker has not painted yet: one that it paints, and one that waits, so that it need not wait for the page. */
export const LISTS_UNPAINTED_MAX = 2;
