/** The actor model: everything to start an application with, to watch it, and to know what went wrong. The public API of `tandem`. */

export { CrashError, DecodeError, EncodeError, PermissionError, RequestError } from '../protocol/errors.js';
export type { Address, Epoch, Frame, Kind, Microseconds, SavedStateBytes, Sequence, SnapshotBytes } from '../protocol/names.js';
export {
  type Application,
  type ApplicationChange,
  ApplicationError,
  type ApplicationOptions,
  type Life,
  startApplication,
} from './application/application.js';
export type { ActorClient, Store } from './application/client/client-types.js';
export { SendError } from './application/client/send-error.js';
export type { Stored } from './application/persistence/persistence.js';
export { type Placement, PlacementError, type PlacementPlan, parsePlacement, rolloutBucket } from './application/placement.js';
export type { ReportedLetter as DeadLetter, System, SystemHealth } from './application/supervised-system.js';
export { type ActorSpec, type SystemOptions, startSystem } from './application/system.js';
export type { RunningRecording } from './application/system-recording.js';
export { type Breakpoint, BreakpointError, type BreakReport, parseBreakpoint } from './contract/breakpoint.js';
export type { VmCounters } from './contract/control.js';
export type { CrashReport } from './contract/events.js';
export { type Capabilities, type Clock, ControlError, type Host, type Lack, LoadError, type Timers, textOfLack } from './contract/host.js';
export type { VmName } from './contract/instance.js';
export { type Paused, PauseError, type Until } from './contract/pause.js';
export { decodeSavedState, decodeSnapshot, encodeSnapshot, type SavedState, type Snapshot } from './contract/snapshot.js';
export type { Side, StopReport } from './contract/states.js';
export { type Storage, type StorageChange, StorageError, unavailableStorage } from './contract/storage.js';
export type { ActorStatus, PortStatus, SystemChange, VmStatus } from './supervisor/change-feed.js';
export { StartError, SupervisionError } from './supervisor/errors.js';
export type { SupervisorSpec } from './supervisor/supervision.js';
export { SpecificationError } from './supervisor/tree/specification.js';
export { type Port, PortOverloadError, type RequestOptions } from './vm/port/port.js';
export type { Vm } from './vm/vm.js';
