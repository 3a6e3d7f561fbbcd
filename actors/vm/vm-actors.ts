/** The actors of one VM. */

import { type ActorCheckpoint, type Checkpoint, untouched } from '../contract/checkpoint.js';
import type { RecoverySpec, SpawnSpec } from '../contract/control.js';
import type { ActorFactory, VmName } from '../contract/instance.js';
import { decodeSavedState } from '../contract/snapshot.js';
import { type Suspect, suspectsAt } from '../contract/suspect.js';
import { ActorCell } from './cell/cell.js';
import { CellCounts } from './cell/cell-counts.js';
import { blame, poisonedFrames, remember } from './cell/cell-recovery.js';
import { firstSequenceOf, type Gate } from './cell/gate.js';
import type { Checkpointer } from './checkpointer.js';
import { OrphanedOutput } from './orphaned-output.js';
import type { PortServices } from './port/port.js';
import type { Served } from './scheduler.js';
import type { TopicResync } from './topic-resync.js';

export interface VmActorsOptions {
  readonly vm: VmName;
  readonly factories: readonly ActorFactory[];
  readonly served: Served;
  readonly checkpointer: Checkpointer | null;
  readonly resync: TopicResync;
}

export class VmActors {
  /** By name. */
  readonly cells = new Map<string, ActorCell>();
  /** Those that have been stopped included. */
  readonly counts = new CellCounts();
  readonly orphaned: OrphanedOutput;
  /** The VM was lost as they started: they are in no checkpoint. */
  private beginning: ActorCell[] = [];
  /** By name, the last saved states of actors that were stopped, until the host has them. */
  private readonly savedStates = new Map<string, Uint8Array>();

  constructor(
    private readonly services: PortServices,
    private readonly options: VmActorsOptions,
  ) {
    this.orphaned = new OrphanedOutput(services);
  }

  get all(): readonly ActorCell[] {
    return [...this.cells.values()];
  }

  /** @throws Error when it is not here */
  named(actor: string): ActorCell {
    const cell = this.cells.get(actor);
    if (!cell) throw new Error(`VM ${this.options.vm} has no actor ${actor}`);
    return cell;
  }

  /** @throws Error when there is no twin here, or one that is here already */
  create(spec: SpawnSpec, kept?: ActorCheckpoint): ActorCell {
    const { vm, factories } = this.options;
    if (this.cells.has(spec.party)) throw new Error(`actor ${spec.party} is in VM ${vm} already`);
    const factory = factories.find(({ schema }) => schema.name === spec.party);
    if (!factory) throw new Error(`VM ${vm} has no implementation of actor ${spec.party}`);
    this.services.lastCrashes.passed(factory.schema.address);
    const cell = new ActorCell(factory, spec, this.services, kept);
    this.cells.set(spec.party, cell);
    this.savedStates.delete(spec.party);
    return cell;
  }

  drop(cell: ActorCell): void {
    this.cells.delete(cell.name);
    this.options.served.remove(cell);
    this.counts.remember(cell);
  }

  async spawn(spec: SpawnSpec): Promise<void> {
    const { router, requests, watchDeadline, tap } = this.services;
    const { checkpointer, served, resync } = this.options;
    const cell = this.create(spec);
    tap.started(cell.address, spec.epoch);
    router.fence(cell.address, spec.epoch, cell.gate.sequence);
    this.orphaned.giveBack(cell.gate);
    // What the actor handles and is in no checkpoint could not be recovered.
    await checkpointer?.make();
    served.add(cell);
    // What was meant for it while it was down is lost: requests of its own fail anew.
    requests.reopen(cell.address, spec.snapshot !== undefined);
    watchDeadline(requests.nextDeadline);
    if (spec.epoch > 1 || spec.stored) resync.come(cell.core.schema, spec.stored !== undefined);
  }

  /** @throws Error when the epoch is not above its own, unless a permit was faster */
  restart(actor: string, epoch: number): void {
    const cell = this.named(actor);
    if (cell.hasRestartedAs(epoch)) return;
    if (epoch <= cell.gate.epoch) throw new Error(`epoch ${epoch} of ${actor} is not above ${cell.gate.epoch}`);
    cell.restart(epoch);
  }

  /** For a checkpoint: they have nothing in the journal. */
  get stopped(): readonly ActorCheckpoint[] {
    const { position } = this.services.journal;
    return [...this.savedStates].map(([actor, bytes]) => {
      const savedState = decodeSavedState(bytes);
      return { ...untouched(savedState.sequence, position), ...savedState, actor, waiting: [], held: [] };
    });
  }

  /** The host has what a stopped actor has left. */
  letGo(actor: string): void {
    this.savedStates.delete(actor);
  }

  /** @returns its last saved state */
  stop(actor: string): Uint8Array {
    const { requests, fail } = this.services;
    const cell = this.named(actor);
    const savedState = cell.stop();
    this.drop(cell);
    this.savedStates.set(actor, savedState);
    this.orphaned.add(cell.gate);
    for (const request of requests.abandon(cell.address)) fail(request, 'ended');
    return savedState;
  }

  /** The former incarnation of the VM was lost: its actors are here again, and know what they had accepted. */
  resume(orders: readonly RecoverySpec[], checkpoint: Checkpoint | undefined, runtime: { readonly gate: Gate }): void {
    const keptOf = (actor: string) => checkpoint?.actors.find((kept) => kept.actor === actor);
    const { position } = this.services.journal;
    for (const spec of orders) this.create(spec, keptOf(spec.party) ?? notBegun(spec, position));
    this.beginning = this.all.filter(({ name }) => !keptOf(name));
    if (checkpoint) {
      this.services.requests.restore(checkpoint.requests, (address) => this.all.some((cell) => cell.address === address));
      this.orphaned.restore(checkpoint, [...this.all, runtime]);
    }
    for (const { name, core } of this.all) remember(core, keptOf(name));
    for (const cell of this.all) this.options.served.add(cell);
  }

  /** The VM has hung at frames of these actors. */
  blame(suspects: readonly Suspect[]): void {
    for (const { core } of this.all) blame(core, suspectsAt(core.address, suspects));
  }

  /** Handles what the journal has behind the checkpoint. @returns frames behind it that were given up */
  recover(): readonly Uint8Array[] {
    const poisoned = this.all.flatMap(({ core }) => poisonedFrames(core));
    for (const cell of this.all) cell.recover();
    for (const { core } of this.beginning.splice(0)) this.options.resync.come(core.schema, false);
    return poisoned;
  }
}

/** Of an actor that had not run yet, with what it was to start with. An empty snapshot is none. */
function notBegun({ party: actor, epoch, snapshot }: RecoverySpec, position: number): ActorCheckpoint {
  const savedState = snapshot ? decodeSavedState(snapshot) : { sequence: firstSequenceOf(epoch), seen: [], snapshot: new Uint8Array(0) };
  return { ...untouched(savedState.sequence, position), ...savedState, actor, waiting: [], held: [] };
}
