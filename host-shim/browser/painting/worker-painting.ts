/**
 * The page's side of a painter in a worker. It hands over the canvas, and passes on what comes from the scene. The worker may end, fail, or hang:
 * then another one gets a fresh canvas, within the budget of painters; after that `giveUp` is called, and somebody else paints.
 */

import type { Picture } from '../../common/ports/picture.js';
import { PAINT_BUDGETS } from './budget.js';
import { freshCanvas, retire } from './canvas-place.js';
import { CanvasSize, type Pixels, type Size } from './canvas-size.js';
import type { DisplayList, DisplayPainting, DisplayPaintingEvents, PaintingOptions, Strings } from './display-painting.js';
import type { PaintCounts, PaintMemory } from './painter.js';
import { type FromPainter, LISTS_UNPAINTED_MAX, type ToPainter } from './painter-messages.js';
import { type PaintCondition, PainterBudget } from './painting.js';

/** How long a worker may leave a list unanswered while the page has frames. A file that loads over a slow network, and a first picture with all its images, take less. */
const SILENT_MS_MAX = 10_000;

const NOTHING_KEPT: PaintMemory = {
  canvasPixels: 0,
  imageTexturePixels: 0,
  textTexturePixels: 0,
  texturesEvicted: 0,
  texts: 0,
  images: null,
};

export class WorkerPainting implements DisplayPainting {
  condition: PaintCondition = {
    state: 'whole',
    reason: '',
    failures: 0,
    restarts: 0,
    painter: 'canvas',
    where: 'worker',
    fallback: '',
    reduced: '',
  };
  counts: Readonly<PaintCounts> = { pictures: 0, items: 0, pixels: 0 };
  memory: PaintMemory = NOTHING_KEPT;
  pixels: Size = { width: 0, height: 0 };
  private worker: Worker | null = null;
  private size: CanvasSize | null = null;
  /** Size that the canvas should have. Only the worker can set it. */
  private readonly asked: Pixels = { width: 0, height: 0 };
  private readonly budget = new PainterBudget();
  /** Lists on their way; of those beyond, the latest waits. */
  private unpainted = 0;
  private waiting: DisplayList | null = null;
  /** The last one, for a worker that begins. */
  private last: DisplayList | null = null;
  /** When the worker last said something, or was first asked, on the page's clock. */
  private heardMs = 0;

  /** @param giveUp called when no worker will paint. Then this has stopped. */
  constructor(
    private readonly options: PaintingOptions,
    private readonly picture: Picture,
    private readonly events: DisplayPaintingEvents,
    private readonly giveUp: (reason: string) => void,
  ) {}

  start(): void {
    if (!this.worker) this.open();
  }

  stop(): void {
    this.size?.close();
    this.size = null;
    this.worker?.terminate();
    this.worker = null;
  }

  takeStrings(strings: Strings): void {
    this.post({ type: 'strings', strings });
  }

  takeList(list: DisplayList): void {
    this.last = { ...list, items: list.items.slice(), clips: list.clips.slice() };
    if (this.unpainted >= LISTS_UNPAINTED_MAX) this.waiting = this.last;
    else this.send(this.last);
  }

  repaintAll(): void {
    this.post({ type: 'repaint' });
  }

  frame(timeMs: number): void {
    if (this.size?.fit()) this.post({ type: 'size', ...this.asked });
    if (this.unpainted > 0 && timeMs - this.heardMs > SILENT_MS_MAX) this.replace(`it has painted nothing for ${SILENT_MS_MAX / 1000} s`);
  }

  private open(): void {
    const { worker: entry } = this.options;
    const worker = (typeof entry === 'function' ? entry() : new Worker(entry as URL, { type: 'module', name: 'painter' })) as Worker;
    this.worker = worker;
    this.unpainted = 0;
    this.waiting = null;
    this.heardMs = performance.now();
    worker.onmessage = ({ data }: MessageEvent<FromPainter>) => this.heard(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.replace(event.message || 'its file could not be loaded');
    };
    worker.onmessageerror = () => this.replace('a message of it could not be read');
    this.handOver();
    const strings = [...this.picture.strings].map(([node, value]) => ({ node, value }));
    if (strings.length > 0) this.post({ type: 'strings', strings: { strings } });
    if (this.last) this.send(this.last);
  }

  /** Gives the worker a canvas. */
  private handOver(): void {
    const { canvas, painter = 'auto', budget = PAINT_BUDGETS.full } = this.options;
    const fresh = freshCanvas(canvas);
    this.size?.close();
    this.size = new CanvasSize(fresh, () => undefined, {
      pixels: Object.assign(this.asked, { width: fresh.width, height: fresh.height }),
      pixelsMax: budget.canvasPixels,
      onReduced: () => this.become(this.condition),
    });
    if (this.size.reduced) this.become(this.condition);
    const offscreen = fresh.transferControlToOffscreen();
    retire(fresh);
    this.worker?.postMessage({ type: 'open', canvas: offscreen, painter, budget } satisfies ToPainter, [offscreen]);
    if (this.size.fit()) this.post({ type: 'size', ...this.asked });
  }

  /** The worker's painter has failed, within the budget of painters, or is to be another one. */
  private spent({ hasFailed, reason }: Extract<FromPainter, { type: 'spent' }>): void {
    if (!hasFailed || this.budget.take(performance.now())) this.handOver();
    else this.end(reason);
  }

  private send(list: DisplayList): void {
    if (!this.worker) return;
    if (this.unpainted === 0) this.heardMs = performance.now();
    this.unpainted++;
    this.post({ type: 'list', list });
  }

  private post(message: ToPainter): void {
    this.worker?.postMessage(message);
  }

  private heard(message: FromPainter): void {
    this.heardMs = performance.now();
    if (message.type === 'failed') this.events.failed(errorOf(message));
    else if (message.type === 'spent') this.spent(message);
    else if (message.type === 'painted') this.painted(message);
    else this.become(message.condition);
  }

  private painted({ frame, isAnswer, isShown, startMs, endMs, counts, memory, pixels }: Extract<FromPainter, { type: 'painted' }>): void {
    this.counts = counts;
    this.memory = memory;
    this.pixels = pixels;
    if (isAnswer) this.unpainted--;
    const { waiting } = this;
    this.waiting = null;
    if (waiting) this.send(waiting);
    const { timeOrigin } = performance;
    if (isShown) this.events.painted(frame, startMs - timeOrigin, endMs - timeOrigin);
  }

  private become(condition: PaintCondition): void {
    this.condition = { ...condition, restarts: this.budget.used, reduced: this.size?.reduced ?? '' };
    this.events.changed();
  }

  /** Another worker gets the picture. */
  private replace(reason: string): void {
    if (!this.worker) return;
    this.stop();
    const failures = this.condition.failures + 1;
    this.become({ ...this.condition, state: 'frozen', reason, failures });
    this.events.failed(new Error(`the painter’s worker has ended: ${reason}`));
    if (this.budget.take(performance.now())) this.open();
    else this.end(reason);
  }

  private end(reason: string): void {
    this.stop();
    this.giveUp(`its worker has ended too often: ${reason}`);
  }
}

/** An error of the worker, with the stack that it had there. */
function errorOf({ name, message, stack }: Extract<FromPainter, { type: 'failed' }>): Error {
  return Object.assign(new Error(message), { name, stack });
}
