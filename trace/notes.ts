/** Notes of whoever has looked at a recording, kept in it: a file packed beside the steps, which other readers of the container list and leave alone. */
import type { Microseconds } from '../protocol/names.js';
import { decodeUtf8 } from '../protocol/utf8.js';
import { utf8Of } from './mcap/bytes.js';
import { type PackedFile, RecordingError } from './recording.js';

/** Something at a message that somebody wants to find again. */
export interface Note {
  /** Number of the message. */
  readonly number: number;
  /** When it was sent. */
  readonly at: Microseconds;
  /** What the message is, in a line. */
  readonly title: string;
  /** What somebody has written; may be empty. */
  readonly text: string;
}

/** Its name among the packed files, where no module has a name with a slash at its front. */
export const NOTES_FILE = '/tandem/notes.json';
/** A long day of travels. */
export const NOTES_MAX = 1_000;
/** Longest title: a line of the list. */
const TITLE_LENGTH_MAX = 300;
/** Longest text: some pages. */
export const NOTE_LENGTH_MAX = 10_000;
const FORMAT = 1;

export const packedNotes = (notes: readonly Note[]): PackedFile => ({
  name: NOTES_FILE,
  mediaType: 'application/json',
  bytes: utf8Of(JSON.stringify({ format: FORMAT, notes })),
});

/** @returns none when the recording has none. @throws RecordingError newer, damaged */
export function notesIn(packed: readonly PackedFile[]): readonly Note[] {
  const file = packed.find(({ name }) => name === NOTES_FILE);
  if (!file) return [];
  const { format, notes } = (parsed(decodeUtf8(file.bytes, 0, file.bytes.length) ?? '') ?? {}) as {
    readonly format?: unknown;
    readonly notes?: unknown;
  };
  if (typeof format === 'number' && format > FORMAT)
    throw new RecordingError('newer', 0, `notes of format ${format}, and this version of Tandem reads up to ${FORMAT}: update it`);
  if (format !== FORMAT || !areNotes(notes)) throw new RecordingError('damaged', 0, 'its notes make no sense');
  return notes;
}

/** Whether this is what a recording may keep. */
export const areNotes = (notes: unknown): notes is readonly Note[] =>
  Array.isArray(notes) && notes.length <= NOTES_MAX && notes.every(isNote);

function isNote(note: unknown): note is Note {
  const { number, at, title, text } = (note ?? {}) as Readonly<Record<string, unknown>>;
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  const isText = (value: unknown, lengthMax: number) => typeof value === 'string' && value.length <= lengthMax;
  return isCount(number) && isCount(at) && isText(title, TITLE_LENGTH_MAX) && isText(text, NOTE_LENGTH_MAX);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
