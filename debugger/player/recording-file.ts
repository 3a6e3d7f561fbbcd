/** Recordings in files, opened by name. */
import { openRecordingFile, type RecordingFile } from '../../host-shim/node/recordings.js';
import { type OpenRecording, openRecording } from '../../trace/open.js';
import { RecordingError } from '../../trace/recording.js';

export interface OpenFile {
  readonly file: RecordingFile;
  readonly recording: OpenRecording;
}

/** Close its file. @throws RecordingError, or another error; either names the file */
export async function openFile(path: string): Promise<OpenFile> {
  const file = await openRecordingFile(path).catch((cause) => {
    throw new Error(`${path} cannot be opened: ${cause instanceof Error ? cause.message : cause}`, { cause });
  });
  try {
    return { file, recording: await openRecording(file) };
  } catch (error) {
    await file.close();
    if (error instanceof RecordingError) throw Object.assign(error, { message: `${path}: ${error.message}` });
    throw new Error(`${path} cannot be read: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** Hands an open recording to `use`, and closes the file afterwards. @throws as it does; RecordingError, or another error, which name the file */
export async function withFile<T>(path: string, use: (opened: OpenFile) => Promise<T>): Promise<T> {
  const opened = await openFile(path);
  try {
    return await use(opened);
  } finally {
    await opened.file.close();
  }
}

/** As `withFile`, for who needs the recording alone. */
export const withRecording = <T>(path: string, use: (recording: OpenRecording) => Promise<T>): Promise<T> =>
  withFile(path, ({ recording }) => use(recording));
