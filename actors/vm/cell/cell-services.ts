/** What the runtime of a VM gives each of its parties. */
import type { Journal } from '../../../bus/journal.js';
import type { VmEvents } from '../../contract/events.js';
import type { Fault } from '../../contract/fault.js';
import type { VmName } from '../../contract/instance.js';
import type { PermittedCell } from '../permitted-restarts.js';
import type { GateServices } from './gate.js';
import type { LastCrashes } from './last-crashes.js';

/** What all parties of a VM share. */
export interface CellServices extends GateServices {
  readonly vm: VmName;
  readonly journal: Journal;
  readonly events: VmEvents;
  readonly lastCrashes: LastCrashes;
  /** Makes room in the journal, by a checkpoint if need be. @returns false when there is none yet */
  readonly makeRoom: (bytes: number) => boolean;
  /** Room for one batch; every cell uses it in turn. */
  readonly scratch: Uint8Array;
  /** The fault that is to strike in a batch of so many frames: draws from the rates. */
  readonly drawFault: (frames: number) => Fault | null;
  readonly restartSoon: (cell: PermittedCell) => void;
}
