/**
 * How a lost VM becomes whole again. The order of the steps proves that nothing is lost, doubled or said too early (docs/RECOVERY.md):
 *
 *   the parties are here again, and know what they had accepted ──> nobody hears them ──> frames at which the VM hung too often are poison
 *     ──> the journal after the checkpoint is handled again ──> what nobody will answer fails ──> the VM accepts frames
 *     ──> what has left before leaves no more than once ──> a checkpoint
 */
import type { RecoverySpec } from '../../contract/control.js';
import { type Suspect, suspectsAt } from '../../contract/progress.js';
import type { Runtime } from '../cell/runtime.js';
import type { CellMap } from '../cell-map.js';
import type { Cells } from '../cells.js';

export class Recovery {
  /** While true, nothing is accepted: the knowledge of the former incarnation is not complete yet. */
  pending: boolean;

  constructor(
    private readonly runtime: Runtime,
    private readonly map: CellMap,
    private readonly cells: Cells,
  ) {
    this.pending = runtime.options.memory?.recovers ?? false;
  }

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
    this.cells.resume(specs, former);
    const { addresses } = this.map;
    bus.hush(addresses);
    for (const cell of this.map.all) cell.blame(suspectsAt(cell.address, suspects));
    bus.unhush(addresses, this.handleAgain());
    this.pending = false;
    // Output that came again has left before: it is not for the checkpoint, which would carry it from loss to loss.
    bus.retryHeld();
    const kept = durability.make();
    bus.wake();
    await kept;
  }

  /** The host hears of every step, so that it knows for certain what hangs. @returns frames that are poison */
  private handleAgain(): readonly Uint8Array[] {
    const { progress } = this.runtime.tap;
    progress.tellEach(true);
    const poisoned = this.cells.recover();
    progress.tellEach(false);
    return poisoned;
  }
}
