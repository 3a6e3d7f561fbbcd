/** Tandem in one thread, with a virtual clock, seeded delivery and faults on command, for tests and repeatable runs. */

export { Standstill } from '../../actors/contract/fault.js';
export { type Storage, StorageError } from '../../actors/contract/storage.js';
export { Random } from '../../bus/random.js';
export type { ActorDefinition, ApplicationDefinition, GuestDefinition } from '../common/application-definition.js';
export type { Guest, VmDefinition, VmSource } from '../common/definition.js';
export type { DisplayEvents, DisplayPort } from '../common/ports/display-port.js';
export type { InputPort, Key, KeyPhase } from '../common/ports/input-port.js';
export type { Picture, PictureClip, PictureItem } from '../common/ports/picture.js';
export { openTelemetryPort, type TelemetryPort, type TelemetryPortOptions } from '../common/ports/telemetry.js';
export { openTimerPort } from '../common/ports/timer.js';
export { detectCapabilities } from './capabilities.js';
export { createSimHost, SimHost, type SimHostOptions } from './host.js';
export { Kernel, type KernelOptions, SIMULATION_EPOCH_MICROS } from './kernel.js';
export { type HeadlessDisplay, type HeadlessDisplayOptions, openDisplay } from './ports/display.js';
export { type FetchPortOptions, openFetchPort } from './ports/fetch.js';
export { openInput, type ScriptedInput } from './ports/input.js';
export { openStorage, type SimStorageOptions, type StorageFault, type StorageMemory } from './ports/storage.js';
export { type StartedTest, startTest, type TestOptions } from './start.js';
export type { Delay, LinkFaults } from './transport.js';
export {
  type TestTwinsOptions,
  type TwinFinding,
  type TwinMessage,
  type TwinOutput,
  type TwinSequence,
  TwinsError,
  type TwinsTested,
  testTwins,
} from './twins/index.js';
