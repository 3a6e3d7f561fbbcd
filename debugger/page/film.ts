/**
 * The film strip: what was on the screen over the whole run. Dragged, all panes travel to that moment. Marks say what ended, was not delivered, began
 * again, moved or was late.
 */
import type { Remote } from 'comlink';
import type { RunEvent } from '../table/run.js';
import type { Screen } from '../table/screens.js';
import { GUTTER } from './lanes.js';
import { ScreenPainter } from './screen-painter.js';
import { type Surface, surfaceOf, themed } from './surface.js';
import type { Travel } from './travel.js';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

const MARK_HEIGHT = 10;
/** A sign is about as wide. */
const SIGN_PIXELS = 6;
/** A run that grows: pictures are looked at again this often. */
const GROWN_MS = 1_000;
/** A sign for each kind of event, so that they are told apart without their colour. */
const SIGNS: Readonly<Record<RunEvent['what'], string>> = { trap: '✕', dead: '▾', restart: '↻', move: '⇄', late: '◷' };

export class FilmStrip {
  private events: readonly RunEvent[] = [];
  private places: { readonly at: number; readonly image: OffscreenCanvas }[] = [];
  /** Small pictures by the rows of their lists. */
  private readonly painted = new Map<number, OffscreenCanvas>();
  private isAsking = false;
  private isStale = false;
  private readonly redraw: () => void;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly view: View,
    private readonly run: Remote<RunInWorker>,
    private readonly travel: Travel,
  ) {
    this.redraw = surfaceOf(canvas, (surface) => this.draw(surface));
    view.on(['run'], () => void this.ask());
    view.on(['selected', 'travels'], this.redraw);
    new ResizeObserver(() => void this.ask()).observe(canvas);
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      void this.to(event.offsetX);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (event.buttons === 1) void this.to(event.offsetX);
    });
  }

  private async ask(): Promise<void> {
    this.isStale = true;
    if (this.isAsking) return;
    this.isAsking = true;
    while (this.isStale) {
      this.isStale = false;
      await this.look();
      this.redraw();
      if (!this.view.run?.isWhole) await new Promise((resolve) => setTimeout(resolve, GROWN_MS));
    }
    this.isAsking = false;
  }

  private async look(): Promise<void> {
    const { run: state } = this.view;
    if (!state) return;
    this.events = await this.run.events();
    this.canvas.hidden = (await this.run.screenLack()) !== '';
    const { clientWidth, clientHeight } = this.canvas;
    const height = clientHeight - MARK_HEIGHT;
    if (clientWidth <= GUTTER || height <= 0) return;
    const times = timesOf(state, (clientWidth - GUTTER) / ((height * 16) / 9));
    const rows = await this.run.pictureRows(times);
    const fresh = rows.map((row, i) => (row < 0 || this.painted.has(row) ? null : times[i])).filter((at) => at !== null);
    for (const screen of await this.run.screensAt(fresh)) if (screen) this.painted.set(screen.row, small(screen, height));
    this.places = rows.flatMap((row, i) => {
      const image = this.painted.get(row);
      // The first is of the middle of its place, since there is no picture at the beginning; it would cover the second there.
      return image ? [{ at: i === 0 ? state.from : times[i], image }] : [];
    });
    for (const row of this.painted.keys()) if (!rows.includes(row)) this.painted.delete(row);
  }

  private draw({ context, width, height }: Surface): void {
    const { canvas, view } = this;
    const { run } = view;
    if (!run) return;
    context.font = themed(canvas, 'font');
    context.textBaseline = 'middle';
    context.fillStyle = themed(canvas, 'faint');
    context.fillText('screens', 18, height / 2);
    const tall = height - MARK_HEIGHT;
    const x = (at: number) => GUTTER + ((at - run.from) / (run.to - run.from)) * (width - GUTTER);
    for (const { at, image } of this.places) context.drawImage(image, x(at), MARK_HEIGHT, (tall * image.width) / image.height, tall);
    context.font = '10px system-ui, sans-serif';
    context.textAlign = 'center';
    this.drawSigns(context, x);
    context.textAlign = 'left';
    if (view.selected < 0) return;
    context.fillStyle = themed(canvas, view.travels ? 'accent' : 'text');
    context.fillRect(x(view.moment) - 1, 0, 2, height);
  }

  /** Where there is no room for all, late pictures give way. */
  private drawSigns(context: CanvasRenderingContext2D, x: (at: number) => number): void {
    const taken = new Set<number>();
    const place = (at: number) => Math.floor(x(at) / SIGN_PIXELS);
    for (const { at, what } of this.events.toSorted((a, b) => Number(a.what === 'late') - Number(b.what === 'late') || a.at - b.at)) {
      if (taken.has(place(at)) || (what === 'late' && (taken.has(place(at) - 1) || taken.has(place(at) + 1)))) continue;
      taken.add(place(at));
      context.fillStyle = themed(this.canvas, what === 'restart' || what === 'move' ? 'accent' : 'wrong');
      context.fillText(SIGNS[what], x(at), MARK_HEIGHT / 2);
    }
  }

  private async to(offset: number): Promise<void> {
    const { run } = this.view;
    if (run) await this.travel.toTime(run.from + ((offset - GUTTER) / (this.canvas.clientWidth - GUTTER)) * (run.to - run.from));
  }
}

/** The shortest time between two pictures of the strip. */
const STEP_MICROS_MIN = 125_000;

/** Times of the pictures: they stay where they are while the run grows, until half of them are enough. */
function timesOf({ from, to }: { readonly from: number; readonly to: number }, most: number): readonly number[] {
  let step = STEP_MICROS_MIN;
  while ((to - from) / step > most) step *= 2;
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step + (i === 0 ? step / 2 : 0));
}

function small(screen: Screen, height: number): OffscreenCanvas {
  const { list } = screen;
  const pixels = Math.round(height * devicePixelRatio);
  const image = new OffscreenCanvas(Math.max(1, Math.round((pixels * list.width) / Math.max(1, list.height))), pixels);
  new ScreenPainter(image).paint(screen);
  return image;
}
