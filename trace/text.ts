/**
 * What was traced, for people: one line for each message, and values in few words.
 *
 *   12:03:04.123456 input -> focus focus.key 64 B wait 120 us handle 1.3 ms {key: "right", phase: "down"}
 */
import type { Microseconds } from '../protocol/names.js';

/** Characters of a body in a line: about what stands beside the rest on a wide terminal. */
export const BODY_LENGTH_MAX = 120;
/** Characters of one string in a body. */
const STRING_LENGTH_MAX = 40;
/** A body is nested no deeper in a line: nobody reads more at a glance. */
const DEPTH_MAX = 6;

/** What a line says of a message. What is null is left out. */
export interface MessageText {
  readonly at: Microseconds;
  readonly source: string;
  readonly target: string;
  readonly kind: string;
  /** Length of the frame, header included. */
  readonly bytes: number | null;
  /** How long it was in the mailbox, and on the way there. */
  readonly waitMicros: number | null;
  readonly handleMicros: number | null;
  /** Decoded; undefined when only its header is known. */
  readonly body: unknown;
  /** What else is to be said, for example that it was handled again. */
  readonly remark: string;
}

export function messageLine({ at, source, target, kind, bytes, waitMicros, handleMicros, body, remark }: MessageText): string {
  const parts = [timeText(at), source, '->', target, kind];
  if (bytes !== null) parts.push(`${bytes} B`);
  if (waitMicros !== null) parts.push(`wait ${durationText(waitMicros)}`);
  if (handleMicros !== null) parts.push(`handle ${durationText(handleMicros)}`);
  if (remark !== '') parts.push(`(${remark})`);
  if (body !== undefined) parts.push(shortText(body));
  return printable(parts.join(' '));
}

const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A name or text out of a file may not steer a terminal. */
export const printable = (text: string): string => text.replace(STEERING, '?');

/** JSON that says the same, and cannot steer a terminal. */
export const printableJson = (json: string): string =>
  json.replace(STEERING, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );

const SECOND = 1_000_000;
const DAY_SECONDS = 86_400;

const digits = (value: number, width: number): string => String(value).padStart(width, '0');

/** Time of day, UTC. */
export function timeText(at: Microseconds): string {
  const seconds = Math.floor(at / SECOND) % DAY_SECONDS;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${digits(hours, 2)}:${digits(minutes, 2)}:${digits(seconds % 60, 2)}.${digits(at % SECOND, 6)}`;
}

export function durationText(micros: number): string {
  if (micros < 1000) return `${micros} us`;
  if (micros < SECOND) return `${Number((micros / 1000).toPrecision(3))} ms`;
  return `${Number((micros / SECOND).toPrecision(3))} s`;
}

/** A value on one line, with what does not fit left out: no more work than for what is shown, however large the value is. */
export function shortText(value: unknown, lengthMax = BODY_LENGTH_MAX): string {
  return new ShortText(lengthMax).of(value);
}

class ShortText {
  private text = '';

  constructor(private readonly lengthMax: number) {}

  of(value: unknown): string {
    this.add(value, 0);
    return printable(this.isFull ? `${this.text.slice(0, this.lengthMax - 1)}…` : this.text);
  }

  private get isFull(): boolean {
    return this.text.length > this.lengthMax;
  }

  private add(value: unknown, depth: number): void {
    if (typeof value === 'string') this.text += quoted(value);
    else if (value instanceof Uint8Array) this.text += `<${value.length} bytes>`;
    else if (typeof value !== 'object' || value === null) this.text += String(value);
    else if ('toJSON' in value) this.text += JSON.stringify(value);
    else if (depth === DEPTH_MAX) this.text += '…';
    else if (Array.isArray(value)) this.list('[', value, ']', (item) => this.add(item, depth + 1));
    else this.entries(value instanceof Map ? value : Object.entries(value), depth);
  }

  private entries(entries: Iterable<readonly [string, unknown]>, depth: number): void {
    this.list('{', entries, '}', ([name, item]) => {
      this.text += `${name}: `;
      this.add(item, depth + 1);
    });
  }

  private list<T>(open: string, items: Iterable<T>, close: string, add: (item: T) => void): void {
    this.text += open;
    let between = '';
    for (const item of items) {
      if (this.isFull) return;
      this.text += between;
      add(item);
      between = ', ';
    }
    this.text += close;
  }
}

function quoted(text: string): string {
  const shown = text.length > STRING_LENGTH_MAX ? `${text.slice(0, STRING_LENGTH_MAX)}…` : text;
  return JSON.stringify(shown);
}
