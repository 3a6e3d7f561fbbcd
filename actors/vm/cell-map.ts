/** The cells of a VM by their names, and what stopped actors have left. */
import type { Address } from '../../protocol/names.js';
import { ActorCell } from './cell/actor-cell.js';
import type { Cell, CellCounts } from './cell/cell.js';

const hasState = (cell: Cell): cell is ActorCell => cell instanceof ActorCell;

const NO_COUNTS: CellCounts = { dropped: 0, conflated: 0, replayed: 0, divergent: 0, traps: 0 };

const addCounts = (a: CellCounts, b: CellCounts): CellCounts => ({
  dropped: a.dropped + b.dropped,
  conflated: a.conflated + b.conflated,
  replayed: a.replayed + b.replayed,
  divergent: a.divergent + b.divergent,
  traps: a.traps + b.traps,
});

export class CellMap {
  private readonly byName = new Map<string, Cell>();
  /** A list, since every pump needs it. */
  all: readonly Cell[] = [];
  /** Those with a state: they are kept in snapshots, checkpoints and with the host, and can go on elsewhere. */
  stateful: readonly ActorCell[] = [];
  /** Last saved states of stopped actors, by name, until the host has them. */
  readonly savedStates = new Map<string, Uint8Array>();
  private past = NO_COUNTS;

  constructor(private readonly vm: string) {}

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

  at(address: Address): Cell | undefined {
    return this.all.find((cell) => cell.address === address);
  }

  /** @throws Error when there is no such cell, or it has no state */
  withStateNamed(name: string): ActorCell {
    const cell = this.named(name);
    if (!hasState(cell))
      throw new Error(`port ${name} has no state: it is in one place, cannot be saved, copied or moved, and only its end restarts it`);
    return cell;
  }

  add(cell: Cell): void {
    this.byName.set(cell.name, cell);
    this.list();
    this.savedStates.delete(cell.name);
  }

  remove(cell: Cell): void {
    this.byName.delete(cell.name);
    this.list();
    this.past = addCounts(this.past, cell.counts);
  }

  private list(): void {
    this.all = [...this.byName.values()];
    this.stateful = this.all.filter(hasState);
  }

  /** Counts of all cells, including those that are gone. */
  get counts(): CellCounts {
    return this.all.map(({ counts }) => counts).reduce(addCounts, this.past);
  }
}
