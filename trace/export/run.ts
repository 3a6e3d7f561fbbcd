/**
 * Gives a run to an exporter, without what was not asked for.
 *
 *   recording ── inOrder ──> placed steps ──┬── MessageJoin ──> messages ── selection ──> Exporter ──> text
 *                                           └── events ───────────────────────┘
 */
import { MessageJoin, type TracedMessage } from '../messages.js';
import type { Placed } from '../order.js';
import type { Event, Exporter } from './exporter.js';

/** What of a run is exported. */
export interface Selection {
  /** Numbers of messages: from the first to the last, and what happened between them. */
  readonly from: number;
  readonly to: number;
  /** Whether a message among them is exported. */
  readonly accepts: (message: TracedMessage) => boolean;
}

/** @returns the text of an export, a piece for each batch of steps */
export async function* exportRun(
  placed: AsyncIterable<readonly Placed[]>,
  exporter: Exporter,
  selection: Selection,
): AsyncGenerator<string> {
  const join = new MessageJoin();
  const selected = new Selected(exporter, selection);
  yield exporter.begin();
  for await (const batch of placed) {
    let text = '';
    for (const { step, number } of batch) {
      join.add(step, number);
      if (step.type !== 'emitted' && step.type !== 'arrived' && step.type !== 'handled' && step.type !== 'status')
        text += selected.messages(join.take()) + selected.event(step);
    }
    text += selected.messages(join.take());
    if (text) yield text;
  }
  join.finish();
  yield selected.messages(join.take()) + exporter.end();
}

class Selected {
  /** Highest number so far. */
  private number = 0;

  constructor(
    private readonly exporter: Exporter,
    private readonly selection: Selection,
  ) {}

  event(event: Event): string {
    return this.isWithin(this.number) ? this.exporter.event(event) : '';
  }

  messages(messages: readonly TracedMessage[]): string {
    let text = '';
    for (const message of messages) {
      this.number = Math.max(this.number, message.number);
      if (this.isWithin(message.number || this.number) && this.selection.accepts(message)) text += this.exporter.message(message);
    }
    return text;
  }

  /** What came before the first message belongs to it. */
  private isWithin(number: number): boolean {
    return Math.max(number, 1) >= this.selection.from && number <= this.selection.to;
  }
}
