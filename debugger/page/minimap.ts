/**
 * The whole run in a strip: how much happened when, what went wrong, which pictures were late, the marks, and which part of it the lanes show. Dragged,
 * they follow.
 */
import type { Remote } from 'comlink';
import { GUTTER } from './lanes.js';
import { type Surface, surfaceOf, themed } from './surface.js';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

/** Height of the tick of a late picture: shorter than any other mark. */
const LATE_HEIGHT = 6;

export class Minimap {
  private counts: Uint32Array = new Uint32Array(0);
  private places: readonly { readonly at: number; readonly wrong: boolean }[] = [];
  private late: readonly number[] = [];
  private readonly redraw: () => void;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly view: View,
    private readonly run: Remote<RunInWorker>,
  ) {
    this.redraw = surfaceOf(canvas, (surface) => this.draw(surface));
    view.on(['run', 'marks'], () => void this.ask());
    view.on(['span', 'selected'], this.redraw);
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.centre(event.offsetX);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (event.buttons === 1) this.centre(event.offsetX);
    });
  }

  private async ask(): Promise<void> {
    const width = Math.max(1, this.canvas.clientWidth - GUTTER);
    this.counts = await this.run.density(width);
    const marks = [...this.view.marks];
    const times = await this.run.times(marks);
    const events = await this.run.events();
    this.late = events.flatMap(({ at, what }) => (what === 'late' ? [at] : []));
    this.canvas.ariaLabel = `The whole run: messages over time; late pictures: ${this.late.length}`;
    const happened = events
      .filter(({ what }) => what !== 'late')
      .map(({ at, what }) => ({ at, wrong: what === 'trap' || what === 'dead' }));
    // What went wrong is seen above the restart that came of it.
    this.places = [...times.map((at) => ({ at, wrong: false })), ...happened].sort((a, b) => Number(a.wrong) - Number(b.wrong));
    this.redraw();
  }

  private draw({ context, width, height }: Surface): void {
    const { run, span, detail } = this.view;
    if (!run) return;
    const most = Math.max(1, ...this.counts);
    const x = (at: number) => GUTTER + ((at - run.from) / (run.to - run.from)) * (width - GUTTER);
    context.font = themed(this.canvas, 'font');
    context.textBaseline = 'middle';
    context.fillStyle = themed(this.canvas, 'faint');
    context.fillText('messages', 18, height / 2);
    this.counts.forEach((count, i) => {
      const tall = Math.sqrt(count / most) * (height - 4);
      context.fillRect(GUTTER + i, height - tall, 1, tall);
    });
    for (const { at, wrong } of this.places) {
      context.fillStyle = themed(this.canvas, wrong ? 'wrong' : 'accent');
      context.fillRect(x(at) - 1, 0, 2, height);
    }
    context.fillStyle = themed(this.canvas, 'wrong');
    for (const at of this.late) context.fillRect(x(at) - 1, 0, 2, LATE_HEIGHT);
    context.fillStyle = themed(this.canvas, 'window');
    context.fillRect(x(span.from), 0, Math.max(2, x(span.to) - x(span.from)), height);
    context.fillStyle = themed(this.canvas, 'text');
    if (detail) context.fillRect(x(detail.line.at) - 0.5, 0, 1, height);
  }

  private centre(offset: number): void {
    const { run, span } = this.view;
    if (!run) return;
    this.view.follows = false;
    const at = run.from + ((offset - GUTTER) / (this.canvas.clientWidth - GUTTER)) * (run.to - run.from);
    const half = (span.to - span.from) / 2;
    this.view.look({ from: at - half, to: at + half });
  }
}
