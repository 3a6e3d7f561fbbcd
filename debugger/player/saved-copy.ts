/** A recording as a person saves it from the page: with notes in it, or only what the list shows. */
import { rename, rm } from 'node:fs/promises';
import { openRecordingSink } from '../../host-shim/node/recordings.js';
import { compileFilter } from '../../trace/filter.js';
import { NOTES_FILE, type Note, notesIn, packedNotes } from '../../trace/notes.js';
import { type Range, within } from '../../trace/range.js';
import { Recorder } from '../../trace/recorder.js';
import { Schemas } from '../../trace/schemas.js';
import { copyFitting } from './fitting-copy.js';
import { withRecording } from './recording-file.js';

/** What of a recording is saved: times at which messages were sent, in microseconds; null for the whole run. */
export interface SavedPart {
  readonly filter: string;
  readonly range: Range | null;
}

/** Notes that a recording has in it. @throws RecordingError */
export const readNotes = (path: string): Promise<readonly Note[]> =>
  withRecording(path, async (recording) => notesIn(await recording.packed()));

/**
 * The whole recording, or of one that is being made what is there, with these notes in place of those that it had.
 * @param whole whether one that ends before its end is refused
 * @throws RecordingError for one that is damaged; Error of the file system
 */
export async function saveWithNotes(path: string, out: string, notes: readonly Note[], whole: boolean): Promise<void> {
  await withRecording(path, async (recording) => {
    if (whole && recording.truncated)
      throw new Error('the recording ends before its end, so it stays as it is: save a copy, or use tandem recover first');
    const recorder = new Recorder(await openRecordingSink(out), recording.facts);
    try {
      for (const file of await recording.packed()) if (file.name !== NOTES_FILE) recorder.attach(file);
      for await (const steps of recording.steps()) {
        recorder.steps(steps);
        await recorder.settled();
      }
      if (notes.length > 0) recorder.attach(packedNotes(notes));
    } finally {
      await recorder.close();
    }
  });
}

/** Writes notes into a recording. It is replaced as a whole, or stays as it was. @throws as `saveWithNotes` */
export async function writeNotes(path: string, notes: readonly Note[]): Promise<void> {
  const beside = `${path}.${process.pid}.saving`;
  try {
    await saveWithNotes(path, beside, notes, true);
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}

/** Only messages that fit, as `tandem filter` writes them. @throws FilterError, RecordingError; Error of the file system */
export async function savePart(path: string, out: string, { filter, range }: SavedPart): Promise<void> {
  await withRecording(path, async (recording) => {
    const fits = compileFilter(filter, new Schemas(recording.facts.parties));
    const recorder = new Recorder(await openRecordingSink(out), recording.facts);
    try {
      await copyFitting(recording, recorder, within(fits, range));
    } finally {
      await recorder.close();
    }
  });
}
