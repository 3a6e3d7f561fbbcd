/**
 * Notices when a VM has done what it had to do at a moment: all its output has left, or all that had arrived is handled. The host asks for it before
 * it stops the system, so that what was sent until then is handled.
 */

import type { LinkPositions } from '../../contract/instance.js';
import type { VmBus } from '../bus/vm-bus.js';
import type { Cell } from '../cell/cell.js';
import type { CellMap } from '../cell-map.js';

interface Awaited {
  readonly reached: () => boolean;
  readonly resolve: () => void;
}

export class Quiet {
  private awaited: readonly Awaited[] = [];

  constructor(
    private readonly bus: VmBus,
    private readonly map: CellMap,
  ) {}

  /** Resolves when no output waits for room. @returns how far the links to other VMs were written */
  async written(): Promise<LinkPositions> {
    await this.until(() => !this.bus.blocked);
    return this.bus.links.flushedTo();
  }

  /** Resolves when what other VMs had written up to these positions is here, or waits for room. */
  came(positions: LinkPositions): Promise<void> {
    return this.until(() => this.bus.links.came(positions));
  }

  /** Resolves when what other VMs had written up to these positions is here, and every party was found running, with an empty mailbox. */
  async served(positions: LinkPositions): Promise<void> {
    let left: readonly Cell[] | null = null;
    await this.until(() => {
      if (!this.bus.links.reached(positions)) return false;
      const { all } = this.map;
      left = (left ?? all).filter((cell) => all.includes(cell) && (cell.restarting || cell.mailbox.frames() > 0));
      return left.length === 0;
    });
  }

  /** To be called when links were drained. */
  look(): void {
    if (this.awaited.length === 0) return;
    const reached = this.awaited.filter((each) => each.reached());
    this.awaited = this.awaited.filter((each) => !reached.includes(each));
    for (const { resolve } of reached) resolve();
  }

  private async until(reached: () => boolean): Promise<void> {
    const waited = new Promise<void>((resolve) => {
      this.awaited = [...this.awaited, { reached, resolve }];
    });
    this.look();
    this.bus.wake();
    await waited;
  }
}
