/** What the host of a VM knows of how it gets on. */

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
