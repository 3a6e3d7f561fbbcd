/**
 * Paints in a worker of its own: what an application's painter file calls. Nothing that the page's thread does holds up a picture that has come.
 *
 *   // painter.ts
 *   import { runPainter } from 'tandem/browser/worker';
 *   runPainter({ images: createPosters() });
 */
import { Picture } from '../../common/ports/picture.js';
import { memoryOf } from './budget.js';
import { leaveAbsent } from './images.js';
import type { ImageSource } from './painter.js';
import { PainterChooser } from './painter-choice.js';
import type { FromPainter, ToPainter } from './painter-messages.js';
import { type PaintCondition, Painting } from './painting.js';

export interface RunPainterOptions {
  readonly images: ImageSource;
}

type Opening = Extract<ToPainter, { type: 'open' }>;

/** A worker's global object. */
interface Thread {
  onmessage: ((event: { readonly data: ToPainter }) => void) | null;
  postMessage(message: FromPainter): void;
}

/** An image has come: paints again what needs it. */
export type Repaint = () => void;

/** Makes this worker the painter of the page that started it. @returns what an image source calls when an image has come */
export function runPainter({ images }: RunPainterOptions): Repaint {
  const thread = globalThis as unknown as Thread;
  let painting: WorkerSide | null = null;
  thread.onmessage = ({ data }) => {
    if (data.type !== 'open') painting?.take(data);
    else if (painting) painting.reopen(data.canvas);
    else painting = new WorkerSide(thread, images, data);
  };
  return () => painting?.take({ type: 'repaint' });
}

const nowMs = (): number => performance.timeOrigin + performance.now();

class WorkerSide {
  private readonly picture = new Picture();
  private readonly painting: Painting;
  private readonly chooser: PainterChooser;
  private size: { readonly width: number; readonly height: number } | null = null;
  /** A canvas that nothing was painted on. */
  private fresh: OffscreenCanvas | null;
  /** Another canvas was asked for. */
  private isSpent = false;

  constructor(
    private readonly thread: Thread,
    private readonly images: ImageSource,
    { canvas, painter, budget }: Opening,
  ) {
    this.fresh = canvas;
    this.chooser = new PainterChooser(images, painter, budget, () => this.spent(false, this.chooser.fallback));
    const make = () => this.make();
    this.painting = new Painting(make, this.picture, {
      prepare: () => this.fit(),
      failed: (error) => this.failed(error),
      changed: () => this.tell(),
    });
    this.tell();
  }

  /** A canvas keeps its kind of context, and only the page has another one. */
  private make() {
    const canvas = this.fresh;
    if (!canvas) return null;
    this.fresh = null;
    canvas.addEventListener('contextrestored', () => this.take({ type: 'repaint' }));
    return { painter: this.chooser.make(canvas), canvas };
  }

  reopen(canvas: OffscreenCanvas): void {
    const { width, height } = this.painting.canvas;
    this.fresh = canvas;
    this.isSpent = false;
    this.size ??= { width, height };
    this.painting.renew();
    if (this.picture.frame > 0) this.paint(false);
  }

  private spent(hasFailed: boolean, reason: string): void {
    if (this.isSpent) return;
    this.isSpent = true;
    this.thread.postMessage({ type: 'spent', hasFailed, reason });
  }

  take(message: ToPainter): void {
    const { painting, picture } = this;
    if (message.type === 'size') this.size = message;
    if (message.type === 'size' || message.type === 'repaint') painting.repaint();
    if (message.type === 'strings') {
      picture.takeStrings(message.strings);
      for (const { node } of message.strings.strings) painting.damage.mark(node);
      return;
    }
    if (message.type === 'list') {
      picture.take(message.list);
      painting.pictureChanged();
    }
    if (picture.frame > 0) this.paint(message.type === 'list');
  }

  /** A picture that failed is tried again at once: there is no next frame to wait for. */
  private paint(isAnswer: boolean): void {
    const { thread, painting, picture } = this;
    const startMs = nowMs();
    let isShown = painting.paint(startMs);
    while (painting.isDue) isShown = painting.paint(startMs);
    const { counts } = painting.painter;
    const { width, height } = painting.canvas;
    thread.postMessage({
      type: 'painted',
      frame: picture.frame,
      isAnswer,
      isShown,
      startMs,
      endMs: nowMs(),
      counts,
      memory: memoryOf(painting.painter, painting.canvas, this.images),
      pixels: { width, height },
    });
    if (painting.state === 'frozen') this.spent(true, painting.reason);
  }

  private fit(): void {
    const { size } = this;
    if (size) Object.assign(this.painting.canvas, { width: size.width, height: size.height });
    this.size = null;
    leaveAbsent(this.images, this.picture);
  }

  private tell(): void {
    this.thread.postMessage({ type: 'condition', condition: this.condition });
  }

  private get condition(): PaintCondition {
    const { state, reason, failures, painter } = this.painting;
    return { state, reason, failures, restarts: 0, painter: painter.kind, where: 'worker', fallback: this.chooser.fallback, reduced: '' };
  }

  private failed(error: unknown): void {
    const { name = 'Error', message = String(error), stack } = (error ?? {}) as Partial<Error>;
    this.thread.postMessage({ type: 'failed', name, message, stack });
  }
}
