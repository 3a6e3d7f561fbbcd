/** What the keys do with what is selected: the next of the list, the neighbour, the cause, all of it in view. */
import type { Remote } from 'comlink';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

export class Steps {
  /** Shows the state of the actor of what is selected. */
  showState: () => Promise<void> = async () => {};

  private moving: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly view: View,
    private readonly run: Remote<RunInWorker>,
  ) {}

  /** Does something with what is selected. Whoever is faster than the page means what they have chosen, and not what was selected before. */
  async whenSettled(act: () => unknown): Promise<void> {
    await this.moving;
    await act();
  }

  private moved(move: Promise<void>): Promise<void> {
    this.moving = Promise.allSettled([this.moving, move]);
    return move;
  }

  readonly select = (row: number): Promise<void> => this.moved(this.show(row));

  /** The newest wins: whoever holds a key down asks faster than is answered. */
  private async show(row: number): Promise<void> {
    const { view } = this;
    if (row < 0) return;
    view.follows = false;
    view.wanted = row;
    const detail = await this.run.detail(row);
    if (view.wanted !== row) return;
    view.selected = row;
    view.detail = detail;
    view.reveal(detail.line.at + (detail.line.waited ?? 0));
    view.changed('selected');
  }

  inList(by: 1 | -1): Promise<void> {
    return this.moved(this.goInList(by));
  }

  private async goInList(by: 1 | -1): Promise<void> {
    const { view, run } = this;
    const position = view.wanted < 0 ? -1 : await run.positionOf(view.wanted);
    const [line] = await run.lines(Math.min(Math.max(0, position + by), view.shown - 1), 1);
    if (line) await this.show(line.row);
  }

  ofParty(by: 1 | -1): Promise<void> {
    return this.goTo(() => this.run.neighbour(this.view.wanted, by));
  }

  toCause(): Promise<void> {
    return this.goTo(() => this.run.causeOf(this.view.wanted));
  }

  toEffect(): Promise<void> {
    return this.goTo(() => this.run.firstEffectOf(this.view.wanted));
  }

  private goTo(find: () => Promise<number>): Promise<void> {
    return this.moved(this.found(find));
  }

  private async found(find: () => Promise<number>): Promise<void> {
    if (this.view.wanted >= 0) await this.show(await find());
  }

  /** A message by its number. */
  async toNumber(number: number): Promise<void> {
    await this.select(await this.run.rowOfNumber(number));
  }

  /** The lanes show all of what is selected; again: the whole run. */
  fit(): void {
    const { view } = this;
    const { detail } = view;
    const path = detail?.path?.steps.map(({ line }) => line) ?? [];
    const lines = detail ? [detail.line, ...path, ...detail.causes] : [];
    if (lines.length === 0) {
      view.lookAtAll();
      return;
    }
    const from = Math.min(...lines.map(({ at }) => at));
    const to = Math.max(...lines.map(({ at, waited, handling }) => at + (waited ?? 0) + (handling ?? 0)));
    const margin = (to - from) / 8 + 50;
    const before = view.span;
    view.look({ from: from - margin, to: to + margin });
    if (view.span.from === before.from && view.span.to === before.to) view.lookAtAll();
  }
}
