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
import type { TracedMessage } from '../messages.js';
import type { MessageId } from '../step.js';
import { type Slice, Tracks } from './chrome-tracks.js';
import { type Event, type Exporter, type HandledMessage, isHandled, type Vocabulary } from './exporter.js';
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
  private readonly waiting = new Recent<HandledMessage[]>(WAITING_MAX);

  constructor(
    private readonly words: Vocabulary,
    private readonly options: ChromeOptions,
  ) {
    this.tracks = new Tracks(
      (party) => words.schemas.partyName(party),
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

  message(message: TracedMessage): string {
    if (!isHandled(message)) return '';
    if (message.outcome === 'handled') this.handledFirst(message);
    else this.handledAgain(message);
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

  private handledAgain(message: HandledMessage): void {
    const { targetVm, target, begunAt, endedAt } = message;
    this.slice(this.tracks.of(targetVm, target).place(begunAt, endedAt, 0), this.nameOf(message), this.argumentsOf(message));
  }

  private handledFirst(message: HandledMessage): void {
    const cause = this.causeOf(message);
    const begin = cause === '' ? this.sent(message) : cause === null ? null : this.handlings.get(cause);
    if (begin !== undefined) this.place(message, begin);
    else this.wait(message, cause!);
  }

  private wait(message: HandledMessage, cause: string): void {
    const others = this.waiting.take(cause) ?? [];
    const late = this.waiting.set(cause, [...others, message]);
    for (const each of late ?? []) this.place(each, null);
  }

  /** @param begin where its arrow begins, if that is on record */
  private place(message: HandledMessage, begin: Slice | null): void {
    const { targetVm, target, begunAt, endedAt } = message;
    const slice = this.tracks.of(targetVm, target).place(begunAt, endedAt, begin?.ts ?? 0);
    this.slice(slice, this.nameOf(message), this.argumentsOf(message));
    this.mark(message, slice);
    if (begin) this.arrow(begin, slice);
    const key = keyOf(message, target);
    this.handlings.set(key, slice);
    for (const each of this.waiting.take(key) ?? []) this.place(each, slice);
  }

  /** @returns the handling that emitted a message; empty when none did, as when a port sent it by itself; null when that is not on record */
  private causeOf({ source, sourceVm, cause }: HandledMessage): string | null {
    if (!this.words.schemas.isActor(source)) return '';
    if (cause) return keyOf(cause, source);
    return sourceVm === null ? null : '';
  }

  /** Slice of a message that was sent outside of a handling. */
  private sent(message: HandledMessage): Slice {
    const { source, sourceVm, sentAt, target } = message;
    const slice = this.tracks.of(sourceVm ?? this.tracks.placeOf(source), source).place(sentAt, sentAt, 0);
    const args = { message: this.idOf(message), to: this.words.schemas.partyName(target) };
    this.slice(slice, `${this.nameOf(message)} sent`, args);
    return slice;
  }

  private nameOf({ kind }: HandledMessage): string {
    return this.words.schemas.kindName(kind);
  }

  private idOf({ source, sequence }: MessageId): string {
    return `${this.words.schemas.partyName(source)} ${sequence}`;
  }

  private argumentsOf(message: HandledMessage): object {
    const { number, cause, bytes, sentAt, waited, handling, targetEpoch, outcome } = message;
    const body = this.words.bodies.of(message);
    return {
      ...(number > 0 && { number }),
      message: this.idOf(message),
      ...(cause && { cause: this.idOf(cause) }),
      ...(bytes !== null && { bytes }),
      sentAt,
      waitedMicros: waited,
      handlingMicros: handling,
      ...(targetEpoch !== 1 && { incarnation: targetEpoch }),
      ...(outcome === 'handledAgain' && { again: true }),
      ...(body && { body: jsonValue(body) }),
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

  private mark(message: HandledMessage, { track, ts }: Slice): void {
    const name = this.nameOf(message);
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
