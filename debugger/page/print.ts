/** Print afterwards: an expression that is evaluated at every message of the list, as a column there, and as a plot of its numbers. */
import type { Remote } from 'comlink';
import type { ServerLink } from './server.js';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

export class PrintField {
  private readonly input: HTMLInputElement;
  private readonly said: HTMLElement;
  private turn = 0;

  constructor(
    private readonly bar: HTMLElement,
    private readonly view: View,
    private readonly run: Remote<RunInWorker>,
    private readonly server: ServerLink,
  ) {
    this.input = bar.querySelector('input')!;
    this.said = bar.querySelector('[role=status]')!;
    this.input.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter') void this.print().then((isRight) => isRight && this.input.blur());
      if (key === 'Escape') void this.leave();
    });
    // What is printed is of the list.
    view.on(['filter'], () => void this.print());
  }

  focus(): void {
    this.bar.hidden = false;
    this.input.focus();
    this.input.select();
  }

  private async leave(): Promise<void> {
    this.input.value = '';
    this.input.blur();
    await this.print();
    this.bar.hidden = true;
  }

  /** @returns whether the expression makes sense, or there is none */
  private async print(): Promise<boolean> {
    const { input, view, run } = this;
    const turn = ++this.turn;
    const { questions, error } = await run.print(input.value);
    input.setAttribute('aria-invalid', String(error !== ''));
    if (error) this.said.textContent = error;
    try {
      if (questions.length > 0) this.said.textContent = 'playing the recording for the states …';
      const answers = questions.length > 0 ? await this.server.played<unknown[][]>('print', {}, questions) : [];
      if (turn !== this.turn) return true;
      const isPrinting = input.value.trim() !== '' && !error;
      const result = await run.finishPrint(answers.map((values) => values.map((value) => value ?? undefined)));
      view.printed = isPrinting ? result : null;
      if (!error) this.said.textContent = isPrinting ? saidOf(result) : '';
    } catch (failure) {
      view.printed = null;
      this.said.textContent = failure instanceof Error ? failure.message : String(failure);
    }
    view.changed('printed');
    return error === '';
  }
}

function saidOf({ count, looked, possible, all, values, hint }: NonNullable<View['printed']>): string {
  const number = (of: number) => of.toLocaleString('en');
  const left = all - possible;
  const few =
    looked < possible
      ? `; only the first ${number(looked)} of the ${number(possible)} that an actor handled were looked at`
      : left > 0
        ? `; ${number(left)} ${left === 1 ? 'was' : 'were'} handled by no actor, so there is no state at ${left === 1 ? 'it' : 'them'}`
        : '';
  if (count === 0) return `${hint || 'no message of the list has such a value'}${few}`;
  const numbers = values.length === 0 ? '; none is a number, so there is no plot' : '';
  return `${number(count)} of ${number(all)} messages have a value${few}${numbers}`;
}
