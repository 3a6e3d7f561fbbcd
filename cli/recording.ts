/** Recordings on the command line: opened by name, read up to what makes no sense. */
import { resolve } from 'node:path';
import { openRecordingFile, type RecordingFile } from '../host-shim/node/recordings.js';
import { type OpenRecording, openRecording } from '../trace/open.js';
import { type Recording, RecordingError } from '../trace/recording.js';
import type { TraceStep } from '../trace/step.js';
import { type Invocation, UsageError } from './command.js';

/** The one file that a command is given. @throws UsageError */
export function fileOf({ positionals }: Invocation, command: string): string {
  if (positionals.length !== 1) throw new UsageError(`tandem ${command} is given one recording; tandem ${command} --help says more`);
  return positionals[0];
}

export interface OpenFile {
  readonly file: RecordingFile;
  readonly recording: OpenRecording;
}

/** @throws RecordingError, or another error; either names the file */
async function openFile(path: string): Promise<OpenFile> {
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

/** The steps of a recording up to what makes no sense, which is kept in `damage`. */
export class ReadableSteps {
  damage: RecordingError | null = null;

  /** @param seen is called with every chunk's steps, also with what order and joining hold back */
  constructor(
    private readonly recording: Recording,
    private readonly seen: (steps: readonly TraceStep[]) => void = () => {},
  ) {}

  get facts(): Recording['facts'] {
    return this.recording.facts;
  }

  async *steps(): AsyncGenerator<readonly TraceStep[]> {
    try {
      for await (const steps of this.recording.steps()) {
        this.seen(steps);
        yield steps;
      }
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      this.damage = error;
    }
  }
}

/** The file that a command writes. @throws UsageError */
export function outOf({ values }: Invocation, path: string, command: string): string {
  const { out } = values;
  if (typeof out !== 'string' || out === '') throw new UsageError(`tandem ${command} needs --out FILE`);
  if (resolve(out) === resolve(path)) throw new UsageError(`--out is the file that is read: name another`);
  return out;
}
