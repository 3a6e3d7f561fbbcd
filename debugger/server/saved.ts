/**
 * What the page saves of the recording that it shows:
 *
 *   GET notes?take=1    the notes in it
 *   POST notes?take=1   writes them into its file, if it is one of the person's own
 *   POST save?take=1    a recording: all of it with notes, or what the list shows
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRecord } from '../../trace/check.js';
import { areNotes, type Note } from '../../trace/notes.js';
import { postedIn, QuestionError } from '../../trace/question.js';
import { readNotes, type SavedPart, savePart, saveWithNotes, writeNotes } from '../player/saved-copy.js';
import type { Subject } from './subject.js';

/** One after another: each replaces the file. */
let last: Promise<unknown> = Promise.resolve();

/** @throws RecordingError; Error when there is no such recording */
export async function notesOf(subject: Subject, take: number): Promise<readonly Note[]> {
  return subject.status.isLive ? [] : readNotes(subject.file(take));
}

/** @throws Error when the recording is not kept in a file of the person's own, or that cannot be written */
export async function keepNotes(subject: Subject, take: number, body: string): Promise<void> {
  const notes = notesIn(postedIn(body));
  if (!subject.status.keepsNotes) throw new Error('this recording is in no file of yours: save it as one, and the notes are in it');
  const path = subject.file(take);
  const written = last.then(() => writeNotes(path, notes));
  last = written.catch(() => {});
  await written;
}

/** @returns the bytes of a recording, as they are read. @throws QuestionError, FilterError, RecordingError */
export async function saved(subject: Subject, take: number, body: string): Promise<AsyncIterable<Uint8Array>> {
  const what = postedIn(body);
  if (!isRecord(what)) throw new QuestionError('what is to be saved is a part of a recording, or all of it with notes');
  const { part, notes } = what;
  const folder = await mkdtemp(join(tmpdir(), 'tandem-save-'));
  const out = join(folder, 'saved.mcap');
  try {
    if (part) await savePart(subject.file(take), out, partIn(part));
    else await saveWithNotes(subject.file(take), out, notesIn(notes), false);
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  return removedAfter(out, folder);
}

async function* removedAfter(file: string, folder: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws QuestionError */
function notesIn(notes: unknown): readonly Note[] {
  if (areNotes(notes)) return notes;
  throw new QuestionError('these are no notes that a recording can keep: a thousand, of ten thousand letters each, are the most');
}

/** @throws QuestionError */
function partIn(part: unknown): SavedPart {
  const { filter, range = null } = (isRecord(part) ? part : {}) as Partial<SavedPart>;
  if (typeof filter === 'string' && (range === null || (isRecord(range) && Number.isFinite(range.from) && Number.isFinite(range.to))))
    return { filter, range };
  throw new QuestionError('this says no part of a recording');
}
