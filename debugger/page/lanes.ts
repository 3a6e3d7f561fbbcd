/**
 * The lanes: one for each party, a bar for each handling, a line for each picture, arrows for what is selected. Wheel: nearer and farther; dragged:
 * along; clicked: selected.
 */
import type { Remote } from 'comlink';
import type { Bars } from '../table/lanes.js';
import { LONG_HANDLING_MICROS } from '../table/pace.js';
import type { LaneInfo, Line } from '../table/run.js';
import { type Surface, surfaceOf, themed } from './surface.js';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

const LANE_HEIGHT = 24;
const BAR_HEIGHT = 14;
const AXIS_HEIGHT = 22;
/** Names stand here. */
export const GUTTER = 172;
/** Nobody sees less than this. */
const BAR_WIDTH_MIN = 1.5;
/** Farther from a bar than this, nothing is clicked. */
const CLICK_PIXELS = 6;
/** Pictures nearer to each other than this have no line. */
const PICTURE_PIXELS_MIN = 6;
/** The triangle over a handling that took long, and the stripes in it where there is room. */
const LONG_SIGN = 4;
const STRIPE_PIXELS = 5;
/** Most arrows of one message in a picture that a person can still read. */
const ARROWS_MAX = 60;

const LONG_WORDS = `handled for longer than ${LONG_HANDLING_MICROS / 1000} ms, half of a frame`;

export class LanesPane {
  private bars: readonly Bars[] = [];
  private lanes: readonly LaneInfo[] = [];
  private pictures: readonly number[] = [];
  /** The span of the bars. */
  private drawn = { from: 0, to: 1 };
  private asking = false;
  private stale = false;
  private readonly redraw: () => void;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly view: View,
    private readonly run: Remote<RunInWorker>,
    private readonly select: (row: number) => void,
  ) {
    this.redraw = surfaceOf(canvas, (surface) => this.draw(surface));
    view.on(['run', 'span'], () => void this.ask());
    view.on(['selected', 'marks'], this.redraw);
    this.listen();
  }

  /** Asks for the bars of what is to be seen. While one answer is awaited, no other is asked for but the newest. */
  private async ask(): Promise<void> {
    this.stale = true;
    if (this.asking) return;
    this.asking = true;
    while (this.stale) {
      this.stale = false;
      const lanes = this.view.run?.lanes ?? [];
      const { span } = this.view;
      this.canvas.style.height = `${AXIS_HEIGHT + lanes.length * LANE_HEIGHT}px`;
      const width = this.canvas.clientWidth - GUTTER;
      if (lanes.length === 0 || width <= 0) break;
      const parties = lanes.map(({ party }) => party);
      [this.bars, this.pictures] = await Promise.all([this.run.bars(parties, { ...span, width }), this.run.pictureTimes(span)]);
      this.lanes = lanes;
      this.drawn = span;
      this.canvas.ariaLabel = this.label;
      this.redraw();
    }
    this.asking = false;
  }

  private get label(): string {
    const origin = this.view.run?.from ?? 0;
    const [from, to] = [this.drawn.from, this.drawn.to].map((at) => `${((at - origin) / 1e6).toFixed(2)} s`);
    const long = this.bars.reduce((sum, bars) => sum + bars.long.filter(Boolean).length, 0);
    return `Lanes from ${from} to ${to}: what each party handled, and when; ${LONG_WORDS}: ${long}. The list below has the same messages`;
  }

  private draw({ context, width, height }: Surface): void {
    const { canvas } = this;
    context.font = themed(canvas, 'font');
    if (this.lanes.length === 0) return;
    this.drawAxis(context, width, height);
    this.drawPictures(context, width, height);
    for (const [index, lane] of this.lanes.entries()) this.drawLane(context, lane, index, width);
    this.drawSelection(context, width, height);
  }

  private drawAxis(context: CanvasRenderingContext2D, width: number, height: number): void {
    const { from, to } = this.drawn;
    const origin = this.view.run?.from ?? from;
    const step = niceStep((to - from) / Math.max(1, (width - GUTTER) / 110));
    context.fillStyle = themed(this.canvas, 'faint');
    context.strokeStyle = themed(this.canvas, 'line');
    context.textBaseline = 'middle';
    for (let tick = Math.ceil((from - origin) / step) * step; tick <= to - origin; tick += step) {
      const x = this.x(origin + tick, width);
      context.fillText(tickText(tick, step), x + 4, AXIS_HEIGHT / 2);
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, height);
      context.stroke();
    }
  }

  private drawPictures(context: CanvasRenderingContext2D, width: number, height: number): void {
    const places = this.pictures.map((at) => this.x(at, width));
    const isNear = (a = Number.NEGATIVE_INFINITY, b = Number.POSITIVE_INFINITY) => b - a < PICTURE_PIXELS_MIN;
    context.save();
    context.strokeStyle = themed(this.canvas, 'faint');
    context.setLineDash([2, 3]);
    context.beginPath();
    for (const [i, x] of places.entries()) {
      if (isNear(places[i - 1], x) || isNear(x, places[i + 1])) continue;
      context.moveTo(x, AXIS_HEIGHT);
      context.lineTo(x, height);
    }
    context.stroke();
    context.restore();
  }

  private x(at: number, width: number): number {
    const { from, to } = this.drawn;
    return GUTTER + ((at - from) / (to - from)) * (width - GUTTER);
  }

  private drawLane(context: CanvasRenderingContext2D, { name, vm }: LaneInfo, index: number, width: number): void {
    const { canvas } = this;
    const top = AXIS_HEIGHT + index * LANE_HEIGHT;
    const bars = this.bars[index];
    const colour = themed(canvas, `vm-${vm}`);
    const wrong = themed(canvas, 'wrong');
    context.strokeStyle = themed(canvas, 'back');
    const bar = top + (LANE_HEIGHT - BAR_HEIGHT) / 2;
    for (let i = 0; i < bars.from.length; i++) {
      const left = GUTTER + bars.from[i];
      context.fillStyle = bars.troubled[i] || bars.long[i] ? wrong : colour;
      const wide = Math.max(BAR_WIDTH_MIN, bars.to[i] - bars.from[i]);
      context.fillRect(left, bar, wide, BAR_HEIGHT);
      if (bars.long[i]) this.drawLong(context, left, bar, Math.min(wide, width - left));
    }
    context.fillStyle = themed(canvas, 'back');
    context.fillRect(0, top, GUTTER, LANE_HEIGHT);
    context.fillStyle = colour;
    context.fillRect(6, bar + 2, 4, BAR_HEIGHT - 4);
    context.fillStyle = themed(canvas, 'text');
    context.fillText(name, 18, top + LANE_HEIGHT / 2);
    context.fillStyle = themed(canvas, 'faint');
    context.textAlign = 'right';
    context.fillText(vm, GUTTER - 8, top + LANE_HEIGHT / 2);
    context.textAlign = 'left';
    context.strokeStyle = themed(canvas, 'line');
    context.strokeRect(0, top + LANE_HEIGHT - 0.5, width, 0);
  }

  /** Striped, with a triangle over it: what went wrong has neither. */
  private drawLong(context: CanvasRenderingContext2D, left: number, top: number, wide: number): void {
    context.beginPath();
    context.moveTo(left - LONG_SIGN, top - 1 - LONG_SIGN);
    context.lineTo(left + LONG_SIGN, top - 1 - LONG_SIGN);
    context.lineTo(left, top - 1);
    context.fill();
    context.save();
    context.beginPath();
    context.rect(left, top, wide, BAR_HEIGHT);
    context.clip();
    context.beginPath();
    for (let x = Math.max(left, GUTTER - BAR_HEIGHT) + STRIPE_PIXELS; x < left + wide + BAR_HEIGHT; x += STRIPE_PIXELS) {
      context.moveTo(x, top);
      context.lineTo(x - BAR_HEIGHT, top + BAR_HEIGHT);
    }
    context.stroke();
    context.restore();
  }

  private drawSelection(context: CanvasRenderingContext2D, width: number, height: number): void {
    const { detail } = this.view;
    if (!detail) return;
    const { line, causes, effects, path } = detail;
    context.save();
    context.beginPath();
    context.rect(GUTTER, 0, width - GUTTER, height);
    context.clip();
    const on = path?.steps.map((step) => step.line) ?? [];
    context.lineWidth = 1.2;
    context.strokeStyle = themed(this.canvas, 'faint');
    for (const each of effects.slice(0, ARROWS_MAX)) this.arrow(context, each, width);
    context.strokeStyle = themed(this.canvas, 'accent');
    for (const each of causes.slice(0, ARROWS_MAX)) this.arrow(context, each, width);
    context.lineWidth = 2;
    for (const each of [line, ...on]) this.arrow(context, each, width);
    this.frame(context, line, width);
    context.restore();
  }

  /** From where and when it was sent to where and when its handling began. */
  private arrow(context: CanvasRenderingContext2D, { source, target, at, waited }: Line, width: number): void {
    const end = { x: this.x(at + (waited ?? 0), width), y: this.middle(target) };
    const start = { x: this.x(at, width), y: this.middle(source) ?? (end.y === null ? null : end.y - LANE_HEIGHT) };
    if (end.y === null || start.y === null) return;
    const tip = end.y > start.y ? -4 : 4;
    context.beginPath();
    context.moveTo(start.x, start.y);
    context.lineTo(end.x, end.y);
    context.lineTo(end.x - 4, end.y + tip);
    context.moveTo(end.x, end.y);
    context.lineTo(end.x + 3, end.y + tip);
    context.stroke();
  }

  private frame(context: CanvasRenderingContext2D, { target, at, waited, handling }: Line, width: number): void {
    const middle = this.middle(target);
    if (middle === null) return;
    const left = this.x(at + (waited ?? 0), width);
    const right = Math.max(left + 3, this.x(at + (waited ?? 0) + (handling ?? 0), width));
    context.strokeStyle = themed(this.canvas, 'text');
    context.strokeRect(left - 1.5, middle - BAR_HEIGHT / 2 - 2, right - left + 3, BAR_HEIGHT + 4);
  }

  /** Null for who has no lane. */
  private middle(name: string): number | null {
    const index = this.lanes.findIndex((lane) => lane.name === name);
    return index < 0 ? null : AXIS_HEIGHT + (index + 0.5) * LANE_HEIGHT;
  }

  private listen(): void {
    const { canvas, view } = this;
    canvas.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.pan((event.deltaX || event.deltaY) / 1000);
        else view.zoom(1.0015 ** event.deltaY, this.timeAt(event.offsetX));
      },
      { passive: false },
    );
    canvas.addEventListener('pointerdown', (event) => this.drag(event));
    canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => {
      canvas.title = this.barAt(offsetX, offsetY)?.isLong ? LONG_WORDS : '';
    });
  }

  private timeAt(x: number): number {
    const { from, to } = this.view.span;
    return from + ((x - GUTTER) / (this.canvas.clientWidth - GUTTER)) * (to - from);
  }

  private drag(down: PointerEvent): void {
    const { canvas, view } = this;
    const { span } = view;
    let moved = false;
    view.follows = false;
    canvas.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent) => {
      moved ||= Math.abs(event.offsetX - down.offsetX) > 3;
      const by = ((down.offsetX - event.offsetX) / (canvas.clientWidth - GUTTER)) * (span.to - span.from);
      if (moved) view.look({ from: span.from + by, to: span.to + by });
    };
    const up = (event: PointerEvent) => {
      canvas.removeEventListener('pointermove', move);
      if (!moved) this.click(event.offsetX, event.offsetY);
    };
    canvas.addEventListener('pointermove', move);
    canvas.addEventListener('pointerup', up, { once: true });
  }

  private click(x: number, y: number): void {
    const bar = this.barAt(x, y);
    if (bar) this.select(bar.row);
  }

  /** Null where there is none near. */
  private barAt(x: number, y: number): { readonly row: number; readonly isLong: boolean } | null {
    const bars = this.bars[Math.floor((y - AXIS_HEIGHT) / LANE_HEIGHT)];
    if (!bars) return null;
    const at = x - GUTTER;
    let [nearest, distance] = [-1, CLICK_PIXELS];
    for (let i = 0; i < bars.from.length; i++) {
      const away = Math.max(bars.from[i] - at, at - Math.max(bars.to[i], bars.from[i] + BAR_WIDTH_MIN), 0);
      if (away < distance) [nearest, distance] = [i, away];
    }
    return nearest < 0 ? null : { row: bars.rows[nearest], isLong: bars.long[nearest] === 1 };
  }
}

/** With as many digits as neighbours need to differ. */
function tickText(micros: number, step: number): string {
  const [unit, name] = step >= 100_000 ? [1_000_000, 's'] : [1000, 'ms'];
  return `${(micros / unit).toFixed(Math.max(0, -Math.floor(Math.log10(step / unit))))} ${name}`;
}

/** 1, 2 or 5 with zeros. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least)!;
}
