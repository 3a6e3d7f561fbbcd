/** What exporters have in common: they take a run message by message, give text as they go, and keep no more than the newest of it. */
import type { Bodies } from '../bodies.js';
import type { TracedMessage } from '../messages.js';
import type { Schemas } from '../schemas.js';
import type { Arrived, Emitted, Handled, VmStep } from '../step.js';

/** What is told besides messages. A dead letter is told as both. */
export type Event = Exclude<VmStep, Emitted | Arrived | Handled>;

/** The words of the application that was traced. */
export interface Vocabulary {
  readonly schemas: Pick<Schemas, 'partyName' | 'kindName' | 'kind' | 'isActor'>;
  readonly bodies: Pick<Bodies, 'of'>;
}

/** Turns a run into a text. Called in the order of the run; the text is what all calls give, one after the other. */
export interface Exporter {
  begin(): string;
  message(message: TracedMessage): string;
  event(event: Event): string;
  end(): string;
}

/** A message that its target has handled, with its times. */
export type HandledMessage = TracedMessage & {
  readonly [K in 'targetVm' | 'sentAt' | 'begunAt' | 'endedAt']: NonNullable<TracedMessage[K]>;
};

export const isHandled = (message: TracedMessage): message is HandledMessage =>
  message.outcome === 'handled' || message.outcome === 'handledAgain';
