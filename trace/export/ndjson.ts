/** A line of JSON for each message, and for each thing that happened besides. Times are microseconds since the Unix epoch. */
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
    return `${JSON.stringify({ type: 'message', ...messageObject(this.words, message) })}\n`;
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

/** Names for addresses and kinds, its body decoded. */
function messageObject(words: Vocabulary, message: TracedMessage): object {
  const { schemas, bodies } = words;
  const { source, target, kind, cause, frame, trap, digest, ...rest } = message;
  return {
    ...rest,
    source: schemas.partyName(source),
    target: schemas.partyName(target),
    kind: schemas.kindName(kind),
    lane: schemas.kind(kind)?.lane ?? null,
    cause: cause && idObject(words, cause),
    trap: trap && { reason: trap.reason, position: trap.position },
    body: jsonValue(bodies.of(message)),
  };
}

/** Parties by name, and bytes by their number. */
function eventObject(words: Vocabulary, event: Exclude<Event, { readonly type: 'rejected' | 'poisoned' }>): object {
  const named: Record<string, unknown> = { ...event };
  if ('party' in event) named.party = words.schemas.partyName(event.party);
  if ('message' in event) named.message = event.message && idObject(words, event.message);
  if ('snapshot' in event) named.snapshot = event.snapshot?.length ?? null;
  if ('begin' in event) named.begin = event.begin && { ...event.begin, snapshot: event.begin.snapshot?.length ?? null };
  return named;
}
