/** What a subcommand of `tandem` is: a name, options that are parsed and checked for it, and a function that does it. */
import type { ParseArgsConfig } from 'node:util';

/** Exit codes, documented in docs/TRACING.md. */
export const EXIT = {
  /** Done, and nothing is wrong. */
  fine: 0,
  /** Done, and the answer is that something differs or is wrong. */
  found: 1,
  /** The command line makes no sense. */
  misused: 2,
  /** A file that cannot be read, a system that cannot be reached, or another failure from outside. */
  failed: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where a command writes. In a test, an array. */
export interface Output {
  /** A line of the answer: standard output. */
  line(text: string): void;
  /** A line for the person who waits: standard error. */
  note(text: string): void;
}

export interface Invocation {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
  /** Whether `--json` was given: then the answer is one line of JSON, unless the command says otherwise. */
  readonly json: boolean;
  readonly output: Output;
  /** Settles what runs on, as at Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `tandem NAME --help` prints: how it is called, each option, an example. */
  readonly help: string;
  /** Besides `--json` and `--help`, which every command has. */
  readonly options: NonNullable<ParseArgsConfig['options']>;
  run(invocation: Invocation): Promise<ExitCode>;
}

/** The command line makes no sense. The message is one line and says what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
