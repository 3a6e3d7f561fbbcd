/** Brings parties into a VM and removes them: actors that are spawned, stopped, moved or back after a loss, and ports that are opened. */

import type { Epoch, Sequence } from '../../protocol/names.js';
import type { Beginning } from '../../trace/step.js';
import type { ActorCheckpoint } from '../contract/checkpoint.js';
import type { SpawnSpec } from '../contract/control.js';
import type { ActorFactory, LinkPositions } from '../contract/instance.js';
import { decodeSavedState } from '../contract/snapshot.js';
import { reasonOf } from '../contract/thrown.js';
import type { PortParty } from '../model/handlers.js';
import { ActorCell } from './cell/actor-cell.js';
import type { Cell } from './cell/cell.js';
import type { CellMap } from './cell-map.js';
import { PortCell, type PortSpec } from './port/port-cell.js';
import type { Runtime } from './runtime.js';

/** Which implementation of which actor. */
type Implementation = Pick<SpawnSpec, 'party' | 'version'>;

export class Cells {
  /** Implementations that have replaced those that the VM was made with, by actor. */
  private readonly replacements = new Map<string, ActorFactory>();

  constructor(
    private readonly runtime: Runtime,
    readonly map: CellMap,
  ) {}

  /** @throws Error when there is a party of this name already */
  open<P extends PortParty>(spec: PortSpec<P>): PortCell<P> {
    const { name } = spec.schema;
    if (this.map.get(name)) throw new Error(`port ${name} is open already`);
    const cell = new PortCell(spec, this.runtime);
    this.map.add(cell);
    this.serve(cell);
    return cell;
  }

  /** @throws Error when its implementation is not here, or the actor is here already */
  create(spec: SpawnSpec, kept?: ActorCheckpoint): ActorCell {
    const { vm } = this.runtime.bus;
    if (this.map.get(spec.party)) throw new Error(`actor ${spec.party} is in VM ${vm} already`);
    const cell = new ActorCell(this.implementationOf(spec.party, kept?.version ?? spec.version), spec, this.runtime, kept);
    this.map.add(cell);
    return cell;
  }

  /**
   * Loads the code of actors that are to come to be here, where it is in a file of its own.
   * @returns null when there is nothing to load; else a promise, which rejects with an Error that names the actor, or when the VM has ended meanwhile
   */
  loading(actors: readonly Implementation[]): Promise<void> | null {
    const lazy = actors.map(({ party, version }) => this.find(party, version)).filter((factory) => factory?.load !== undefined);
    return lazy.length === 0 ? null : this.loadAll(lazy as readonly ActorFactory[]);
  }

  private async loadAll(factories: readonly ActorFactory[]): Promise<void> {
    await Promise.all(factories.map(loadOne));
    if (this.runtime.phase === 'ended') throw new Error(`VM ${this.runtime.bus.vm} has ended`);
  }

  private implementationOf(party: string, version = 1): ActorFactory {
    const { name: vm } = this.runtime.options;
    const found = this.find(party, version);
    if (!found) throw new Error(`VM ${vm} has no implementation${version === 1 ? '' : ` ${version}`} of actor ${party}`);
    return found;
  }

  private find(party: string, version = 1): ActorFactory | undefined {
    const replacement = version === 1 ? this.replacements.get(party) : undefined;
    return replacement ?? this.runtime.options.factories.find(({ schema, version: own = 1 }) => schema.name === party && own === version);
  }

  /** Goes on with another implementation of an actor, now if it is here. @throws what it throws, after which the former one goes on */
  replace(factory: ActorFactory): void {
    const { name } = factory.schema;
    this.map.stateful.find((cell) => cell.name === name)?.replace(factory);
    this.replacements.set(name, factory);
  }

  /** Lets frames for it in, and gives it turns. */
  serve(cell: Cell): void {
    const { bus, scheduler } = this.runtime;
    if (scheduler.parties.includes(cell)) return;
    bus.router.addLocal(cell);
    scheduler.add(cell);
  }

  /** Removes it from this VM. */
  drop(cell: Cell): void {
    this.map.remove(cell);
    this.unserve(cell);
  }

  private unserve(cell: Cell): void {
    this.runtime.bus.router.removeLocal(cell.address);
    this.runtime.scheduler.remove(cell);
  }

  /** Also restarts a port that was stopped. */
  async spawn(spec: SpawnSpec): Promise<void> {
    if (this.map.get(spec.party)?.stays) return this.restart(spec.party, spec.epoch);
    const loading = this.loading([spec]);
    if (loading) await loading;
    const { bus, durability } = this.runtime;
    const cell = this.create(spec);
    cell.deaths.began(beginningOf(spec, cell.gate.sequence));
    bus.router.fence(cell.address, spec.epoch, cell.gate.sequence);
    bus.orphaned.giveBack(cell.gate);
    // What the actor handles could not be recovered while no checkpoint contains the actor.
    await durability.make();
    this.serve(cell);
    // What was meant for it while it was down is lost: its own requests fail anew.
    bus.requests.reopen(cell.address, spec.snapshot !== undefined);
    bus.watchDeadlines();
    if (spec.epoch > 1 || spec.stored) bus.resync.come(cell.schema, spec.stored !== undefined);
  }

  restart(name: string, epoch: Epoch): void {
    const cell = this.map.named(name);
    cell.checkRestart(epoch);
    this.serve(cell);
    cell.restart(epoch);
  }

  /** @returns its last saved state; null when it has none */
  stop(name: string): Uint8Array | null {
    const cell = this.map.named(name);
    const savedState = cell.stop();
    this.unserve(cell);
    if (!savedState) return null;
    const { bus } = this.runtime;
    this.map.remove(cell);
    this.map.savedStates.set(name, savedState);
    bus.orphaned.add(cell.gate);
    for (const request of bus.requests.abandon(cell.address)) bus.fail(request, 'ended');
    return savedState;
  }

  /** Resolves when what other VMs had written up to these positions is here, and every party was found running, with an empty mailbox. */
  async served(positions: LinkPositions): Promise<void> {
    const { bus } = this.runtime;
    let left: readonly Cell[] | null = null;
    await bus.until(() => {
      if (!bus.links.reached(positions)) return false;
      const { all } = this.map;
      left = (left ?? all).filter((cell) => all.includes(cell) && (cell.restarting || cell.mailbox.frames() > 0));
      return left.length === 0;
    });
  }
}

async function loadOne({ schema, load }: ActorFactory): Promise<void> {
  try {
    await load?.();
  } catch (error) {
    throw new Error(`the code of actor ${schema.name} in JavaScript did not load: ${reasonOf(error)}`, { cause: error });
  }
}

function beginningOf({ options, snapshot, stored }: SpawnSpec, sequence: Sequence): Beginning {
  const state = snapshot ? decodeSavedState(snapshot).snapshot : stored;
  return { options, snapshot: state && state.length > 0 ? state : null, sequence };
}
