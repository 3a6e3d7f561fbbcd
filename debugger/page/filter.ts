/** The filter field: shows only what fits, and says what is wrong with a filter that makes no sense. */
import type { Remote } from 'comlink';
import { durationText } from '../../trace/text.js';
import type { Span, View } from './view.js';
import type { RunInWorker } from './worker.js';

/** Nobody types two letters sooner. */
const TYPING_MS = 120;

export class FilterField {
  private timer = 0;

  constructor(
    private readonly input: HTMLInputElement,
    private readonly said: HTMLElement,
    private readonly view: View,
    private readonly run: Remote<RunInWorker>,
  ) {
    input.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.apply(), TYPING_MS);
    });
    view.on(['range'], () => void this.apply());
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.leave();
      if (event.key === 'Enter') this.enter();
    });
  }

  /** What the list shows of the run, as it is typed by now. @throws Error while the filter makes no sense */
  async part(): Promise<{ readonly filter: string; readonly range: Span | null }> {
    await this.apply();
    if (this.input.getAttribute('aria-invalid') === 'true')
      throw new Error('the filter makes no sense, so that nobody knows what it lets through');
    return { filter: this.input.value, range: this.view.range };
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  private enter(): void {
    this.input.blur();
    clearTimeout(this.timer);
    void this.apply();
  }

  private leave(): void {
    this.input.value = '';
    this.input.blur();
    void this.apply();
  }

  /** Applies what is in the field. */
  async apply(): Promise<void> {
    const { input, said, view } = this;
    const { count, error, isOutdated } = await this.run.filter(input.value, view.range);
    if (isOutdated) return;
    input.setAttribute('aria-invalid', String(error !== null));
    view.shown = count;
    if (error) said.textContent = error.text;
    else this.say();
    view.changed('filter');
  }

  /** How many fit, also when there are more of them. */
  say(): void {
    const { input, said, view } = this;
    if (input.getAttribute('aria-invalid') === 'true') return;
    const range = view.range ? ` in ${durationText(Math.round(view.range.to - view.range.from))}` : '';
    const text = input.value.trim() === '' && !view.range ? '' : `${view.shown.toLocaleString('en')} fit${range}`;
    if (said.textContent !== text) said.textContent = text;
  }
}
