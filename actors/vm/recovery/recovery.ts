/**
 * How a lost VM becomes whole again. The order of the steps proves that nothing is lost, doubled or said too early (docs/RECOVERY.md):
 *
 *   the parties are here again, and know what they had accepted ──> nobody hears them ──> frames at which the VM hung too often are poison
 *     ──> the journal after the checkpoint is handled again ──> what nobody will answer fails ──> the VM accepts frames
 *     ──> what has left before leaves no more than once ──> a checkpoint
 */
import type { Position } from '../../../protocol/names.js';
import { type ActorCheckpoint, type Checkpoint, untouched } from '../../contract/checkpoint.js';
import type { RecoverySpec } from '../../contract/control.js';
import { type Suspect, suspectsAt } from '../../contract/progress.js';
import { decodeSavedState } from '../../contract/snapshot.js';
import { firstSequenceOf } from '../bus/gate.js';
import type { ActorCell } from '../cell/actor-cell.js';
import type { Cells } from '../cells.js';
import type { Runtime } from '../runtime.js';

export class Recovery {
  constructor(
    private readonly runtime: Runtime,
    private readonly cells: Cells,
  ) {}

  /**
   * Resolves when the VM could be lost again.
   * @param checkpoint the one that the host holds, if any
   * @param suspects where former incarnations hung, oldest first
   */
  async run(specs: readonly RecoverySpec[], checkpoint: Uint8Array | undefined, suspects: readonly Suspect[]): Promise<void> {
    const { bus, durability } = this.runtime;
    const former = durability.former(checkpoint);
    const versionOf = (actor: string) => former?.actors.find((kept) => kept.actor === actor)?.version;
    const loading = this.cells.loading(specs.map(({ party, version }) => ({ party, version: versionOf(party) ?? version })));
    if (loading) await loading;
    const beginning = this.resume(specs, former);
    const { addresses } = this.cells.map;
    bus.hush(addresses);
    for (const cell of this.cells.map.all) cell.blame(suspectsAt(cell.address, suspects));
    const poisoned = this.cells.map.stateful.flatMap((cell) => cell.poisonedFrames);
    this.handleAgain();
    for (const { schema } of beginning) bus.resync.come(schema, false);
    bus.unhush(addresses, poisoned);
    if (this.runtime.phase === 'recovers') this.runtime.phase = 'serves';
    // Output that came again has left before: it is not for the checkpoint, which would carry it from loss to loss.
    bus.retryHeld();
    const kept = durability.make();
    bus.wake();
    await kept;
  }

  /**
   * The parties of the former incarnation are here again, and know what they had accepted. A port without a spec was down in it.
   * @returns actors that were starting when the VM was lost: no checkpoint contains them
   */
  private resume(specs: readonly RecoverySpec[], checkpoint: Checkpoint | undefined): readonly ActorCell[] {
    const { bus, durability } = this.runtime;
    const { cells } = this;
    const { map } = cells;
    const keptOf = (actor: string) => checkpoint?.actors.find((kept) => kept.actor === actor);
    this.resumeOpen(specs);
    const { position } = durability.journal;
    const gone = specs.filter(({ party }) => !map.get(party) && !bus.kinds.party(bus.kinds.addressOf(party) ?? 0).forgets);
    const actors = gone.map((spec) => cells.create(spec, keptOf(spec.party) ?? notBegun(spec, position)));
    if (checkpoint) {
      bus.requests.restore(checkpoint.requests, (address) => actors.some((cell) => cell.address === address));
      bus.orphaned.restore(checkpoint, [...actors, bus.sender]);
    }
    for (const cell of actors) cell.remember(keptOf(cell.name));
    for (const cell of actors) cells.serve(cell);
    return actors.filter(({ name }) => !keptOf(name));
  }

  /** Resumes the ports that were opened as the VM was made. */
  private resumeOpen(specs: readonly RecoverySpec[]): void {
    for (const cell of this.cells.map.all) {
      const spec = specs.find(({ party }) => party === cell.name);
      // One that was down has not begun here: its supervisor numbers the incarnation with which it is started again.
      cell.beginAs(spec?.epoch ?? 0);
      if (!spec) this.cells.stop(cell.name);
    }
  }

  /** The entries of the journal after the checkpoint. The host hears of every step, so that it knows for certain what hangs. */
  private handleAgain(): void {
    const { progress } = this.runtime.tap;
    progress.tellEach(true);
    for (const cell of this.cells.map.all) cell.recover();
    progress.tellEach(false);
  }
}

/** The checkpoint of an actor that had not run yet, with its start state. An empty snapshot means none. */
function notBegun({ party: actor, epoch, snapshot }: RecoverySpec, position: Position): ActorCheckpoint {
  const savedState = snapshot ? decodeSavedState(snapshot) : { sequence: firstSequenceOf(epoch), seen: [], snapshot: new Uint8Array(0) };
  return { ...untouched(savedState.sequence, position), ...savedState, actor, waiting: [], held: [] };
}
