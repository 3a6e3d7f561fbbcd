/** What the host of a VM knows of how it gets on, and remembers for the next incarnations of where it has hung. Plain data: it crosses the control plane. */

/** What a VM is busy with. */
export interface Place {
  /** Of an actor or port. */
  readonly address: number;
  /** Of an actor's frame: where in the journal its batch begins; -1 when it is none. */
  readonly position: number;
  /** Of an actor's frame: its number in the batch. */
  readonly index: number;
  /** Of a port's frame; 0 when it is none. */
  readonly source: number;
  readonly sequence: number;
  /** How often it has ended its actor before. */
  readonly attempts: number;
  /** False when it may be at a later frame by now: of this actor, behind this one in the journal. */
  readonly certain: boolean;
}

export interface ProgressReading {
  readonly busy: boolean;
  /** Another number means progress. */
  readonly count: number;
  /** Null when nobody knows. */
  readonly place: Place | null;
}

/** What a host knows of how one of its VMs gets on. */
export interface ProgressReader {
  read(): ProgressReading;
  /** The VM has been asked for a sign of life, and has not answered yet. */
  readonly asked: boolean;
  /** What the VM was at last, as far as is known. To be called when its thread is gone. */
  left(): ProgressReading;
  /** Asks for a sign of life: for what hangs while it is not busy with anything that counts. */
  ask(): void;
}

export type ProgressListener = (reading: ProgressReading) => void;

/** A frame is tried again once: a trap or hang of the moment passes, a frame at which its actor ends twice is poison. */
export const ATTEMPTS_MAX = 2;

export interface Suspect extends Place {
  /** As for a crash report. */
  readonly reason: string;
  /** The host has told of it. */
  readonly reported: boolean;
  /** It hung there. Otherwise its thread ended: where the place is not certain, it may have been done with it. */
  readonly hung: boolean;
}

export const suspectsAt = (party: number, suspects: readonly Suspect[]): readonly Suspect[] =>
  suspects.filter(({ address }) => address === party);

/** What a report names as the cause of a hang, or of the end of a thread. A loop has no stack, nor has a thread that is gone. */
export class Hang extends Error {
  override readonly name = 'Hang';
  override readonly stack = '';
}
