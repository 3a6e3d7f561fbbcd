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
import type { Address, Microseconds, VmName } from '../../protocol/names.js';
import type { Emitted, Handled, MessageId } from '../step.js';
import { type Event, type ExportedMessage, type Exporter, frameOf, type Vocabulary } from './exporter.js';
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
  /** Of the runtime that was traced. */
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

  message(message: ExportedMessage): string {
    const { handled, emitted } = message;
    this.sentAt.set(keyOf(handled), handled.sentAt);
    const sent = emitted && !handled.again ? this.add(emitted.vm, this.sendSpan(emitted, handled)) : '';
    return sent + this.add(handled.vm, this.processSpan(message));
  }

  event(event: Event): string {
    if (event.type === 'rejected') {
      const { code, source, sequence, target, kind } = event;
      const message = { source, sequence, sentAt: this.sentAt.get(keyOf(event)) ?? event.at };
      const named = this.messageAttributes(event, target, kind);
      return this.add(event.vm, {
        ...this.instantSpan(event, this.spanName('reject', target), message, target),
        attributes: attributesOf({ ...named, 'error.type': code }),
        status: { code: STATUS_ERROR, message: `dead letter: ${code}` },
      });
    }
    if (event.type !== 'ended') return '';
    const { party, epoch, reason, position, message } = event;
    const [name, ended] = [this.words.partyName(party), { source: party, sequence: epoch, sentAt: event.at }];
    return this.add(event.vm, {
      ...this.instantSpan(event, `end ${name}`, ended, party),
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

  private sendSpan(emitted: Emitted, handled: Handled): Span {
    const { source, target, kind, bytes, cause } = emitted;
    return {
      traceId: traceIdOf(handled),
      spanId: spanIdOf(handled, target, 'send'),
      name: this.spanName('send', target),
      kind: PRODUCER,
      startTimeUnixNano: nanoseconds(handled.sentAt),
      endTimeUnixNano: nanoseconds(handled.sentAt),
      attributes: attributesOf({
        ...this.messageAttributes(emitted, target, kind),
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.message.envelope.size': bytes,
      }),
      ...this.linkTo(cause, source, 'cause'),
    };
  }

  private processSpan(message: ExportedMessage): Span {
    const { handled, emitted, number } = message;
    const { target, kind, at, endedAt, sentAt, again, epoch } = handled;
    const frame = frameOf(message);
    const body = frame && JSON.stringify(jsonValue(this.words.body(frame)));
    return {
      traceId: traceIdOf(handled),
      spanId: again ? spanIdOf({ ...handled, sentAt: at }, target, 'process') : spanIdOf(handled, target, 'process'),
      ...(emitted && { parentSpanId: spanIdOf(handled, target, 'send') }),
      name: this.spanName('process', target),
      kind: CONSUMER,
      startTimeUnixNano: nanoseconds(at),
      endTimeUnixNano: nanoseconds(endedAt),
      attributes: attributesOf({
        ...this.messageAttributes(handled, target, kind),
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'tandem.number': number || null,
        'tandem.incarnation': epoch,
        'tandem.waited_us': at - sentAt,
        'tandem.again': again || null,
        'tandem.body': body && (body.length > BODY_LENGTH_MAX ? `${body.slice(0, BODY_LENGTH_MAX)}…` : body),
      }),
    };
  }

  private spanName(operation: string, party: Address): string {
    return `${operation} ${this.words.partyName(party)}`;
  }

  private messageAttributes(id: MessageId, target: Address, kind: number) {
    return {
      'messaging.system': 'tandem',
      'messaging.destination.name': this.words.partyName(target),
      'messaging.message.id': `${this.words.partyName(id.source)} ${id.sequence}`,
      'tandem.kind': this.words.kindName(kind),
      'tandem.source': this.words.partyName(id.source),
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
