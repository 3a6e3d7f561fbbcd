/** Recordings on the command line: opened by name, read up to what makes no sense. */
import { resolve } from 'node:path';
import { type Recording, RecordingError } from '../trace/recording.js';
import type { TraceStep } from '../trace/step.js';
import { type Invocation, UsageError } from './command.js';

/** The one file that a command is given. @throws UsageError */
export function fileOf({ positionals }: Invocation, command: string): string {
  if (positionals.length !== 1) throw new UsageError(`tandem ${command} is given one recording; tandem ${command} --help says more`);
  return positionals[0];
}

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
