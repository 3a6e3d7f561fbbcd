/** A pane over the others that a key opens and closes. While it is open, it may be looked at again now and then. */

import { reasonOf } from '../server/reason.js';
import { element } from './element.js';

export class Dialog {
  readonly content = element('div');
  private readonly said = element('p', { role: 'status', class: 'faint' });
  private timer = 0;

  /**
   * @param look fills it @param againMs how long after that it is looked at again; null for once
   */
  constructor(
    private readonly dialog: HTMLDialogElement,
    private readonly look: () => Promise<void>,
    private readonly againMs: number | null,
  ) {
    dialog.tabIndex = -1;
    dialog.append(element('h2', {}, [dialog.ariaLabel ?? '']), this.content, this.said);
    dialog.addEventListener('close', () => clearTimeout(this.timer));
  }

  get isOpen(): boolean {
    return this.dialog.open;
  }

  toggle(): void {
    if (this.dialog.open) this.dialog.close();
    else this.open();
  }

  open(): void {
    this.say('');
    if (!this.dialog.open) this.dialog.showModal();
    void this.again();
  }

  close(): void {
    this.dialog.close();
  }

  say(text: string): void {
    this.said.textContent = text;
  }

  /** Looks now. What throws is said in words. */
  async again(): Promise<void> {
    clearTimeout(this.timer);
    const { activeElement } = document;
    const focused = this.dialog.contains(activeElement) ? activeElement?.ariaLabel : undefined;
    try {
      await this.look();
    } catch (error) {
      this.content.replaceChildren();
      this.say(reasonOf(error));
    }
    if (this.dialog.open) this.keepFocus(focused ?? '');
    if (this.dialog.open && this.againMs !== null) this.timer = window.setTimeout(() => void this.again(), this.againMs);
  }

  /** What had the keyboard may have been made anew: what has its name now gets it, or else the pane. */
  private keepFocus(name: string): void {
    const { dialog } = this;
    if (dialog.contains(document.activeElement)) return;
    const same = [...dialog.querySelectorAll<HTMLElement>('[aria-label]')].find(({ ariaLabel }) => ariaLabel === name);
    (same ?? dialog).focus();
  }

  /** Does something, says how that went, and looks again. */
  async act(what: string, act: () => Promise<unknown>): Promise<void> {
    this.say(`${what} …`);
    try {
      await act();
      this.say(`${what}: done`);
    } catch (error) {
      this.say(`${what}: ${reasonOf(error)}`);
    }
    if (this.dialog.open) await this.again();
  }
}

/** A button that says what it does when it is pointed at. */
export function actButton(text: string, label: string, title: string, act: () => unknown): HTMLButtonElement {
  const made = element('button', { type: 'button', title, 'aria-label': label }, [text]);
  made.addEventListener('click', () => void act());
  return made;
}
