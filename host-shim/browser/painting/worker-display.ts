/**
 * The display in the VM `painter`: it ticks the scene at this worker's own animation frames, and paints on a canvas that the page has handed over. So no frame
 * waits for the page's thread.
 *
 *   page ──canvas──> painter ──tick──> scene
 *   page <──list──── painter <──list── scene            painted as it comes; the page gets to see it
 */
import type { Vm } from '../../../actors/vm/vm.js';
import { type DisplayPort, openDisplayPort } from '../../common/ports/display-port.js';
import { FrameLoop, type FrameWork } from '../../common/ports/frame-loop.js';
import { animationFrames } from '../ports/animation-frames.js';
import { Collections, collectionPlatform } from '../ports/collections.js';
import { FrameTimes } from '../ports/frame-times.js';
import { memoryOf } from './budget.js';
import type { Size } from './canvas-size.js';
import type { DisplayList, Strings } from './display-painting.js';
import { leaveAbsent } from './images.js';
import type { ImageSource, PaintMemory } from './painter.js';
import { PainterChooser } from './painter-choice.js';
import { type FromPainter, LISTS_UNSEEN_MAX, type ToPainter } from './painter-messages.js';
import { type MakePainter, type PaintCondition, Painting } from './painting.js';

/** A channel to the page. */
export type PageChannel = Pick<MessagePort, 'onmessage' | 'postMessage'>;

const epochMs = (timeMs: number): number => performance.timeOrigin + timeMs;

export class WorkerDisplay implements FrameWork {
  private readonly port: DisplayPort;
  private readonly times = new FrameTimes((name, valueMs) => this.port.observe(name, valueMs));
  private readonly garbage = new Collections(collectionPlatform());
  private readonly view: PageView;
  private canvas: WorkerCanvas | null = null;
  private chooser: PainterChooser | null = null;
  private readonly loop: FrameLoop;

  constructor(
    private readonly vm: Vm,
    private readonly images: ImageSource,
    private readonly page: PageChannel,
  ) {
    this.view = new PageView((message) => this.tell(message));
    const events = { onReplay: (replays: boolean) => this.tell({ type: 'replay', replays }) };
    this.loop = new FrameLoop(animationFrames, () => vm.timers, this);
    this.port = openDisplayPort(vm, events, {
      takeStrings: (strings) => this.takeStrings(strings),
      takeList: (list) => this.takeList(list),
      due: () => this.tickNow(),
    });
    if (images.keeper) images.keeper.onArrival = (source) => this.canvas?.painting.imageArrived(source);
    page.onmessage = ({ data }: MessageEvent<ToPainter>) => void this.port.attempt(() => this.take(data));
    this.tell({ type: 'begun' });
  }

  /** Paints all of the picture again, although it is the same. */
  repaint(): void {
    this.canvas?.painting.repaint();
  }

  private tell(message: FromPainter): void {
    this.page.postMessage(message);
  }

  private take(message: ToPainter): void {
    if (message.type === 'canvas') this.takeCanvas(message);
    if (message.type === 'refused') this.refused();
    if (message.type === 'runs') this.run(message.runs);
    if (message.type === 'failed') throw message.error;
    if (message.type === 'size') this.canvas?.resize(message.size);
    if (message.type === 'repaint') this.repaint();
    // The effect of a key shows in a picture after the tick that is under way.
    if (message.type === 'pressed') this.times.pressed(message.timeMs - performance.timeOrigin, this.port.frame);
    if (message.type === 'rest') this.rest();
    if (message.type === 'show') this.port.show(message.shown);
    if (message.type === 'redraw') this.port.redraw();
    if (message.type === 'seen') this.view.seen();
  }

  /** A canvas that nobody can paint on is told, and the next one is tried in another way where there is one. @throws why */
  private takeCanvas(given: GivenCanvas): void {
    const { images, port, loop } = this;
    this.chooser ??= new PainterChooser(images, given.painter, given.budget, () => this.canvas?.spent(false));
    if (this.canvas) {
      this.canvas.replace(given);
      return;
    }
    try {
      const tell = (said: FromPainter) => this.tell(said);
      this.canvas = new WorkerCanvas(given, { images, port, chooser: this.chooser, tell, due: () => loop.wake() });
    } catch (error) {
      this.tell({ type: 'spent', hasFailed: true });
      throw error;
    }
    this.canvas.painting.repaint();
  }

  /** Without any canvas this VM is of no use: it ends, and its supervisor decides. With one, the next picture asks again. */
  private refused(): void {
    const { canvas } = this;
    if (canvas) canvas.refused();
    else
      setTimeout(() => {
        throw new Error('there is no canvas to paint on');
      });
  }

  private run(runs: boolean): void {
    if (runs) this.loop.start();
    else this.loop.stop();
    this.rest();
  }

  private rest(): void {
    this.times.rest();
    this.port.wake();
  }

  private takeStrings(strings: Strings): void {
    for (const { node } of strings.strings) this.canvas?.painting.damage.mark(node);
    this.view.show(strings);
  }

  private takeList(list: DisplayList): void {
    this.view.showList(list);
    this.garbage.moves(list.animating, performance.now());
    if (!this.canvas) return;
    this.canvas.painting.pictureChanged();
    this.paint();
  }

  private paint(): void {
    const { canvas, port } = this;
    const startMs = performance.now();
    if (!canvas?.painting.paint(startMs)) return;
    this.times.painted(port.picture.frame, port.picture.animating, startMs, performance.now());
    const told = { counts: canvas.painting.painter.counts, memory: canvas.memory, pixels: canvas.pixels, collections: this.garbage.counts };
    this.view.painted({ type: 'painted', frame: port.picture.frame, startMs: epochMs(startMs), told });
  }

  /** The first tick after a rest does not wait for an animation frame. */
  private tickNow(): void {
    if (!this.loop.runs) return;
    this.tickAt(performance.now());
    this.loop.wake();
  }

  private tickAt(timeMs: number): void {
    this.port.attempt(() => this.port.tick(this.vm.timeAt(Math.floor(epochMs(timeMs) * 1000))));
  }

  get needsFrames(): boolean {
    return !this.port.rests || this.canvas?.painting.isDue === true || this.garbage.waits;
  }

  /** An animation frame. Whatever throws in it is reported. */
  animate(timeMs: number): void {
    this.port.attempt(() => this.paint());
    this.port.attempt(() => this.garbage.frame(timeMs));
    // Its pictures stand with it, and that gap is no long frame.
    if (this.vm.stands) this.times.rest();
    this.tickAt(timeMs);
  }
}

/** What the page gets to see: each picture before it hears that it is painted. While it is busy, it misses lists, but neither texts nor the last list. */
class PageView {
  private unseen = 0;
  private waiting: DisplayList | null = null;
  /** Texts that wait with it. */
  private readonly strings = new Map<number, string>();
  /** It was painted while its list waited. */
  private held: FromPainter | null = null;

  constructor(private readonly tell: (message: FromPainter) => void) {}

  show(strings: Strings): void {
    if (this.unseen < LISTS_UNSEEN_MAX) this.tell({ type: 'strings', strings });
    else for (const { node, value } of strings.strings) this.strings.set(node, value);
  }

  /** @param list whose bytes are valid during this call */
  showList(list: DisplayList): void {
    const kept = { ...list, items: list.items.slice(), clips: list.clips.slice() };
    this.held = null;
    if (this.unseen >= LISTS_UNSEEN_MAX) this.waiting = kept;
    else this.send(kept);
  }

  painted(message: FromPainter): void {
    if (this.waiting) this.held = message;
    else this.tell(message);
  }

  seen(): void {
    this.unseen--;
    const { waiting, held, strings } = this;
    this.waiting = null;
    this.held = null;
    if (strings.size > 0) this.tell({ type: 'strings', strings: { strings: [...strings].map(([node, value]) => ({ node, value })) } });
    strings.clear();
    if (waiting) this.send(waiting);
    if (held) this.tell(held);
  }

  private send(list: DisplayList): void {
    this.unseen++;
    this.tell({ type: 'list', list });
  }
}

type GivenCanvas = Extract<ToPainter, { type: 'canvas' }>;

interface CanvasServices {
  readonly images: ImageSource;
  readonly port: DisplayPort;
  readonly chooser: PainterChooser;
  readonly tell: (message: FromPainter) => void;
  /** The canvas is to be painted in the next frame. */
  readonly due: () => void;
}

/** The canvas that the page has handed over, and who paints on it. A canvas keeps its kind of context, and only the page has another one. */
class WorkerCanvas {
  readonly painting: Painting;
  private fresh: OffscreenCanvas | null;
  private size: Size | null;
  /** Another canvas was asked for. */
  private isSpent = false;

  /** @throws when the canvas has no context */
  constructor(
    { canvas, size }: GivenCanvas,
    private readonly services: CanvasServices,
  ) {
    this.fresh = canvas;
    this.size = size;
    this.painting = new Painting(this.make, services.port.picture, {
      prepare: () => this.prepare(),
      due: () => services.due(),
      failed: (error) => this.failed(error),
      changed: () => this.changed(),
    });
    this.changed();
  }

  get pixels(): Size {
    const { width, height } = this.painting.canvas;
    return { width, height };
  }

  get memory(): PaintMemory {
    return memoryOf(this.painting.painter, this.painting.canvas, this.services.images);
  }

  resize(size: Size): void {
    this.size = size;
    this.painting.repaint();
  }

  replace({ canvas, size }: GivenCanvas): void {
    this.fresh = canvas;
    this.size = size;
    this.isSpent = false;
    this.painting.renew();
  }

  private readonly make: MakePainter = () => {
    const canvas = this.fresh;
    if (!canvas) return null;
    this.fresh = null;
    canvas.addEventListener('contextrestored', () => this.painting.repaint());
    return { painter: this.services.chooser.make(canvas), canvas };
  };

  /** Resizing empties a canvas, so it is done right before it is painted. */
  private prepare(): void {
    const { size, services } = this;
    if (size) Object.assign(this.painting.canvas, { width: size.width, height: size.height });
    this.size = null;
    leaveAbsent(services.images, services.port.picture);
  }

  private failed(error: unknown): void {
    this.services.port.attempt(() => {
      throw error;
    });
  }

  private changed(): void {
    const { state, reason, failures, painter } = this.painting;
    const condition: PaintCondition = {
      state,
      reason,
      failures,
      restarts: 0,
      painter: painter.kind,
      where: 'worker',
      fallback: this.services.chooser.fallback,
      reduced: this.painting.reduced,
    };
    this.services.tell({ type: 'condition', condition });
    if (state === 'frozen' && !this.painting.isDue) this.spent(true);
  }

  refused(): void {
    this.isSpent = false;
  }

  /** Asks the page for another canvas, once until there is an answer. */
  spent(hasFailed: boolean): void {
    if (this.isSpent) return;
    this.isSpent = true;
    this.services.tell({ type: 'spent', hasFailed });
  }
}
