/** What a VM provides to its actors and ports. */

import type { TrapRate } from '../../contract/fault.js';
import type { VmBus } from '../bus/vm-bus.js';
import type { Crashes } from '../crash/crashes.js';
import type { Durability } from '../recovery/durability.js';
import type { Tap } from '../tap/tap.js';
import type { PermittedRestarts } from '../turns/scheduler.js';
import type { VmOptions } from '../vm-options.js';

export interface Runtime {
  readonly options: VmOptions;
  readonly bus: VmBus;
  readonly tap: Tap;
  readonly durability: Durability;
  readonly crashes: Crashes;
  readonly trapRate: TrapRate;
  readonly restarts: PermittedRestarts;
  /** Room for one batch, which all cells use in turn. `roomFor` makes it larger. */
  scratch: Uint8Array;
}

/** Most batches are smaller. */
export const SCRATCH_BYTES = 64 << 10;

/** The scratch buffer, with room for so many bytes. What was in it is lost if it had too little. */
export function roomFor(runtime: Runtime, bytes: number): Uint8Array {
  if (runtime.scratch.length < bytes) runtime.scratch = new Uint8Array(Math.max(2 * runtime.scratch.length, bytes));
  return runtime.scratch;
}
