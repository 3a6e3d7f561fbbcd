/**
 * The page's side of a display in the VM `painter`: it hands over the canvas, tells the painter its size, and sees what was painted. The VM is supervised as
 * any: one that ends, fails or hangs begins again, and gets a fresh canvas.
 *
 *   const screen = openPainter({ canvas, worker: new URL('painter.js', import.meta.url) });
 *   createBrowserHost({ ..., vms: { js, wasm, painter: screen.vm } });
 *   startSystem(host, { ..., portVms: { display: 'painter' } });
 */
import type { VmSource, WorkerEntry } from '../../common/definition.js';
import { Picture, type ShownPicture } from '../../common/ports/picture.js';
import type { CollectionCounts } from '../ports/collections.js';
import { collectBetweenMovements } from '../ports/garbage.js';
import type { Place } from '../ports/pointer.js';
import { PAINT_BUDGETS } from './budget.js';
import { freshCanvas, placeOn, retire } from './canvas-place.js';
import { CanvasSize, type Pixels, type Size } from './canvas-size.js';
import type { CanvasScreen, DisplayList, ScreenOptions } from './display-painting.js';
import type { PaintCounts, PaintMemory } from './painter.js';
import { PainterBudget } from './painter-budget.js';
import { type FromPainter, PAINTER_CHANNEL, type PaintedNow, type ToPainter } from './painter-messages.js';
import type { PaintCondition } from './painting.js';

export interface PainterScreenOptions extends ScreenOptions {
  /** The worker's file, which calls `runPainter`. */
  readonly worker: WorkerEntry;
}

export interface PainterScreen extends CanvasScreen {
  /** Source of the VM `painter`, for the host. */
  readonly vm: VmSource;
}

/** What the device lacks for a display in a worker; empty when nothing. */
export function lackForPainter(canvas: HTMLCanvasElement): string {
  if (typeof Worker !== 'function') return 'there are no workers';
  const canHandOver = typeof OffscreenCanvas === 'function' && typeof canvas.transferControlToOffscreen === 'function';
  return canHandOver ? '' : 'there is no OffscreenCanvas';
}

/** Opens the page's side. The display itself opens with its VM. @throws Error where the device lacks something: `lackForPainter` tells beforehand */
export function openPainter(options: PainterScreenOptions): PainterScreen {
  const lack = lackForPainter(options.canvas);
  if (lack) throw new Error(`openPainter: ${lack}; openDisplay paints in the page’s thread`);
  return new OpenPainterScreen(options);
}

/** Until a painter says otherwise: the supervisor tells of one that does not begin. */
const NOT_BEGUN: PaintCondition = {
  state: 'whole',
  reason: '',
  failures: 0,
  restarts: 0,
  painter: 'canvas',
  where: 'worker',
  fallback: '',
  reduced: '',
};
const NOTHING_PAINTED: PaintedNow = {
  counts: { pictures: 0, items: 0, pixels: 0 },
  memory: { canvasPixels: 0, imageTexturePixels: 0, textTexturePixels: 0, texturesEvicted: 0, texts: 0, images: null },
  pixels: { width: 0, height: 0 },
  collections: { during: 0, between: 0, asked: 0 },
};

class OpenPainterScreen implements PainterScreen {
  picture = new Picture();
  condition: PaintCondition = NOT_BEGUN;
  replays = false;
  readonly vm: VmSource = {
    // What it says of itself names the file, when that does not load.
    entry: Object.assign(() => this.startWorker(), { toString: () => String(this.options.worker) }),
    load: () => Promise.reject(new Error('the VM painter is a worker, which this device or placement does not have')),
  };
  private told: PaintedNow = NOTHING_PAINTED;
  /** To the painter that has begun last. */
  private channel: MessagePort | null = null;
  private size: CanvasSize | null = null;
  /** Why the painter reduced the canvas's pixels. */
  private paintersReduced = '';
  /** Size that the canvas should have. Only the worker can set it. */
  private readonly asked: Pixels = { width: 0, height: 0 };
  private readonly budget = new PainterBudget();
  /** Shown in place of the present picture; the next painter shows it, too. */
  private shown: ShownPicture | null = null;
  private isStarted = false;
  private readonly moves = collectBetweenMovements();

  constructor(private readonly options: PainterScreenOptions) {}

  get counts(): Readonly<PaintCounts> {
    return this.told.counts;
  }

  get memory(): PaintMemory {
    return this.told.memory;
  }

  get pixels(): Size {
    return this.told.pixels;
  }

  get collections(): Readonly<CollectionCounts> {
    return this.told.collections;
  }

  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    document.addEventListener('visibilitychange', this.rest);
    this.goOn();
  }

  stop(): void {
    this.isStarted = false;
    document.removeEventListener('visibilitychange', this.rest);
    this.post({ type: 'runs', runs: false });
    this.size?.close();
    this.size = null;
  }

  /** With a canvas, the painter ticks. After a stop it has one, and gets another, of the size that the page shows now. */
  private goOn(): void {
    if (!this.channel) return;
    this.handOver();
    this.post({ type: 'runs', runs: true });
  }

  pressed(timeMs: number): void {
    this.post({ type: 'pressed', timeMs: performance.timeOrigin + timeMs });
  }

  repaint(): void {
    this.post({ type: 'repaint' });
  }

  show(shown: ShownPicture | null): void {
    this.shown = shown;
    this.post({ type: 'show', shown });
  }

  redraw(): void {
    this.post({ type: 'redraw' });
  }

  placeOf(event: MouseEvent): Place | null {
    if (this.replays) return null;
    return placeOn(this.options.canvas, this.picture, event);
  }

  /** Also for a spare, which does not begin before it is needed. */
  private startWorker(): Worker {
    const { worker: entry } = this.options;
    const worker = (typeof entry === 'function' ? entry() : new Worker(entry as URL, { type: 'module', name: 'painter' })) as Worker;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<FromPainter>) => this.heard(data, port1);
    worker.postMessage({ type: PAINTER_CHANNEL }, [port2]);
    return worker;
  }

  private post(message: ToPainter): void {
    this.channel?.postMessage(message);
  }

  private heard(message: FromPainter, channel: MessagePort): void {
    if (message.type === 'begun') this.begin(channel);
    if (channel !== this.channel) return;
    if (message.type === 'spent') this.spent(message.hasFailed);
    if (message.type === 'strings') this.picture.takeStrings(message.strings);
    if (message.type === 'list') this.see(message.list);
    if (message.type === 'condition') {
      this.paintersReduced = message.condition.reduced;
      this.become(message.condition);
    }
    if (message.type === 'replay') this.replay(message.replays);
    if (message.type === 'painted') this.painted(message);
  }

  /** A painter has begun, with nothing: the scene sends it all again. */
  private begin(channel: MessagePort): void {
    const { animating } = this.picture;
    this.channel?.close();
    this.channel = channel;
    this.picture = new Picture();
    if (this.isStarted) this.goOn();
    if (animating) this.attempt(() => this.options.onAnimating?.(false));
    if (this.shown) this.post({ type: 'show', shown: this.shown });
  }

  /** The painter has failed, within the budget of painters, or is to be another one. Beyond that it keeps its canvas. */
  private spent(hasFailed: boolean): void {
    if (!hasFailed || this.budget.take(performance.now())) this.handOver();
    else this.post({ type: 'refused' });
  }

  private handOver(): void {
    const { canvas, painter = 'auto', budget = PAINT_BUDGETS.full } = this.options;
    const fresh = freshCanvas(canvas);
    this.size?.close();
    this.size = new CanvasSize(fresh, () => this.fit(), {
      pixels: Object.assign(this.asked, { width: fresh.width, height: fresh.height }),
      pixelsMax: budget.canvasPixels,
      onReduced: () => this.become(this.condition),
    });
    this.size.fit();
    const offscreen = fresh.transferControlToOffscreen();
    retire(fresh);
    const message: ToPainter = { type: 'canvas', canvas: offscreen, painter, budget, size: { ...this.asked } };
    this.channel?.postMessage(message, [offscreen]);
    if (this.size.reduced) this.become(this.condition);
  }

  private fit(): void {
    if (this.size?.fit()) this.post({ type: 'size', size: { ...this.asked } });
  }

  private see(list: DisplayList): void {
    const wasAnimating = this.picture.animating;
    this.picture.take(list);
    if (this.picture.animating !== wasAnimating) this.moves?.(list.animating);
    this.post({ type: 'seen' });
    this.attempt(() => this.options.onPicture?.(this.picture));
    if (this.picture.animating !== wasAnimating) this.attempt(() => this.options.onAnimating?.(this.picture.animating));
  }

  private painted({ frame, startMs, told }: Extract<FromPainter, { type: 'painted' }>): void {
    this.told = told;
    this.attempt(() => this.options.onPainted?.(frame, startMs - performance.timeOrigin));
  }

  private become(condition: PaintCondition): void {
    const reduced = [this.size?.reduced, this.paintersReduced].filter(Boolean).join('; ');
    this.condition = { ...condition, restarts: this.budget.used, reduced };
    this.attempt(() => this.options.onCondition?.(this.condition));
  }

  private replay(replays: boolean): void {
    this.replays = replays;
    this.attempt(() => this.options.onReplay?.(replays));
  }

  /** What a listener of the application throws is a crash of the display. */
  private attempt(listen: () => void): void {
    try {
      listen();
    } catch (error) {
      this.post({ type: 'failed', error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  /** A hidden page gets no animation frames, and that gap is not a long frame. */
  private readonly rest = (): void => this.post({ type: 'rest' });
}
