/**
 * Travel to the message that is selected: all panes stand at that moment, and so does the screen of an application that runs. It goes along with
 * whatever is selected then, back and forth, until it is left.
 */
import type { Remote } from 'comlink';
import { textOf } from '../../trace/live.js';
import type { Screen } from '../table/screens.js';
import type { ServerLink } from './server.js';
import type { Steps } from './steps.js';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

export class Travel {
  /** Called when a person has travelled somewhere, with what is selected there. */
  onArrival: () => void = () => {};
  private isTelling = false;
  private isStale = false;

  constructor(
    private readonly button: HTMLButtonElement,
    private readonly view: View,
    private readonly steps: Steps,
    private readonly run: Remote<RunInWorker>,
    private readonly server: ServerLink,
  ) {
    button.addEventListener('click', () => this.leave());
    view.on(['selected', 'travels'], () => this.changed());
    view.on(['follows'], () => view.follows && this.leave());
  }

  /** To what is selected; to the picture that is seen last when nothing is. */
  async enter(): Promise<void> {
    const { view } = this;
    if (view.selected < 0) await this.toTime(view.run?.to ?? 0);
    if (view.selected < 0) return;
    view.follows = false;
    view.travels = true;
    view.changed('travels');
    this.onArrival();
  }

  leave(): void {
    if (!this.view.travels) return;
    this.view.travels = false;
    this.view.changed('travels');
  }

  /** To the picture that was on the screen at a time. */
  async toTime(at: number): Promise<void> {
    const row = await this.run.pictureRow(at);
    if (row < 0) return;
    await this.steps.select(row);
    if (!this.view.travels) await this.enter();
  }

  /** To the next or the previous picture. */
  async toPicture(step: 1 | -1): Promise<void> {
    const row = await this.run.pictureRow(this.view.moment, step);
    if (row < 0) return;
    await this.steps.select(row);
    if (!this.view.travels) await this.enter();
  }

  private changed(): void {
    const { view, button } = this;
    document.body.classList.toggle('replay', view.travels);
    button.hidden = !view.travels;
    button.textContent = `◆ REPLAY #${view.detail?.moment ?? 0}`;
    void this.tell();
  }

  /** The screen of the application goes along. While one picture is on its way, only the newest waits. */
  private async tell(): Promise<void> {
    const { status } = this.server;
    this.isStale = true;
    if (this.isTelling || !status?.isConnected || !status.acts || !status.hasScreen) return;
    this.isTelling = true;
    while (this.isStale) {
      this.isStale = false;
      await this.show().catch(() => {});
    }
    this.isTelling = false;
  }

  private async show(): Promise<void> {
    const { view } = this;
    const [screen] = view.travels ? await this.run.screensAt([view.moment]) : [null];
    await this.server.ask({ what: 'show', picture: screen && pictureOf(screen) });
  }
}

const pictureOf = ({ list, strings }: Screen) => ({
  ...list,
  items: textOf(list.items),
  clips: textOf(list.clips),
  strings: [...strings],
});
