/** A line of JSON for each message, and for each thing that happened besides. Numbers are microseconds and bytes. */
import type { MessageId } from '../step.js';
import { type Event, type ExportedMessage, type Exporter, frameOf, type Vocabulary } from './exporter.js';
import { jsonValue } from './json.js';

export class NdjsonExporter implements Exporter {
  constructor(private readonly words: Vocabulary) {}

  begin(): string {
    return '';
  }

  message(message: ExportedMessage): string {
    return `${JSON.stringify(messageJson(this.words, message))}\n`;
  }

  event(event: Event): string {
    return `${JSON.stringify(eventJson(this.words, event))}\n`;
  }

  end(): string {
    return '';
  }
}

const idJson = (words: Vocabulary, { source, sequence }: MessageId) => ({ source: words.partyName(source), sequence });

function messageJson(words: Vocabulary, message: ExportedMessage) {
  const { number, handled, emitted } = message;
  const { vm, at, endedAt, sentAt, again, epoch, target, kind } = handled;
  const frame = frameOf(message);
  return {
    type: 'message',
    number: number || null,
    ...idJson(words, handled),
    target: words.partyName(target),
    kind: words.kindName(kind),
    vm,
    sourceVm: emitted?.vm ?? null,
    cause: emitted?.cause ? idJson(words, emitted.cause) : null,
    sentAt,
    at,
    endedAt,
    bytes: emitted?.bytes ?? frame?.length ?? null,
    epoch,
    again,
    ...(frame && { body: jsonValue(words.body(frame)) }),
  };
}

/** Parties and kinds by name, and bytes by their number. */
function eventJson(words: Vocabulary, event: Event) {
  const named: Record<string, unknown> = { ...event };
  if ('party' in event) named.party = words.partyName(event.party);
  if ('kind' in event)
    Object.assign(named, idJson(words, event), { target: words.partyName(event.target), kind: words.kindName(event.kind) });
  if ('message' in event) named.message = event.message && idJson(words, event.message);
  if ('frame' in event) named.frame = event.frame?.length ?? null;
  if ('snapshot' in event) named.snapshot = event.snapshot?.length ?? null;
  if ('begin' in event) named.begin = event.begin && { ...event.begin, snapshot: event.begin.snapshot?.length ?? null };
  return named;
}
