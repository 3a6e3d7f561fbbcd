/** A line of JSON for each message, and for each thing that happened besides. Times are microseconds since the Unix epoch. */
import { messageObject } from '../message-object.js';
import type { TracedMessage } from '../messages.js';
import type { MessageId } from '../step.js';
import type { Event, Exporter, Vocabulary } from './exporter.js';
import { jsonValue } from './json.js';

export class NdjsonExporter implements Exporter {
  constructor(private readonly words: Vocabulary) {}

  begin(): string {
    return '';
  }

  message(message: TracedMessage): string {
    const { schemas, bodies } = this.words;
    return `${JSON.stringify({ type: 'message', ...(jsonValue(messageObject(message, schemas, bodies)) as object) })}\n`;
  }

  /** A dead letter is told as a message. */
  event(event: Event): string {
    if (event.type === 'rejected' || event.type === 'poisoned') return '';
    return `${JSON.stringify(eventObject(this.words, event))}\n`;
  }

  end(): string {
    return '';
  }
}

const idObject = ({ schemas }: Vocabulary, { source, sequence }: MessageId) => ({ source: schemas.partyName(source), sequence });

/** Parties by name, and bytes by their number. */
function eventObject(words: Vocabulary, event: Exclude<Event, { readonly type: 'rejected' | 'poisoned' }>): object {
  const named: Record<string, unknown> = { ...event };
  if ('party' in event) named.party = words.schemas.partyName(event.party);
  if ('message' in event) named.message = event.message && idObject(words, event.message);
  if ('snapshot' in event) named.snapshot = event.snapshot?.length ?? null;
  if ('begin' in event) named.begin = event.begin && { ...event.begin, snapshot: event.begin.snapshot?.length ?? null };
  return named;
}
