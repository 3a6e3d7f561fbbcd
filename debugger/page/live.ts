/** Whether the page goes along with an application that runs: a button that says it, and takes it up again. */
import type { Status } from '../server/subject.js';
import type { View } from './view.js';

/** What the lanes show of an application that runs: some keys, and what came of them. */
const LIVE_MICROS = 10_000_000;

export class LiveButton {
  private status: Status | null = null;

  constructor(
    private readonly button: HTMLButtonElement,
    private readonly notice: HTMLElement,
    private readonly view: View,
  ) {
    button.addEventListener('click', () => this.follow());
    view.on(['run', 'span', 'selected'], () => this.show());
  }

  told(status: Status): void {
    this.status = status;
    this.view.follows = status.isLive && (this.view.run === null || this.view.follows);
    this.show();
  }

  /** The page goes along from now on. */
  follow(): void {
    const { view } = this;
    if (!this.status?.isLive || !view.run) return;
    view.follows = true;
    const { from, to } = view.run;
    view.look({ from: Math.max(from, to - LIVE_MICROS), to });
    view.changed('follows');
    this.show();
  }

  private show(): void {
    const { status, view, button, notice } = this;
    button.hidden = !status?.isLive;
    const follows = view.follows && status?.isConnected === true;
    button.setAttribute('aria-pressed', String(follows));
    const seconds = view.run ? Math.floor((view.run.to - view.run.from) / 1e6) : 0;
    const time = [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
    const ended = view.run ? '○ ended' : '○ waiting';
    button.textContent = status?.isConnected ? `● ${follows ? 'LIVE' : 'REC'} ${time}` : ended;
    button.title = 'Goes along with the application (End)';
    const problem = status?.problem ?? '';
    notice.hidden = problem === '';
    if (notice.textContent !== problem) notice.textContent = problem;
  }
}
