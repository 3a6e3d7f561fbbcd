/**
 * A recording: the steps of a run, kept in a file. docs/TRACING.md says what is in it, and how it lies in the file.
 *
 *   tracers of the VMs ── steps ──> Recorder ── bytes ──> RecordingSink          RecordingSource ── bytes ──> Recording ── steps ──> readers
 */
import type { Microseconds, VmName } from '../protocol/names.js';
import type { PartySchema } from '../protocol/schema.js';
import type { TraceStep } from './step.js';

/**
 * inputs: what ports and the runtime sent to actors, the order in which actors handled everything, digests of what they emitted, and
 * snapshots: all that a replay needs. frames: all frames, too.
 */
export type RecordingLevel = 'inputs' | 'frames';

/** Where a recording goes as it is written. */
export interface RecordingSink {
  /** The bytes follow those of the call before. They are the sink's own. */
  write(bytes: Uint8Array): void | Promise<void>;
  close(): void | Promise<void>;
}

/** Where a recording comes from. */
export interface RecordingSource {
  /** In bytes. */
  readonly size: number;
  /** @returns the bytes from `at` on: `length`, or fewer at the end */
  read(at: number, length: number): Promise<Uint8Array>;
}

/** What a recording says about the run as a whole. */
export interface RecordingFacts {
  /** The version of the runtime that wrote it. */
  readonly version: string;
  /** The hash of the application's schemas, as in protocol/schema-hash.txt. */
  readonly schemaHash: string;
  readonly level: RecordingLevel;
  readonly startedAt: Microseconds;
  /** VM of every actor when the recording began, by name. */
  readonly placement: Readonly<Record<string, VmName>>;
  /** All actors and ports of the application, as they were then: an old recording is judged by them, and decoded. */
  readonly parties: readonly PartySchema[];
}

/** A module, or its source map, that came with the recording. */
export interface PackedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface Recording {
  readonly facts: RecordingFacts;
  /** True when the file ends before its end, as after a kill: what is there is whole up to the last chunk. */
  readonly truncated: boolean;
  /**
   * All steps in the order of the file, a chunk at a time: no more than that is in memory.
   * @throws RecordingError at bytes that make no sense; what came before it is good
   */
  steps(): AsyncIterable<readonly TraceStep[]>;
  packed(): Promise<readonly PackedFile[]>;
}

/** foreign: no recording of Tandem. newer: written by a later version of the format. damaged: bytes that make no sense. */
export type RecordingFailure = 'foreign' | 'newer' | 'damaged';

/** A file that cannot be read, or not from here on. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  constructor(
    readonly code: RecordingFailure,
    /** Byte offset in the file. */
    readonly offset: number,
    detail: string,
  ) {
    super(`${code} recording, at byte ${offset}: ${detail}`);
  }
}
