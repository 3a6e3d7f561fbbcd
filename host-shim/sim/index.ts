/** Tandem in one thread, with a virtual clock, seeded delivery and faults on command, for tests and repeatable runs. */

export { Standstill } from '../../actors/contract/fault.js';
export { Random } from '../../bus/random.js';
export type { ApplicationDefinition } from '../common/application-definition.js';
export type { Guest, VmDefinition } from '../common/definition.js';
export type { DisplayPort } from '../common/ports/display-port.js';
export type { InputPort, Key, KeyPhase } from '../common/ports/input-port.js';
export type { Picture } from '../common/ports/picture.js';
export { openTelemetryPort } from '../common/ports/telemetry.js';
export type { TelemetryPort } from '../common/ports/telemetry-couriers.js';
export { openTimerPort } from '../common/ports/timer.js';
export { detectCapabilities } from './capabilities.js';
export { createSimHost, type SimHost, type SimHostOptions } from './host.js';
export { type HeadlessDisplay, openDisplay } from './ports/display.js';
export { openFetchPort } from './ports/fetch.js';
export { openInput, type ScriptedInput } from './ports/input.js';
export { openStorage, type SimStorageOptions, type StorageMemory } from './ports/storage.js';
export { type StartedTest, startTest, type TestOptions } from './start.js';
export type { Delay, LinkFaults } from './transport.js';
export { type TestTwinsOptions, type TwinMessage, type TwinSequence, TwinsError, type TwinsTested, testTwins } from './twins/index.js';
