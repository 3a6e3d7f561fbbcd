/** What a run tells the page: plain data, for it crosses from a worker. */
import type { Address, VmName } from '../../protocol/names.js';
import type { RecordingSource } from '../../trace/recording.js';
import type { KeyPath } from './key-path.js';

export interface LaneInfo {
  readonly party: Address;
  readonly name: string;
  /** Where it was at the beginning: the host for ports that are nowhere else. */
  readonly vm: VmName;
  readonly handled: number;
  readonly isActor: boolean;
}

/** Something that happened besides messages, for the marks over the time. */
export interface RunEvent {
  readonly at: number;
  readonly what: 'trap' | 'dead' | 'restart' | 'move' | 'late';
  /** Who. */
  readonly party: string;
}

/** What is known of the run as a whole, while it is read and afterwards. */
export interface RunState {
  readonly messages: number;
  /** How many of them fit the filter. */
  readonly shown: number;
  /** How much of the file was read, 0 to 1. */
  readonly read: number;
  readonly isWhole: boolean;
  readonly lanes: readonly LaneInfo[];
  readonly from: number;
  readonly to: number;
  /** Why it could not be read further; empty when nothing was wrong. */
  readonly problem: string;
}

export interface Line {
  readonly row: number;
  readonly number: number;
  readonly at: number;
  readonly source: string;
  readonly target: string;
  readonly kind: string;
  readonly bytes: number | null;
  readonly waited: number | null;
  readonly handling: number | null;
  /** Empty when it was handled as messages are. */
  readonly remark: string;
  readonly body: string;
  /** What is printed of it; empty when nothing is. */
  readonly printed: string;
}

export interface Detail {
  readonly line: Line;
  readonly sourceVm: string | null;
  readonly targetVm: string | null;
  readonly begunAt: number | null;
  /** Null when its frame is not in the recording, or makes no sense. */
  readonly body: unknown;
  readonly frame: Uint8Array | null;
  readonly trap: { readonly reason: string; readonly position: string } | null;
  /** Whether an actor has handled it, so that it may have changed a state. */
  readonly isOfActor: boolean;
  /** Number of the last message that an actor had handled then: all states are known there. 0 before the first. */
  readonly moment: number;
  /** Nearest first. */
  readonly causes: readonly Line[];
  readonly effects: readonly Line[];
  readonly effectCount: number;
  readonly path: (Omit<KeyPath, 'steps'> & { readonly steps: readonly (KeyPath['steps'][number] & { readonly line: Line })[] }) | null;
}

/** A recording that may come as it is made. */
export interface GrowingSource extends RecordingSource {
  /** Waits until more of it is here. @param atMostMs no longer than this @returns which of these it was */
  more(atMostMs?: number): Promise<'more' | 'nothing yet' | 'end'>;
  /** From now on nothing is read that is before what was read last. */
  goForwards(): void;
}
