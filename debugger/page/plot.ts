/** The numbers that are printed, over the time that the lanes show. A click selects the message of the nearest. */
import { GUTTER } from './lanes.js';
import { type Surface, surfaceOf, themed } from './surface.js';
import type { View } from './view.js';

const MARGIN = 8;

export class Plot {
  private readonly redraw: () => void;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly view: View,
    private readonly select: (row: number) => void,
  ) {
    this.redraw = surfaceOf(canvas, (surface) => this.draw(surface));
    view.on(['printed'], () => {
      canvas.hidden = (view.printed?.values.length ?? 0) === 0;
      this.redraw();
    });
    view.on(['span', 'selected'], this.redraw);
    canvas.addEventListener('click', ({ offsetX }) => this.click(offsetX));
  }

  private draw({ context, width, height }: Surface): void {
    const { canvas, view } = this;
    const { printed, span } = view;
    if (!printed || printed.values.length === 0) return;
    const { times, values, rows } = printed;
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
    const x = (at: number) => GUTTER + ((at - span.from) / (span.to - span.from)) * (width - GUTTER);
    const y = (value: number) =>
      most === least ? height / 2 : height - MARGIN - ((value - least) / (most - least)) * (height - 2 * MARGIN);
    context.font = themed(canvas, 'font');
    context.textBaseline = 'middle';
    context.fillStyle = themed(canvas, 'faint');
    context.fillText('printed', 18, height / 2);
    context.textAlign = 'right';
    context.fillText(textOf(most), GUTTER - 8, MARGIN + 2);
    if (least !== most) context.fillText(textOf(least), GUTTER - 8, height - MARGIN - 2);
    context.save();
    context.beginPath();
    context.rect(GUTTER, 0, width - GUTTER, height);
    context.clip();
    context.strokeStyle = context.fillStyle = themed(canvas, 'accent');
    context.beginPath();
    for (let i = 0; i < values.length; i++) {
      // A value holds until the next.
      if (i > 0) context.lineTo(x(times[i]), y(values[i - 1]));
      context.lineTo(x(times[i]), y(values[i]));
    }
    context.stroke();
    for (let i = 0; i < values.length; i++) {
      const isSelected = rows[i] === view.selected;
      const size = isSelected ? 4 : 1.5;
      context.fillRect(x(times[i]) - size, y(values[i]) - size, 2 * size, 2 * size);
    }
    context.restore();
  }

  private click(offset: number): void {
    const { printed, span } = this.view;
    if (!printed) return;
    const at = span.from + ((offset - GUTTER) / (this.canvas.clientWidth - GUTTER)) * (span.to - span.from);
    let nearest = -1;
    for (let i = 0; i < printed.times.length; i++)
      if (nearest < 0 || Math.abs(printed.times[i] - at) < Math.abs(printed.times[nearest] - at)) nearest = i;
    if (nearest >= 0) this.select(printed.rows[nearest]);
  }
}

const textOf = (value: number): string => (Number.isInteger(value) ? value.toLocaleString('en') : String(Number(value.toPrecision(4))));
