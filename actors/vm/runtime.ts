/** The objects that a VM is made of and that its actors and ports use, put together from below. */
import { kindsOf } from '../../bus/kinds.js';
import { system } from '../../protocol/generated/system.js';
import { TrapRate } from '../contract/fault.js';
import { VmBus } from './bus/vm-bus.js';
import { Crashes } from './crash/crashes.js';
import { PermittedRestarts, Scheduler } from './loop/scheduler.js';
import { Durability, type KeptCells } from './recovery/durability.js';
import { Progress, ProgressTeller } from './tap/progress.js';
import { Tap } from './tap/tap.js';
import type { VmOptions } from './vm-options.js';

/** Most batches are smaller. */
const SCRATCH_BYTES = 64 << 10;

export class Runtime {
  readonly scheduler: Scheduler;
  readonly tap: Tap;
  readonly crashes: Crashes;
  readonly bus: VmBus;
  readonly durability: Durability;
  readonly trapRate = new TrapRate();
  readonly restarts = new PermittedRestarts();
  /** recovers: nothing is accepted, since not all of the former incarnation is known yet. ended: nothing comes to be in the VM any more. */
  phase: 'recovers' | 'serves' | 'ended';
  /** Room for one batch, which all cells use in turn. `roomFor` makes it larger. */
  scratch = new Uint8Array(SCRATCH_BYTES);

  /** @param wake asks the driver for a pump */
  constructor(
    readonly options: VmOptions,
    cells: KeptCells,
    wake: () => void,
  ) {
    const { name, parties, clock, timers, findSite, memory } = options;
    this.phase = memory?.recovers ? 'recovers' : 'serves';
    const kinds = kindsOf(parties, system);
    this.scheduler = new Scheduler(timers, wake);
    this.tap = new Tap(progressOf(options), () => clock.nowMicros());
    this.crashes = new Crashes(name, kinds, this.tap, findSite);
    this.bus = new VmBus(options, kinds, this.tap, this.crashes, this.scheduler, wake);
    this.durability = new Durability(options, this.bus, cells);
  }

  /** The scratch buffer, with room for so many bytes. What was in it is lost if it had too little. */
  roomFor(bytes: number): Uint8Array {
    if (this.scratch.length < bytes) this.scratch = new Uint8Array(Math.max(2 * this.scratch.length, bytes));
    return this.scratch;
  }
}

function progressOf({ memory, clock, timers, tellProgress }: VmOptions): Progress {
  const cell = memory?.progress ?? Progress.allocate(false);
  return new Progress(cell, tellProgress ? new ProgressTeller(cell, clock, timers, tellProgress) : null);
}
