/** What a developer has of the running television: the system, a spy and recordings in the console, and live tracks in the Performance panel. */
import type { Application, RunningRecording, System } from 'tandem';
import { type CanvasScreen, openLiveTracks } from 'tandem/browser';
import type { RecordingLevel, SpyOptions } from 'tandem/trace';
import { parties } from '../application.js';
import type { Destination } from './device.js';
import { downloadRecording, openTarget } from './recordings.js';

const print = (line: string): void => console.log(line);

export interface PageRecordOptions {
  readonly to?: Destination;
  /** `inputs`, or with `?trace=frames` in the address `frames`, when not given. */
  readonly level?: RecordingLevel;
}

export interface PageRecording extends RunningRecording {
  /** Name of its file. */
  readonly name: string;
}

/** What stands in the console as `tandem`. */
export class Developer {
  /** @param level of recordings that name none */
  constructor(
    readonly application: Application,
    private readonly level: RecordingLevel,
    private readonly shown: () => CanvasScreen | null,
  ) {}

  /** The screen of the life that runs now: `tandem.display.memory` is what is kept for painting. */
  get display(): CanvasScreen | null {
    return this.shown();
  }

  /** The system of the life that runs now. */
  get system(): System {
    return this.application.system;
  }

  /**
   * `tandem.spy('focus', 'scene')` logs the messages of these parties as they flow, 1,000 at most; `tandem.spy({ kinds: ['focus.key'], limit: 10 })`
   * says more exactly which. @returns a function that ends it
   */
  spy(...what: readonly [Partial<SpyOptions>] | readonly string[]): Promise<() => Promise<void>> {
    const [first] = what;
    const options = typeof first === 'object' ? first : { parties: what.length > 0 ? (what as readonly string[]) : undefined };
    return this.system.spy({ print, ...options });
  }

  /**
   * `const recording = await tandem.record()` records from now on; `await recording.stop()` gives it as a download.
   * `{ to: 'file system' }` writes it to the origin's private file system as it goes, and `{ level: 'frames' }` has all messages in it.
   * @returns what stops it; the file is called `name`. @throws Error when something is recorded already, or there is no such file system
   */
  async record({ to = 'download', level = this.level }: PageRecordOptions = {}): Promise<PageRecording> {
    if (this.system.recording) throw new Error('the system is being recorded already: tandem.system.recording.stop() ends that');
    const { name, sink } = await openTarget(to);
    const recording = await this.system.record(sink, { level });
    return { name, level, startedAt: recording.startedAt, stop: () => recording.stop() };
  }

  /** Gives a recording in the origin's private file system as a download. @throws DOMException when there is none of that name */
  download(name: string): Promise<void> {
    return downloadRecording(name);
  }
}

/** @throws RangeError for a name that does not exist; ControlError */
export async function showTracks(system: System, tracks: readonly string[]): Promise<void> {
  await openLiveTracks(system, { parties, tracks });
}
