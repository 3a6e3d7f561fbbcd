/** What a debugger looks at: a recording in a file, or what a running application records into its connection. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { GOES_ON, type Question, type StandingText } from '../../trace/live.js';

/** What the page is told whenever it changes. */
export interface Status {
  readonly name: string;
  readonly isLive: boolean;
  /** Number of the recording that is shown; null while there is none. */
  readonly take: number | null;
  /** Why there is none, or no more of it; empty when nothing is wrong. */
  readonly problem: string;
  /** Whether an application is there. */
  readonly isConnected: boolean;
  /** Whether it lets the page act. */
  readonly acts: boolean;
  /** Whether it lets its screen go along when the page travels. */
  readonly hasScreen: boolean;
  /** Whether notes are written into the file that is shown. */
  readonly keepsNotes: boolean;
  readonly standing: StandingText;
}

export interface Subject {
  readonly status: Status;
  /** Path of a recording. @throws Error when there is none of this number */
  file(take: number): string;
  /** Its bytes; of one that is being made, as they come. @throws as `file` */
  bytes(take: number): AsyncIterable<Uint8Array>;
  /** Somebody looks on. @param told of each change. @returns what ends it */
  look(told: (status: Status) => void): () => void;
  /** Asks the application. @throws Error when there is none, or it does not do that */
  ask(question: Question): Promise<unknown>;
  close(): Promise<void>;
}

const ONLY = 1;

/** A recording that was made. */
export class FileSubject implements Subject {
  constructor(private readonly path: string) {}

  get status(): Status {
    return {
      name: basename(this.path),
      isLive: false,
      take: ONLY,
      problem: '',
      isConnected: false,
      acts: false,
      hasScreen: false,
      keepsNotes: true,
      standing: GOES_ON,
    };
  }

  file(take: number): string {
    if (take !== ONLY) throw new Error(`there is no recording ${take}`);
    return this.path;
  }

  bytes(take: number): AsyncIterable<Uint8Array> {
    return createReadStream(this.file(take)) as AsyncIterable<Uint8Array>;
  }

  look(told: (status: Status) => void): () => void {
    told(this.status);
    return () => {};
  }

  async ask(): Promise<unknown> {
    throw new Error('this is a recording: there is no application to ask');
  }

  async close(): Promise<void> {}
}
