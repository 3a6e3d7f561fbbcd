/** What the keys do with what is selected: the next of the list, the neighbour, the cause, all of it in view. */
import type { Remote } from 'comlink';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

export class Steps {
  /** Shows the state of the actor of what is selected. */
  showState: () => Promise<void> = async () => {};

  constructor(
    private readonly view: View,
    private readonly run: Remote<RunInWorker>,
  ) {}

  /** The newest wins: whoever holds a key down asks faster than is answered. */
  readonly select = async (row: number): Promise<void> => {
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
  };

  async inList(by: 1 | -1): Promise<void> {
    const { view, run } = this;
    const position = view.wanted < 0 ? -1 : await run.positionOf(view.wanted);
    const [line] = await run.lines(Math.min(Math.max(0, position + by), view.shown - 1), 1);
    if (line) await this.select(line.row);
  }

  async ofParty(by: 1 | -1): Promise<void> {
    if (this.view.wanted >= 0) await this.select(await this.run.neighbour(this.view.wanted, by));
  }

  async toCause(): Promise<void> {
    if (this.view.wanted >= 0) await this.select(await this.run.causeOf(this.view.wanted));
  }

  async toEffect(): Promise<void> {
    if (this.view.wanted >= 0) await this.select(await this.run.firstEffectOf(this.view.wanted));
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
