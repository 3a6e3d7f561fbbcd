/** The actor model: everything to write an actor with, and to start and watch its system with. The public API of `tandem`. */

export type { EndReason } from '../protocol/generated/system.js';
export {
  APPLICATION_INTENSITY,
  type Application,
  type ApplicationChange,
  ApplicationError,
  type ApplicationOptions,
  type ApplicationState,
  startApplication,
} from './application/application.js';
export type { Close, Life, LifeOptions } from './application/application-life.js';
export type { ActorClient, ActorClients, ClientActors, PublishedState, Store, TopicsOf } from './application/client/client-types.js';
export { SendError, type SendFailure } from './application/client/send-error.js';
export type { Stored } from './application/persistence/persistence.js';
export { type Placement, PlacementError, type PlacementPlan, parsePlacement, rolloutBucket } from './application/placement.js';
export type { System, SystemHealth } from './application/supervised-system.js';
export { type ActorSpec, type OnTrap, type SystemOptions, startSystem } from './application/system.js';
export type { RecordOptions, RunningRecording } from './application/system-recording.js';
export { type Breakpoint, BreakpointError, type BreakpointFailure, type BreakReport, parseBreakpoint } from './contract/breakpoint.js';
export type {
  ActorHealth,
  DeadLetter,
  EndNotice,
  LinkTransport,
  Routes,
  SpawnSpec,
  Trial,
  VmControl,
  VmCounters,
} from './contract/control.js';
export type {
  CauseLink,
  CrashReport,
  DeafReport,
  DivergenceReport,
  DivergentFrame,
  RefusedReport,
  UnrepeatableReport,
  VmEvent,
  VmEvents,
} from './contract/events.js';
export type { FaultKind } from './contract/fault.js';
export {
  type Capabilities,
  type Clock,
  ControlError,
  type ControlFailure,
  type Host,
  type TimerHandle,
  type Timers,
  type VmHandle,
  type VmListener,
  type VmStart,
} from './contract/host.js';
export {
  type ActorFactory,
  type ActorInstance,
  type ActorOptions,
  ActorTrap,
  type MalformedFrame,
  type OnFrame,
  type Output,
  type VmName,
} from './contract/instance.js';
export type { Place, ProgressReader, ProgressReading, Suspect } from './contract/progress.js';
export {
  decodeSavedState,
  decodeSnapshot,
  encodeSnapshot,
  type SavedState,
  type Snapshot,
  type SnapshotSchema,
} from './contract/snapshot.js';
export type {
  ActorState,
  CircuitState,
  Condition,
  CrashHistory,
  LastCrash,
  PartyCondition,
  PlacementReason,
  PoisonedMessages,
  PortState,
  Side,
  StopOutcome,
  StopReport,
  TwinReason,
  TwinStatus,
  Twins,
  VmState,
} from './contract/states.js';
export type { DiscardReason, PersistenceStatus, StorageChange } from './contract/storage.js';
export { type Storage, StorageError, type StorageFailure, unavailableStorage } from './contract/storage.js';
export { Actor, type Handlers, type RequestToken } from './model/actor.js';
export { UnknownHandlerError } from './model/handler-names.js';
export { javaScriptActorFactory, type RunnableActor } from './model/javascript-instance.js';
export { OutputError } from './model/outbox-builder.js';
export type { Incoming, PortHandlers, PortParty } from './model/port-handlers.js';
export type { ActorStatus, PortStatus, SystemChange, VmStatus } from './supervisor/change-feed.js';
export { type CircuitLimits, COOL_DOWN_MS } from './supervisor/circuit.js';
export { StartError, SupervisionError, type SupervisionFailure } from './supervisor/errors.js';
export { INTENSITY_DEFAULT, type Intensity } from './supervisor/intensity.js';
export type { SupervisorSpec } from './supervisor/supervision.js';
export type { Escalation, SystemState } from './supervisor/system-machine.js';
export type { StepListener, TraceRequest, WatchRequest } from './supervisor/tracing.js';
export { SpecificationError } from './supervisor/tree/errors.js';
export type { AutoShutdown, Backoff, RestartKind, Strategy } from './supervisor/tree/specification.js';
export {
  type AbortSignalLike,
  Port,
  PortOverloadError,
  type RequestOptions,
} from './vm/port/port.js';
export { Vm } from './vm/vm.js';
export type { OpenLinkFunction, VmMemory, VmOptions } from './vm/vm-options.js';
