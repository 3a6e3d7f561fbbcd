/** One actor or port in a VM, from incarnation to incarnation, as its VM sees it: nobody asks which of the two it is. */
import type { ActorCheckpoint, Handover } from '../../contract/checkpoint.js';
import type { ActorHealth, Trial } from '../../contract/control.js';
import type { FaultKind } from '../../contract/fault.js';
import type { Suspect } from '../../contract/progress.js';
import type { Party } from '../scheduler.js';

export type CellCounts = Record<'dropped' | 'conflated' | 'replayed' | 'divergent' | 'traps', number>;

export const NO_COUNTS: CellCounts = { dropped: 0, conflated: 0, replayed: 0, divergent: 0, traps: 0 };

const addCounts = (a: CellCounts, b: CellCounts): CellCounts => ({
  dropped: a.dropped + b.dropped,
  conflated: a.conflated + b.conflated,
  replayed: a.replayed + b.replayed,
  divergent: a.divergent + b.divergent,
  traps: a.traps + b.traps,
});

export interface Cell extends Party {
  readonly name: string;
  /** It stays where it is when it is stopped: to spawn it is to restart it. */
  readonly stays: boolean;
  /** Of its mailbox and its incarnations. */
  readonly counts: CellCounts;
  /** It waits for its supervisor to restart it. */
  readonly restarting: boolean;
  /** Null of what has nothing to tell. */
  health(): ActorHealth | null;

  /** Every actor runs. What has come meanwhile waits for its turn. */
  open(): void;
  /** Starts the next incarnation. On return it is running, or has ended again and was reported. @throws Error when the epoch is not above its own */
  restart(epoch: number): void;
  /** The next incarnation may be started at once when this one ends. */
  permitRestart(epoch: number): void;
  restartByPermit(): void;
  /** What has ended and was not told yet is told. */
  reportEnds(): void;
  /** Ends this incarnation by order, between two batches. @returns the last sequence that it sent */
  end(): number;
  /** Ends it for good, or until it is restarted: what waits for it becomes dead letters. @returns its last saved state; null when it has none, and stays where it is */
  stop(): Uint8Array | null;
  /** The VM goes. */
  close(): void;

  /** @throws Error when it has none, or waits for its restart */
  savedState(): Uint8Array;
  /** Takes a snapshot when something was handled since the last. */
  takeSnapshot(): void;
  /** Journal position before which it needs nothing. */
  readonly neededFrom: number;
  /** The same once a checkpoint has taken its snapshot. */
  readonly neededAfterSnapshot: number;
  /** It waits for room with the rest of a batch, which the journal has to keep as long. */
  readonly restWaits: boolean;
  /** What the host keeps of it; null when that is nothing. */
  checkpoint(): ActorCheckpoint | null;
  readonly spareIsDue: boolean;
  prepareSpare(): void;

  /** The VM was lost: its next incarnation begins as this one, and has sent nothing yet. */
  beginAs(epoch: number): void;
  /** Former incarnations of the VM hung at these frames of it, oldest first. */
  blame(suspects: readonly Suspect[]): void;
  /** Frames behind the checkpoint that are poison: who asked with one of them may not have been told. */
  poisonedFrames(): readonly Uint8Array[];
  /** Handles again what the journal has behind its checkpoint. */
  recover(): void;

  /** Makes the handler of the next frame trap, or hang. */
  orderFault(fault: FaultKind): void;
  /** What a frame would do now. @throws Error when it waits for its restart, or cannot be copied */
  tryFrame(frame: Uint8Array): Promise<Trial>;
  /** Handles a frame that was poison, out of its order. @throws Error when it cannot be now */
  deliverAgain(frame: Uint8Array): void;

  /** It handles nothing more, and what waits in its gate stays there. */
  suspend(): void;
  /** All that it is. @throws Error when it is not suspended */
  handOver(): Handover;
  /** Comes to the state that is handed over, and waits for `arrive`. @throws ActorTrap */
  adopt(handover: Handover): void;
  /** It runs here from now on. */
  arrive(): void;
  /** It is another VM's now. */
  dispose(): void;
}

/** Those that are in a VM, and what those that were stopped have left. */
export class CellMap {
  private readonly byName = new Map<string, Cell>();
  /** By name, the last saved states of those that were stopped, until the host has them. */
  readonly savedStates = new Map<string, Uint8Array>();
  private past = NO_COUNTS;

  constructor(private readonly vm: string) {}

  get all(): readonly Cell[] {
    return [...this.byName.values()];
  }

  get addresses(): readonly number[] {
    return this.all.map(({ address }) => address);
  }

  get(name: string): Cell | undefined {
    return this.byName.get(name);
  }

  /** @throws Error when it is not here */
  named(name: string): Cell {
    const cell = this.byName.get(name);
    if (!cell) throw new Error(`VM ${this.vm} has no actor ${name}`);
    return cell;
  }

  at(address: number): Cell | undefined {
    return this.all.find((cell) => cell.address === address);
  }

  add(cell: Cell): void {
    this.byName.set(cell.name, cell);
    this.savedStates.delete(cell.name);
  }

  remove(cell: Cell): void {
    this.byName.delete(cell.name);
    this.past = addCounts(this.past, cell.counts);
  }

  /** Those that are gone included. */
  get counts(): CellCounts {
    return this.all.map(({ counts }) => counts).reduce(addCounts, this.past);
  }
}
