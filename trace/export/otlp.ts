/**
 * OpenTelemetry spans as OTLP/HTTP JSON. Each line is the body of a POST to `/v1/traces`, and the whole is a file as the Collector's `otlpjsonfile`
 * receiver reads it (opentelemetry-proto 1.x; "OTLP File Exporter").
 *
 *   trace of a message:   send (PRODUCER) ──> process (CONSUMER), one for each handling
 *                           └── link to the span `process` of the message that caused it
 *
 * Every message is a trace, since what it causes may never end: a cause is a link, not a parent. Names and attributes are those of the semantic
 * conventions for messaging 1.x. Dead letters and ends of parties are events of the spans that they belong to, or spans of their own.
 */
import { BODY_OFFSET, readU53, SENT_AT_OFFSET } from '../../protocol/frame.js';
import type { Address, Microseconds, VmName } from '../../protocol/names.js';
import type { TracedMessage } from '../messages.js';
import type { Ended, MessageId, Rejected } from '../step.js';
import { type Event, type Exporter, type HandledMessage, isHandled, type Vocabulary } from './exporter.js';
import { type SentMessage, spanIdOf, traceIdOf } from './ids.js';
import { jsonValue } from './json.js';
import { Recent } from './recent.js';

/** Spans in a line: some hundred kilobytes, where backends take four megabytes. */
const SPANS_MAX = 256;
/** Messages whose time is remembered for the links to them. */
const KNOWN_MAX = 16_384;
/** Characters of a body. Backends cut long attributes, or refuse them. */
const BODY_LENGTH_MAX = 4_096;

/** SpanKind and StatusCode of opentelemetry-proto. */
const INTERNAL = 1;
const PRODUCER = 4;
const CONSUMER = 5;
const STATUS_ERROR = 2;

type AttributeValue = { readonly stringValue: string } | { readonly intValue: string } | { readonly boolValue: boolean };
interface Attribute {
  readonly key: string;
  readonly value: AttributeValue;
}

interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes?: readonly Attribute[];
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly links?: readonly SpanLink[];
  readonly status?: { readonly code: number; readonly message: string };
}

export interface OtlpOptions {
  /** Attributes of the whole application, as `{ 'service.name': 'tv' }`. */
  readonly resource: Readonly<Record<string, string>>;
  /** The version of the runtime that was traced. */
  readonly version: string;
}

const nanoseconds = (micros: Microseconds): string => `${micros}000`;

function attribute(key: string, value: string | number | boolean): Attribute {
  if (typeof value === 'string') return { key, value: { stringValue: value } };
  return { key, value: typeof value === 'number' ? { intValue: String(value) } : { boolValue: value } };
}

const attributesOf = (values: Readonly<Record<string, string | number | boolean | null>>): readonly Attribute[] =>
  Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [attribute(key, value)]));

const keyOf = ({ source, sequence }: MessageId): string => `${source}.${sequence}`;

export class OtlpExporter implements Exporter {
  spans = 0;
  /** Not written yet, by the VM that they are of. */
  private readonly pending = new Map<VmName, Span[]>();
  private readonly sentAt = new Recent<Microseconds>(KNOWN_MAX);

  constructor(
    private readonly words: Vocabulary,
    private readonly options: OtlpOptions,
  ) {}

  begin(): string {
    return '';
  }

  message(message: TracedMessage): string {
    if (!isHandled(message)) return '';
    this.sentAt.set(keyOf(message), message.sentAt);
    const { sourceVm, targetVm } = message;
    const sent = sourceVm && message.outcome === 'handled' ? this.add(sourceVm, this.sendSpan(message)) : '';
    return sent + this.add(targetVm, this.processSpan(message));
  }

  event(event: Event): string {
    if (event.type === 'rejected') return this.rejected(event);
    return event.type === 'ended' ? this.ended(event) : '';
  }

  private rejected(event: Rejected): string {
    const { code, source, sequence, target, kind, frame } = event;
    const stamped = frame && frame.length >= BODY_OFFSET ? readU53(frame, SENT_AT_OFFSET) : event.at;
    const message = { source, sequence, sentAt: this.sentAt.get(keyOf(event)) ?? stamped };
    return this.add(event.vm, {
      ...this.instantSpan(event, this.spanName('reject', target), message, target),
      attributes: attributesOf({ ...this.messageAttributes(event, target, kind), 'error.type': code }),
      status: { code: STATUS_ERROR, message: `dead letter: ${code}` },
    });
  }

  private ended(event: Ended): string {
    const { party, epoch, reason, position, message } = event;
    const [name, id] = [this.words.schemas.partyName(party), { source: party, sequence: epoch, sentAt: event.at }];
    return this.add(event.vm, {
      ...this.instantSpan(event, this.spanName('end', party), id, party),
      attributes: attributesOf({
        'tandem.party': name,
        'tandem.incarnation': epoch,
        'exception.message': reason,
        'code.location': position,
      }),
      ...this.linkTo(message, party, 'message'),
      ...(reason !== '' && { status: { code: STATUS_ERROR, message: reason } }),
    });
  }

  end(): string {
    return [...this.pending.keys()].map((vm) => this.flush(vm)).join('');
  }

  private sendSpan(message: HandledMessage): Span {
    const { source, target, kind, bytes, cause, sentAt } = message;
    return {
      traceId: traceIdOf(message),
      spanId: spanIdOf(message, target, 'send'),
      name: this.spanName('send', target),
      kind: PRODUCER,
      startTimeUnixNano: nanoseconds(sentAt),
      endTimeUnixNano: nanoseconds(sentAt),
      attributes: attributesOf({
        ...this.messageAttributes(message, target, kind),
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.message.envelope.size': bytes,
      }),
      ...this.linkTo(cause, source, 'cause'),
    };
  }

  private processSpan(message: HandledMessage): Span {
    const { target, kind, begunAt, endedAt, sourceVm, targetEpoch, waited, number, outcome } = message;
    const again = outcome === 'handledAgain';
    return {
      traceId: traceIdOf(message),
      spanId: again ? spanIdOf({ ...message, sentAt: begunAt }, target, 'process') : spanIdOf(message, target, 'process'),
      ...(sourceVm && { parentSpanId: spanIdOf(message, target, 'send') }),
      name: this.spanName('process', target),
      kind: CONSUMER,
      startTimeUnixNano: nanoseconds(begunAt),
      endTimeUnixNano: nanoseconds(endedAt),
      attributes: attributesOf({
        ...this.messageAttributes(message, target, kind),
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'tandem.number': number || null,
        'tandem.incarnation': targetEpoch,
        'tandem.waited_us': waited,
        'tandem.again': again || null,
        'tandem.body': this.bodyOf(message),
      }),
    };
  }

  private bodyOf(message: HandledMessage): string | null {
    const body = this.words.bodies.of(message);
    const text = body && JSON.stringify(jsonValue(body));
    return text && text.length > BODY_LENGTH_MAX ? `${text.slice(0, BODY_LENGTH_MAX)}…` : text;
  }

  private spanName(operation: string, party: Address): string {
    return `${operation} ${this.words.schemas.partyName(party)}`;
  }

  private messageAttributes(id: MessageId, target: Address, kind: number) {
    return {
      'messaging.system': 'tandem',
      'messaging.destination.name': this.words.schemas.partyName(target),
      'messaging.message.id': `${this.words.schemas.partyName(id.source)} ${id.sequence}`,
      'tandem.kind': this.words.schemas.kindName(kind),
      'tandem.source': this.words.schemas.partyName(id.source),
    };
  }

  private instantSpan({ at }: Event, name: string, id: SentMessage, target: Address) {
    const time = nanoseconds(at);
    const ids = { traceId: traceIdOf(id), spanId: spanIdOf({ ...id, sentAt: at }, target, 'process') };
    return { ...ids, name, kind: INTERNAL, startTimeUnixNano: time, endTimeUnixNano: time };
  }

  /** To the handling of a message by a party, if it is on record. */
  private linkTo(id: MessageId | null, party: Address, relation: string): { readonly links?: readonly SpanLink[] } {
    const sentAt = id && this.sentAt.get(keyOf(id));
    if (!id || !sentAt) return {};
    const message = { ...id, sentAt };
    const attributes = [attribute('tandem.relation', relation)];
    return { links: [{ traceId: traceIdOf(message), spanId: spanIdOf(message, party, 'process'), attributes }] };
  }

  private add(vm: VmName, span: Span): string {
    this.spans++;
    const spans = this.pending.get(vm);
    if (!spans) this.pending.set(vm, [span]);
    else if (spans.push(span) === SPANS_MAX) return this.flush(vm);
    return '';
  }

  private flush(vm: VmName): string {
    const spans = this.pending.get(vm) ?? [];
    this.pending.delete(vm);
    const resource = { attributes: attributesOf({ ...this.options.resource, 'tandem.vm': vm }) };
    const scope = { name: 'tandem', version: this.options.version };
    return `${JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] })}\n`;
  }
}
