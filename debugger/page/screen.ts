/** The screen as it was at the message that is selected; of an application that is gone along with, as it is. Drawn from recorded display lists. */
import type { Remote } from 'comlink';
import { timeText } from '../../trace/text.js';
import type { Screen } from '../table/screens.js';
import { element } from './element.js';
import { ScreenPainter } from './screen-painter.js';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

/** How often the picture is renewed while a running application is followed: enough to see it move, since the application itself is beside it. */
const FOLLOWED_MS = 300;

export class ScreenPane {
  private readonly canvas = element('canvas', { role: 'img' });
  private readonly caption = element('figcaption');
  private readonly painter = new ScreenPainter(this.canvas);
  private shown = -1;
  private isAsking = false;
  private isStale = false;

  constructor(
    box: HTMLElement,
    private readonly view: View,
    private readonly run: Remote<RunInWorker>,
  ) {
    box.append(this.canvas, this.caption);
    view.on(['run', 'selected', 'travels', 'follows'], () => void this.ask());
    new ResizeObserver(() => {
      this.shown = -1;
      void this.ask();
    }).observe(this.canvas);
  }

  private async ask(): Promise<void> {
    this.isStale = true;
    if (this.isAsking) return;
    this.isAsking = true;
    while (this.isStale) {
      this.isStale = false;
      const [screen] = await this.run.screensAt([this.view.moment]);
      if (screen) this.show(screen);
      else this.say((await this.run.screenLack()) || 'nothing was on the screen yet');
      if (this.view.follows) await new Promise((resolve) => setTimeout(resolve, FOLLOWED_MS));
    }
    this.isAsking = false;
  }

  private show(screen: Screen): void {
    const { list, row, at, unknown } = screen;
    this.canvas.hidden = false;
    this.canvas.style.aspectRatio = `${list.width} / ${list.height}`;
    const lack = unknown > 0 ? `; ${unknown} texts are not known: they were sent before the recording began` : '';
    this.caption.textContent = `${this.view.travels ? 'the screen then' : 'the screen'}, ${timeText(at).slice(0, 12)}${lack}`;
    const { clientWidth, clientHeight } = this.canvas;
    if (row === this.shown || clientWidth === 0) return;
    this.shown = row;
    this.canvas.ariaLabel = screen.strings.map(({ value }) => value).join(', ');
    this.canvas.width = Math.round(clientWidth * devicePixelRatio);
    this.canvas.height = Math.round(clientHeight * devicePixelRatio);
    this.canvas.dataset.row = String(row);
    this.painter.paint(screen);
  }

  private say(text: string): void {
    this.shown = -1;
    this.canvas.hidden = true;
    this.caption.textContent = text;
  }
}
