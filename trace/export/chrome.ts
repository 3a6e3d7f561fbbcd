/**
 * Trace-event JSON, for the Performance panel of Chrome's DevTools and for Perfetto.
 *
 *   a VM                              a process
 *   a party                           a thread of its VM, by name
 *   a message handled                 a slice, with what was in it as arguments
 *   a message sent                    an arrow from the handling that emitted it. What a port sends by itself has a slice of its own
 *   a start, end, move, dead letter   an instant on the thread of the party
 *   a picture of the display          a mark
 *
 * Source of the format: "Trace Event Format", Google 2016, and what DevTools reads of it: an arrow's end belongs to the slice of its category
 * that begins at the same time.
 */
import type { Address, Microseconds } from '../../protocol/names.js';
import type { Handled, MessageId } from '../step.js';
import { type Slice, Tracks } from './chrome-tracks.js';
import { type Event, type ExportedMessage, type Exporter, frameOf, type Vocabulary } from './exporter.js';
import { jsonValue } from './json.js';
import { Recent } from './recent.js';

const CATEGORY = 'tandem';
/** Instants have a category of their own, so that no arrow ends at one. */
const INSTANT = 'tandem.event';
/** DevTools shows marks of this one in the track of the timings. */
const MARK = 'blink.user_timing';

/** Handlings at which an arrow may begin: of the newest messages of four full mailboxes. */
const HANDLINGS_MAX = 16_384;
/** What is missing after so many handlings was not recorded. */
const WAITING_MAX = 4_096;

export interface ChromeOptions {
  /** Names of kinds: each message handled of one is a mark. */
  readonly marks: readonly string[];
}

const keyOf = ({ source, sequence }: MessageId, target: Address): string => `${source}.${sequence}>${target}`;

export class ChromeExporter implements Exporter {
  /** Arrows: as many as messages whose sender is on record. */
  arrows = 0;
  private text = '';
  private separator = '';
  private readonly tracks: Tracks;
  private readonly handlings = new Recent<Slice>(HANDLINGS_MAX);
  /** Messages that wait for the handling that emitted them, by its key: a port's may be told of before. */
  private readonly waiting = new Recent<ExportedMessage[]>(WAITING_MAX);

  constructor(
    private readonly words: Vocabulary,
    private readonly options: ChromeOptions,
  ) {
    this.tracks = new Tracks(
      (party) => words.partyName(party),
      (event) => this.write(event),
    );
  }

  begin(): string {
    return '{"displayTimeUnit":"ms","traceEvents":[\n';
  }

  end(): string {
    for (const messages of this.waiting.takeAll()) for (const each of messages) this.place(each, null);
    return `${this.take()}\n]}\n`;
  }

  message(message: ExportedMessage): string {
    const { handled } = message;
    const track = this.tracks.of(handled.vm, handled.target);
    if (handled.again) this.slice(track.place(handled.at, handled.endedAt, 0), this.nameOf(handled), this.argumentsOf(message));
    else this.handledFirst(message);
    return this.take();
  }

  event(event: Event): string {
    const { type, vm, at, ...args } = event;
    if (type === 'level') this.instant('p', `trace level ${event.level}`, this.tracks.pidOf(vm), 0, at, args);
    else {
      const { pid, tid } = this.tracks.of(vm, 'party' in event ? event.party : event.target);
      this.instant('t', type, pid, tid, at, args);
    }
    return this.take();
  }

  private handledFirst(message: ExportedMessage): void {
    const cause = this.causeOf(message);
    const begin = cause === '' ? this.sent(message) : cause === null ? null : this.handlings.get(cause);
    if (begin !== undefined) this.place(message, begin);
    else this.wait(message, cause!);
  }

  private wait(message: ExportedMessage, cause: string): void {
    const others = this.waiting.take(cause) ?? [];
    const late = this.waiting.set(cause, [...others, message]);
    for (const each of late ?? []) this.place(each, null);
  }

  /** @param begin where its arrow begins, if that is on record */
  private place(message: ExportedMessage, begin: Slice | null): void {
    const { handled } = message;
    const { vm, at, endedAt, target } = handled;
    const slice = this.tracks.of(vm, target).place(at, endedAt, begin?.ts ?? 0);
    this.slice(slice, this.nameOf(handled), this.argumentsOf(message));
    this.mark(handled, slice);
    if (begin) this.arrow(begin, slice);
    const key = keyOf(handled, target);
    this.handlings.set(key, slice);
    for (const each of this.waiting.take(key) ?? []) this.place(each, slice);
  }

  /** @returns the handling that emitted a message; empty when a port sent it, or none did; null when that is not on record */
  private causeOf({ handled, emitted }: ExportedMessage): string | null {
    if (this.words.isPort(handled.source)) return '';
    if (!emitted) return null;
    return emitted.cause ? keyOf(emitted.cause, emitted.source) : '';
  }

  /** Slice of a message that was sent outside of a handling. */
  private sent(message: ExportedMessage): Slice {
    const { handled, emitted } = message;
    const track = this.tracks.of(emitted?.vm ?? this.tracks.placeOf(handled.source), handled.source);
    const slice = track.place(handled.sentAt, handled.sentAt, 0);
    this.slice(slice, `${this.nameOf(handled)} sent`, { message: this.idOf(handled), to: this.words.partyName(handled.target) });
    return slice;
  }

  private nameOf({ kind }: Handled): string {
    return this.words.kindName(kind);
  }

  private idOf({ source, sequence }: MessageId): string {
    return `${this.words.partyName(source)} ${sequence}`;
  }

  private argumentsOf(message: ExportedMessage): object {
    const { number, handled, emitted } = message;
    const { at, endedAt, sentAt, again, epoch } = handled;
    const frame = frameOf(message);
    return {
      ...(number > 0 && { number }),
      message: this.idOf(handled),
      ...(emitted?.cause && { cause: this.idOf(emitted.cause) }),
      ...(emitted && { bytes: emitted.bytes }),
      sentAt,
      waitedMicros: at - sentAt,
      handlingMicros: endedAt - at,
      ...(epoch > 1 && { incarnation: epoch }),
      ...(again && { again }),
      ...(frame && { body: jsonValue(this.words.body(frame)) }),
    };
  }

  private slice({ track, ts, dur }: Slice, name: string, args: object): void {
    this.write({ ph: 'X', cat: CATEGORY, name, pid: track.pid, tid: track.tid, ts, dur, args });
  }

  private arrow(begin: Slice, end: Slice): void {
    const shared = { cat: CATEGORY, name: 'message', id: ++this.arrows };
    this.write({ ph: 's', ...shared, pid: begin.track.pid, tid: begin.track.tid, ts: begin.ts });
    this.write({ ph: 'f', bp: 'e', ...shared, pid: end.track.pid, tid: end.track.tid, ts: end.ts });
  }

  private mark(handled: Handled, { track, ts }: Slice): void {
    const name = this.nameOf(handled);
    if (!this.options.marks.includes(name)) return;
    this.write({ ph: 'I', s: 't', cat: MARK, name, pid: track.pid, tid: track.tid, ts, args: { data: { startTime: ts / 1000 } } });
  }

  private instant(s: 'p' | 't', name: string, pid: number, tid: number, ts: Microseconds, args: object): void {
    this.write({ ph: 'I', s, cat: INSTANT, name, pid, tid, ts, args: jsonValue(args) });
  }

  private write(event: object): void {
    this.text += this.separator + JSON.stringify(event);
    this.separator = ',\n';
  }

  private take(): string {
    const { text } = this;
    this.text = '';
    return text;
  }
}
