/**
 * Gives a run to an exporter: joins what is known of each message, and leaves out what was not asked for.
 *
 *   recording ── inOrder ──> placed steps ──> Joiner ──> messages, events ── selection ──> Exporter ──> text
 */
import type { Placed } from '../order.js';
import type { Emitted, Handled, MessageId } from '../step.js';
import type { Event, ExportedMessage, Exporter } from './exporter.js';
import { Recent } from './recent.js';

/** Messages on their way that are remembered: four full mailboxes. What is missing after that was lost or dropped. */
const EMITTED_MAX = 16_384;
/** Messages that were handled and wait to hear who sent them: VMs tell in turn, each of some tenths of a second. */
const HANDLED_MAX = 4_096;

/** What of a run is exported. */
export interface Selection {
  /** Numbers of messages: from the first to the last, and what happened between them. */
  readonly from: number;
  readonly to: number;
  /** Of the messages among them. */
  readonly accepts: (message: ExportedMessage) => boolean;
}

type Item = { readonly message: ExportedMessage } | { readonly event: Event };

interface Waiting {
  readonly handled: Handled;
  readonly number: number;
}

const keyOf = ({ source, sequence }: MessageId, target: number): string => `${source}.${sequence}>${target}`;

/** Messages with their emission, and events, in the order of the run. */
export class Joiner {
  private readonly emitted = new Recent<Emitted>(EMITTED_MAX);
  private readonly waiting = new Recent<Waiting>(HANDLED_MAX);

  /** @param waits whether every emission is on record, somewhere */
  constructor(private readonly waits: boolean) {}

  add({ step, number }: Placed): readonly Item[] {
    if (step.type === 'arrived') return [];
    if (step.type === 'emitted') return this.noteEmitted(step);
    if (step.type !== 'handled') return [{ event: step }];
    const key = keyOf(step, step.target);
    const emitted = step.again ? undefined : this.emitted.take(key);
    if (emitted || step.again || !this.waits) return [{ message: { number, handled: step, emitted: emitted ?? null } }];
    return unexplained(this.waiting.set(key, { handled: step, number }));
  }

  end(): readonly Item[] {
    return this.waiting.takeAll().flatMap(unexplained);
  }

  private noteEmitted(emitted: Emitted): readonly Item[] {
    const key = keyOf(emitted, emitted.target);
    const waiting = this.waiting.take(key);
    if (waiting) return [{ message: { ...waiting, emitted } }];
    this.emitted.set(key, emitted);
    return [];
  }
}

const unexplained = (waiting: Waiting | undefined): readonly Item[] => (waiting ? [{ message: { ...waiting, emitted: null } }] : []);

/** @returns the text of an export, a piece for each batch of steps */
export async function* exportRun(
  placed: AsyncIterable<readonly Placed[]>,
  joiner: Joiner,
  exporter: Exporter,
  selection: Selection,
): AsyncGenerator<string> {
  const selected = new Selected(exporter, selection);
  yield exporter.begin();
  for await (const batch of placed) {
    let text = '';
    for (const each of batch) for (const item of joiner.add(each)) text += selected.add(item);
    if (text) yield text;
  }
  yield joiner.end().reduce((text, item) => text + selected.add(item), '') + exporter.end();
}

class Selected {
  /** Highest number so far. */
  private number = 0;

  constructor(
    private readonly exporter: Exporter,
    private readonly selection: Selection,
  ) {}

  add(item: Item): string {
    if ('event' in item) return this.isWithin(this.number) ? this.exporter.event(item.event) : '';
    const { number } = item.message;
    this.number = Math.max(this.number, number);
    return this.isWithin(number || this.number) && this.selection.accepts(item.message) ? this.exporter.message(item.message) : '';
  }

  /** What came before the first message belongs to it. */
  private isWithin(number: number): boolean {
    return Math.max(number, 1) >= this.selection.from && number <= this.selection.to;
  }
}
