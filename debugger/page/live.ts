/** Whether the page goes along with an application that runs: a button that says it, and takes it up again. */
import type { Status } from '../server/subject.js';
import { actButton } from './dialog.js';
import type { ServerLink } from './server.js';
import type { View } from './view.js';

/** What the lanes show of an application that runs: some keys, and what came of them. */
const LIVE_MICROS = 10_000_000;
const BEGUN_AGAIN = 'The application has begun again. This page still shows the run before, and no key of it acts on the new one.';

export class LiveButton {
  private status: Status | null = null;
  private notified = '';

  constructor(
    private readonly button: HTMLButtonElement,
    private readonly notice: HTMLElement,
    private readonly view: View,
    private readonly server: ServerLink,
    private readonly goToNew: () => void,
  ) {
    button.addEventListener('click', () => this.follow());
    view.on(['run', 'span', 'selected'], () => this.show());
  }

  told(status: Status): void {
    this.status = status;
    this.view.follows = status.isLive && (this.view.run === null || this.view.follows);
    this.show();
  }

  /** The page goes along from now on; with the application that has begun again, if it has. */
  follow(): void {
    const { view } = this;
    if (this.server.hasBegunAgain) {
      this.goToNew();
      return;
    }
    if (!this.status?.isLive || !view.run) return;
    view.follows = true;
    const { from, to } = view.run;
    view.look({ from: Math.max(from, to - LIVE_MICROS), to });
    view.changed('follows');
    this.show();
  }

  private show(): void {
    const { status, view, button } = this;
    button.hidden = !status?.isLive;
    const follows = view.follows && status?.isConnected === true;
    button.setAttribute('aria-pressed', String(follows));
    const seconds = view.run ? Math.floor((view.run.to - view.run.from) / 1e6) : 0;
    const time = [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
    const { hasBegunAgain } = this.server;
    const ended = hasBegunAgain ? `○ RUN BEFORE ${time}` : view.run ? '○ ended' : '○ waiting';
    button.textContent = status?.isConnected ? `● ${follows ? 'LIVE' : 'REC'} ${time}` : ended;
    button.title = hasBegunAgain ? 'Shows the application that has begun again (End)' : 'Goes along with the application (End)';
    this.notify(hasBegunAgain ? BEGUN_AGAIN : (status?.problem ?? ''));
  }

  private notify(text: string): void {
    const { notice } = this;
    notice.hidden = text === '';
    if (this.notified === text) return;
    this.notified = text;
    notice.replaceChildren(text);
    if (text !== BEGUN_AGAIN) return;
    notice.append(
      ' ',
      actButton('show the one that runs', 'show the application that runs', 'End', () => this.goToNew()),
    );
  }
}
