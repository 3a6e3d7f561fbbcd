/** One actor or port in a VM, across its incarnations, as its VM sees it: no caller asks which of the two it is. */
import type { ActorCheckpoint, Handover } from '../../contract/checkpoint.js';
import type { ActorHealth, Trial } from '../../contract/control.js';
import type { FaultKind } from '../../contract/fault.js';
import type { ActorFactory } from '../../contract/instance.js';
import type { Suspect } from '../../contract/progress.js';
import type { Party } from '../turns/scheduler.js';

export type CellCounts = Record<'dropped' | 'conflated' | 'replayed' | 'divergent' | 'traps', number>;

export const NO_COUNTS: CellCounts = { dropped: 0, conflated: 0, replayed: 0, divergent: 0, traps: 0 };

const addCounts = (a: CellCounts, b: CellCounts): CellCounts => ({
  dropped: a.dropped + b.dropped,
  conflated: a.conflated + b.conflated,
  replayed: a.replayed + b.replayed,
  divergent: a.divergent + b.divergent,
  traps: a.traps + b.traps,
});

/** What every party in a VM is. */
export interface Cell extends Party {
  readonly name: string;
  /** Whether it stays where it is when it is stopped: then spawning it means restarting it. */
  readonly stays: boolean;
  /** Counts of its mailbox and its incarnations. */
  readonly counts: CellCounts;
  /** Whether it waits for its supervisor to restart it. */
  readonly restarting: boolean;

  /** Every actor runs. What has arrived meanwhile waits for its turn. */
  open(): void;
  /** @throws Error when the epoch is not above its own, unless a permit was faster */
  checkRestart(epoch: number): void;
  /** Starts the next incarnation, whose epoch was checked. On return it runs, or has ended again and was reported. */
  restart(epoch: number): void;
  /**
   * Ends it for good, or until it is restarted: frames that wait for it become dead letters.
   * @returns its last saved state; null when it has none, and stays where it is
   */
  stop(): Uint8Array | null;
  /** The VM ends. */
  close(): void;

  /** The VM was lost: its next incarnation begins with this epoch, and has sent nothing yet. */
  beginAs(epoch: number): void;
  /** Former incarnations of the VM hung at these frames of this party, oldest first. */
  blame(suspects: readonly Suspect[]): void;
  /** Goes on after a loss of the VM, in its turn: an actor handles the entries of the journal after its checkpoint again. */
  recover(): void;

  /** Makes the handler of the next frame trap, or hang. */
  injectFault(fault: FaultKind): void;
  /** Handles a poison frame, out of order. @throws Error when that is impossible now */
  deliverAgain(frame: Uint8Array): void;
}

/** A party with a state: it is kept in snapshots, checkpoints and with the host, and can go on elsewhere. */
export interface StatefulCell extends Cell {
  /** Goes on as another implementation. @throws Error when its state does not fit; then it goes on as it is */
  replace(factory: ActorFactory): void;
  health(): ActorHealth;

  /** Allows the next incarnation to start at once when this one ends. */
  permitRestart(epoch: number): void;
  /** Reports ends that have not been reported yet. */
  reportEnds(): void;
  /** Ends this incarnation for its supervisor, between two batches. @returns the last sequence that it sent */
  end(): number;

  /** @throws Error when it waits for its restart */
  savedState(): Uint8Array;
  /** Takes a snapshot when something was handled since the last one. */
  takeSnapshot(): void;
  /** A snapshot of what it is now, valid until the next; null when it does not run. */
  readonly settled: Uint8Array | null;
  /** Journal position before which it needs nothing. */
  readonly neededFrom: number;
  /** That position after a checkpoint has taken a snapshot of it. */
  readonly neededAfterSnapshot: number;
  /** Whether the rest of a batch waits for room. The journal has to keep that rest meanwhile. */
  readonly restWaits: boolean;
  /** What the host keeps of it. */
  checkpoint(): ActorCheckpoint;
  readonly spareIsDue: boolean;
  prepareSpare(): void;
  /** Frames after the checkpoint that are poison: requesters of these may not have been told. */
  poisonedFrames(): readonly Uint8Array[];

  /** Shows what a frame would do now. @throws Error when it waits for its restart */
  tryFrame(frame: Uint8Array): Promise<Trial>;

  /** Makes it handle nothing more. What waits in its gate stays there. */
  suspend(): void;
  /** Everything of it. @throws Error when it is not suspended */
  handOver(): Handover;
  /** Reaches the state that is handed over, and waits for `arrive`. @throws ActorTrap */
  adopt(handover: Handover): void;
  /** Makes it run here from now on. */
  arrive(): void;
  /** It belongs to another VM now. */
  dispose(): void;
}

/** The cells of a VM, and what stopped actors have left. */
export class CellMap {
  private readonly byName = new Map<string, Cell>();
  private readonly byAddress = new Map<number, Cell>();
  private readonly withState = new Map<string, StatefulCell>();
  /** Last saved states of stopped actors, by name, until the host has them. */
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

  /** @throws Error when there is no such cell */
  named(name: string): Cell {
    const cell = this.byName.get(name);
    if (!cell) throw new Error(`VM ${this.vm} has no actor ${name}`);
    return cell;
  }

  at(address: number): Cell | undefined {
    return this.byAddress.get(address);
  }

  get stateful(): readonly StatefulCell[] {
    return [...this.withState.values()];
  }

  /** Undefined when it is not here, or has no state. */
  withStateAt(address: number): StatefulCell | undefined {
    return this.stateful.find((cell) => cell.address === address);
  }

  /** @throws Error when there is no such cell, or it has no state */
  withStateNamed(name: string): StatefulCell {
    const cell = this.withState.get(this.named(name).name);
    if (!cell)
      throw new Error(`port ${name} has no state: it is in one place, cannot be saved, copied or moved, and only its end restarts it`);
    return cell;
  }

  addStateful(cell: StatefulCell): void {
    this.add(cell);
    this.withState.set(cell.name, cell);
  }

  add(cell: Cell): void {
    this.byName.set(cell.name, cell);
    this.byAddress.set(cell.address, cell);
    this.savedStates.delete(cell.name);
  }

  remove(cell: Cell): void {
    this.byName.delete(cell.name);
    this.withState.delete(cell.name);
    this.byAddress.delete(cell.address);
    this.past = addCounts(this.past, cell.counts);
  }

  /** Counts of all cells, including those that are gone. */
  get counts(): CellCounts {
    return this.all.map(({ counts }) => counts).reduce(addCounts, this.past);
  }
}
