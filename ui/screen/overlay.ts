/**
 * The overlay: figures of a running application over its own picture, twice a second, for who develops it. It is a port like the application's own: it
 * adds nodes to the scene, asks metrics, and nothing in the runtime knows of it. Hidden, it sends nothing and asks nothing.
 *
 *   system.health, counters ──┐
 *   metrics.read ─────────────┼──> one commit to the scene, which replaces the last one: on top also of what a page has added since
 *   frames of the page ───────┘
 *
 * The catch: it is a part of what it measures. Its own messages are counted, and a picture that would stand still changes.
 */
import { type Port, PortOverloadError, type Timers, type Vm } from '../../actors/index.js';
import { overlay } from '../../protocol/generated/overlay.js';
import { column, row, text } from './elements.js';
import { Handles } from './handles.js';
import { OverlayFigures, type OverlayLines, type OverlaySystem } from './overlay-figures.js';
import { type SceneNode, Screen, type ScreenPort } from './screen.js';

/** Soon enough to see what a key does, and seldom enough to be read. */
const REFRESH_MS = 500;
const PLACE = { x: 24, y: 24 };
const FONT = { fontSize: 16, lineHeight: 20 };
const HEAD_WIDTH = 460;
/** Columns: actor, VM, mailbox, restarts. */
const COLUMN_WIDTHS = [130, 80, 110, 100];

/** Calls what it is given at each frame of the page's thread, with its time in milliseconds. @returns what ends that */
export type FrameSource = (onFrame: (timeMs: number) => void) => () => void;

/** Where keys come from: a browser's window is one. */
export interface OverlayKeys {
  addEventListener(type: 'keydown', listener: (event: OverlayKey) => void): void;
  removeEventListener(type: 'keydown', listener: (event: OverlayKey) => void): void;
}

export interface OverlayKey {
  readonly key: string;
  preventDefault(): void;
}

export interface OverlayOptions {
  readonly timers: Timers;
  /** The system that runs now; null while there is none. */
  readonly system: () => OverlaySystem | null;
  /** Whether it is shown from the start on; false when not given. */
  readonly shown?: boolean;
  /** Frames of the page's thread; without them its frame time is left out. */
  readonly frames?: FrameSource;
  /** Where the key that switches it comes from; without them only `toggle` does. */
  readonly keys?: OverlayKeys;
  /** As `KeyboardEvent.key`; `F2` when not given. */
  readonly key?: string;
  /** Its corner in the picture, in pixels of the scene; 24, 24 when not given. */
  readonly at?: { readonly x: number; readonly y: number };
}

export interface Overlay {
  readonly isShown: boolean;
  show(): void;
  hide(): void;
  toggle(): void;
  /** Hides it, and listens to no key any more. */
  close(): void;
}

/** Opens the overlay's port in a VM, before the system starts. Its schema, `overlay`, is one of the application's parties. */
export function openOverlay(vm: Vm, options: OverlayOptions): Overlay {
  const opened: { drawn?: DrawnOverlay } = {};
  const port = vm.openPort<typeof overlay>(overlay, { onClose: () => opened.drawn?.close() });
  opened.drawn = new DrawnOverlay(port, options);
  return opened.drawn;
}

class DrawnOverlay implements Overlay {
  private readonly screen: Screen;
  private readonly figures: OverlayFigures;
  private panel: SceneNode | null = null;
  private shown = false;
  /** Whether the last commit has not been sent, since the way to the scene was full. */
  private waits = false;
  private turn = 0;
  private timer: ReturnType<Timers['set']> | undefined;
  private endFrames = () => {};

  constructor(
    private readonly port: Port<typeof overlay>,
    private readonly options: OverlayOptions,
  ) {
    // An overlay says nothing to focus, which a screen otherwise does.
    this.screen = new Screen(port as unknown as ScreenPort, new Handles(Handles.overlay));
    this.figures = new OverlayFigures(port, options.system);
    options.keys?.addEventListener('keydown', this.pressed);
    if (options.shown) this.show();
  }

  private readonly pressed = (event: OverlayKey): void => {
    if (event.key !== (this.options.key ?? 'F2')) return;
    event.preventDefault();
    this.toggle();
  };

  get isShown(): boolean {
    return this.shown;
  }

  show(): void {
    if (this.shown) return;
    this.shown = true;
    this.figures.begin();
    this.endFrames = this.options.frames?.((timeMs) => this.figures.frame(timeMs)) ?? this.endFrames;
    this.schedule(0);
  }

  hide(): void {
    if (!this.shown) return;
    this.shown = false;
    this.endFrames();
    this.schedule(0);
  }

  toggle(): void {
    if (this.shown) this.hide();
    else this.show();
  }

  close(): void {
    this.options.keys?.removeEventListener('keydown', this.pressed);
    this.hide();
  }

  private schedule(delayMs: number): void {
    const { timers } = this.options;
    const turn = ++this.turn;
    timers.clear(this.timer);
    this.timer = timers.set(delayMs, () => void this.refresh(turn));
  }

  /** Never rejects: what throws is a crash of this port. */
  private async refresh(turn: number): Promise<void> {
    const lines = this.shown ? await this.figures.read() : null;
    if (turn !== this.turn) return;
    this.port.attempt(() => this.draw(lines));
    if (this.shown || this.waits) this.schedule(REFRESH_MS);
  }

  /** Replaces what is drawn, in one commit; null: by nothing. */
  private draw(lines: OverlayLines | null): void {
    const { screen } = this;
    if (!this.waits) {
      if (this.panel) screen.remove(this.panel);
      this.panel = lines && panelOf(lines, this.options.at ?? PLACE);
      if (this.panel) screen.add(this.panel);
    }
    this.waits = true;
    try {
      screen.flush();
      this.waits = false;
    } catch (error) {
      if (!(error instanceof PortOverloadError)) throw error;
    }
  }
}

const block = (lines: readonly string[], width: number): SceneNode => text(lines.join('\n'), { ...FONT, width, lines: lines.length });

const panelOf = ({ head, table }: OverlayLines, at: { readonly x: number; readonly y: number }): SceneNode =>
  column({ ...at, absolute: true, padding: 16, gap: 8, radius: 12, colour: '#000000e6' }, [
    block(head, HEAD_WIDTH),
    row(
      {},
      COLUMN_WIDTHS.map((width, place) =>
        block(
          table.map((cells) => cells[place] ?? ''),
          width,
        ),
      ),
    ),
  ]);
