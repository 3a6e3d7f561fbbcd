/**
 * What an application and the server of a debugger say to each other, beside the bytes of a recording: that is all the application gives of what
 * happens in it, and the same as in a file.
 *
 *   application                        server
 *   hello          ──────────────────>
 *                  <──────────────────  record, as somebody looks
 *   bytes of the recording ──────────>
 *                  <──────────────────  taken, so many
 *                  <──────────────────  ask
 *   answer         ──────────────────>
 *                  <──────────────────  watched: false, as the last page has gone: it goes on
 *                  <──────────────────  stop, as none has come back
 *   ended          ──────────────────>
 *
 * Everything but the bytes is JSON.
 */
import type { Address, Kind, Sequence } from '../protocol/names.js';
import { isRecord } from './check.js';
import type { RecordingLevel } from './recording.js';

/** Signs of life between two ends of which one stands for the other. */
export const ALIVE_MS = 3_000;
/** Without so many of them the other end has gone without a word: a network that was cut, a device that sleeps. One late sign is no end. */
export const ALIVE_MISSED_MAX = 5;

export type ToApplication =
  | { readonly type: 'record'; readonly level: RecordingLevel }
  | { readonly type: 'stop' }
  | { readonly type: 'taken'; readonly bytes: number }
  /** Nobody looks any more, so that nothing may hold the application; or somebody does again. */
  | { readonly type: 'watched'; readonly watched: boolean }
  /** The server is there: said every `ALIVE_MS` while the application stands, or is to stand somewhere. */
  | { readonly type: 'alive' }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question };

export type FromApplication =
  | { readonly type: 'hello'; readonly name: string; readonly version: string; readonly acts: boolean; readonly hasScreen: boolean }
  | { readonly type: 'began' }
  /** It stands from now on, or goes on; or where it is to stand has changed. */
  | { readonly type: 'stands'; readonly standing: StandingText }
  /** The recording has ended, or could not begin; `problem` is empty when it was stopped. */
  | { readonly type: 'ended'; readonly problem: string }
  | { readonly type: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string };

/** `health` is told to everyone who looks on; the others act, and are refused where the application does not let it. */
export type Question =
  | { readonly what: 'health' }
  | { readonly what: 'crash' | 'hang' | 'stop' | 'start' | 'restart'; readonly party: string }
  | { readonly what: 'move'; readonly party: string; readonly to: 'js' | 'wasm' }
  | { readonly what: 'break'; readonly at: string }
  /** Lets it stand as a whole, handles one message, or lets it go on: until the next picture of its screen, or the next trap. */
  | { readonly what: 'pause' | 'step' }
  /** What waits while it stands. Nothing comes to stand by this. */
  | { readonly what: 'waiting' }
  | { readonly what: 'resume'; readonly until?: 'picture' | 'trap' }
  /** Where it stands by itself, in place of what was said before. */
  | { readonly what: 'points'; readonly points: readonly PausePoint[] }
  /** What was not delivered, as `LetterText`s. */
  | { readonly what: 'letters' }
  /** What a letter would do now, in a throw-away copy of its actor; or lets it be handled. */
  | { readonly what: 'try' | 'deliver'; readonly letter: string }
  /** A frame for its target: in a throw-away copy, or for real. Its bytes are hexadecimal digits. */
  | { readonly what: 'rehearse' | 'send'; readonly frame: string }
  /** The application's screen shows an earlier picture; null: its own again. */
  | { readonly what: 'show'; readonly picture: PictureText | null };

/** A breakpoint, as `breakOn` of the system takes it, with its switch. */
export interface PausePoint {
  readonly text: string;
  readonly on: boolean;
}

/** A message that an application that stands handles next, or has handled last. */
export interface StandingMessage {
  readonly party: string;
  readonly address: Address;
  readonly kindName: string;
  readonly source: string;
  readonly sourceAddress: number;
  readonly sequence: Sequence;
  /** Hexadecimal digits; empty where fields are redacted, and when it is long. */
  readonly frame: string;
}

/** How an application stands, and where it is to stand. */
export interface StandingText {
  readonly points: readonly PausePoint[];
  /** It is to stand, and waits so long at most for these VMs to come to the end of a message; null when it does not. */
  readonly pausing: { readonly vms: readonly string[]; readonly atMostMs: number } | null;
  /** Until when it was let go on; null when it just goes on, or stands. */
  readonly until: 'picture' | 'trap' | null;
  /** Null while it goes on. */
  readonly paused: {
    readonly why: 'asked' | 'step' | 'breakpoint' | 'after' | 'trap';
    /** Which condition threw, and what; or why something trapped; else empty. */
    readonly detail: string;
    /** Where something trapped in its own source; empty while that is searched for, and when it is not known. */
    readonly position: string;
    /** The VM that has come to stand by itself, or has taken the step. */
    readonly vm: string | null;
    /** At a breakpoint not handled yet; else the one that was handled last. */
    readonly message: StandingMessage | null;
    readonly next: (StandingMessage & { readonly vm: string }) | null;
    readonly vms: readonly { readonly vm: string; readonly waiting: number }[];
  } | null;
}

export const GOES_ON: StandingText = { points: [], pausing: null, until: null, paused: null };

/** Whether this says how an application stands, as far as a page cannot do without it. */
export const isStanding = (value: unknown): value is StandingText =>
  isRecord(value) &&
  Array.isArray(value.points) &&
  value.points.every((point) => isRecord(point) && typeof point.text === 'string') &&
  (value.pausing === null || (isRecord(value.pausing) && Array.isArray(value.pausing.vms))) &&
  [null, 'picture', 'trap'].includes(value.until as null) &&
  (value.paused === null || (isRecord(value.paused) && typeof value.paused.why === 'string' && Array.isArray(value.paused.vms)));

/** A dead letter. Its frame is hexadecimal digits; empty where fields are redacted. */
export interface LetterText {
  /** Names it in `try` and `deliver`. */
  readonly letter: string;
  readonly code: string;
  readonly detail: string;
  readonly source: Address;
  readonly target: Address;
  readonly kind: Kind;
  readonly sequence: Sequence;
  readonly at: number;
  readonly frame: string;
}

/** What a message did in a throw-away copy. */
export interface TrialText {
  readonly trap: { readonly reason: string; readonly position: string } | null;
  readonly malformed: string;
  /** Frames that it would have sent; empty where fields are redacted. */
  readonly emitted: readonly string[];
}

/** A display list with its texts; its bytes are hexadecimal digits. */
export interface PictureText {
  readonly frame: number;
  readonly width: number;
  readonly height: number;
  readonly animating: boolean;
  readonly items: string;
  readonly clips: string;
  readonly omitted: number;
  readonly strings: { readonly node: number; readonly value: string }[];
}

/** Bytes as hexadecimal digits. */
export const textOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** What does not stand for a byte is 0. */
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: text.length >> 1 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));

/** @returns null for what is none of these words */
export function wordOf<W extends { readonly type: string }>(text: unknown): W | null {
  if (typeof text !== 'string') return null;
  try {
    const word: unknown = JSON.parse(text);
    return isRecord(word) && typeof word.type === 'string' ? (word as unknown as W) : null;
  } catch {
    return null;
  }
}
