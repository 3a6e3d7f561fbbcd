/** What a VM provides to its actors and ports. */
import type { Crashes } from '../crashes.js';
import type { Durability } from '../durability.js';
import type { FaultRates } from '../fault-rates.js';
import type { PermittedRestarts } from '../scheduler.js';
import type { Tap } from '../tap.js';
import type { VmBus } from '../vm-bus.js';
import type { VmOptions } from '../vm-options.js';

export interface Runtime {
  readonly options: VmOptions;
  readonly bus: VmBus;
  readonly tap: Tap;
  readonly durability: Durability;
  readonly crashes: Crashes;
  readonly faults: FaultRates;
  readonly restarts: PermittedRestarts;
  /** Room for one batch, which all cells use in turn. */
  readonly scratch: Uint8Array;
}
