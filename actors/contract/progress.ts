/**
 * What a host knows of the progress of a VM, and what it remembers for the next incarnations of where it hung. Plain data: it crosses the
 * control plane.
 */
import type { Address, Position, Sequence } from '../../protocol/names.js';

/** What a VM is busy with. */
export interface Place {
  /** Address of an actor or port. */
  readonly address: Address;
  /** For an actor's frame: journal position at which its batch begins; -1 for any other. */
  readonly position: Position;
  /** For an actor's frame: its number in the batch. */
  readonly index: number;
  /** For a port's frame: its source; 0 for any other. */
  readonly source: Address;
  readonly sequence: Sequence;
  /** How often the frame has ended its actor before. */
  readonly attempts: number;
  /** False when the actor may be at a later frame by now, after this one in the journal. */
  readonly certain: boolean;
}

export interface ProgressReading {
  readonly busy: boolean;
  /** A different number means progress. */
  readonly count: number;
  /** Null when unknown. */
  readonly place: Place | null;
}

/** Shows the progress of one VM to its host. */
export interface ProgressReader {
  read(): ProgressReading;
  /** True when the VM was asked for a sign of life and has not answered yet. */
  readonly asked: boolean;
  /** What the VM was last busy with, as far as is known. To be called when its thread is gone. */
  left(): ProgressReading;
  /** Asks for a sign of life: this finds a VM that hangs in something that is not counted. */
  ask(): void;
}

export type ProgressListener = (reading: ProgressReading) => void;

/** A frame gets a second attempt: a momentary trap or hang passes, but a frame at which its actor ends twice is poison. */
export const ATTEMPTS_MAX = 2;

export interface Suspect extends Place {
  /** Reason for a crash report. */
  readonly reason: string;
  /** True once the host has reported it. */
  readonly reported: boolean;
  /** True when it hung there. Otherwise its thread ended: if the place is not certain, the frame may have been handled. */
  readonly hung: boolean;
}

export const suspectsAt = (party: Address, suspects: readonly Suspect[]): readonly Suspect[] =>
  suspects.filter(({ address }) => address === party);

/** The cause that a report names for a hang, or for the end of a thread. A loop has no stack, and neither has a thread that is gone. */
export class Hang extends Error {
  override readonly name = 'Hang';
  override readonly stack = '';
}
