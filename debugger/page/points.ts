/** Breakpoints of an application that runs: before which messages it stands as a whole. Each has a switch, and all pages of one application have the same. */
import type { PausePoint } from '../../trace/live.js';
import type { Status } from '../server/subject.js';
import { actButton, Dialog } from './dialog.js';
import { element } from './element.js';
import type { ServerLink } from './server.js';

export class PointsPane {
  private readonly pane: Dialog;
  private readonly list = element('ul', { class: 'points' });
  private readonly field = element('input', {
    type: 'text',
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-label': 'A new breakpoint',
    placeholder: 'focus.key to focus if message.phase === "down"   (* is any kind; Enter adds it)',
  });
  private points: readonly PausePoint[] = [];
  private shown: readonly PausePoint[] | null = null;

  constructor(
    dialog: HTMLDialogElement,
    private readonly server: ServerLink,
  ) {
    this.pane = new Dialog(dialog, () => this.open(), null);
    this.field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || this.field.value.trim() === '') return;
      event.preventDefault();
      void this.add(this.field.value.trim());
    });
  }

  toggle(): void {
    this.pane.toggle();
  }

  told({ standing }: Status): void {
    this.points = standing.points;
    if (this.pane.isOpen) this.look();
  }

  /** @throws Error where there is no application */
  private async open(): Promise<void> {
    if (!this.server.status?.isConnected) await this.server.ask({ what: 'health' });
    this.look();
    this.field.focus();
  }

  private look(): void {
    const { pane, list, field } = this;
    if (!field.isConnected) pane.content.replaceChildren(list, element('label', { class: 'filter' }, ['add ', field]));
    if (JSON.stringify(this.shown) === JSON.stringify(this.points)) return;
    this.shown = this.points;
    list.replaceChildren(...this.points.map((point) => this.row(point)));
    if (this.points.length === 0) list.append(element('li', {}, ['None: it stands only when it is asked to.']));
  }

  private row(point: PausePoint): HTMLElement {
    const { text, on } = point;
    const box = element('input', { type: 'checkbox' });
    box.checked = on;
    const switched = this.points.map((each) => (each === point ? { text, on: !on } : each));
    box.addEventListener('change', () => void this.say(`${text}: ${on ? 'off' : 'on'}`, switched));
    const without = this.points.filter((each) => each !== point);
    const remove = actButton('remove', `remove ${text}`, 'it holds nothing any more', () => this.say(`remove ${text}`, without));
    return element('li', {}, [element('label', {}, [box, ` ${text}`]), remove]);
  }

  private async add(text: string): Promise<void> {
    await this.say(text, [...this.points.filter((point) => point.text !== text), { text, on: true }]);
    if (this.points.some((point) => point.text === text)) this.field.value = '';
  }

  /** What makes no sense is said, and nothing has changed. */
  private async say(what: string, points: readonly PausePoint[]): Promise<void> {
    this.shown = null;
    await this.pane.act(what, () => this.server.ask({ what: 'points', points }));
  }
}
