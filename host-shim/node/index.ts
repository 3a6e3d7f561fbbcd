/** Tandem on Node: VMs in worker threads. */

export type { OnTrap } from '../../actors/application/system.js';
export { type Storage, StorageError } from '../../actors/contract/storage.js';
export type { ActorDefinition, ApplicationDefinition, GuestDefinition } from '../common/application-definition.js';
export { platformClock } from '../common/clock.js';
export type { Guest, VmDefinition, VmSource, WorkerEntry, WorkerLike } from '../common/definition.js';
export type { HostOptions, PlatformHost, VmSources } from '../common/host.js';
export { type LiveTracksOptions, openLiveTracks } from '../common/live-tracks.js';
export type { DisplayEvents, DisplayPort } from '../common/ports/display-port.js';
export { type FetchPortOptions, openFetchPort } from '../common/ports/fetch.js';
export type { InputPort, Key, KeyPhase } from '../common/ports/input-port.js';
export type { Picture, PictureClip, PictureItem } from '../common/ports/picture.js';
export { openTelemetryPort, type TelemetryPort, type TelemetryPortOptions } from '../common/ports/telemetry.js';
export { openTimerPort } from '../common/ports/timer.js';
export type { Started, StartOptions } from '../common/start.js';
export { clientOf } from '../common/start-on-platform.js';
export { platformTimers } from '../common/timers.js';
export { detectCapabilities } from './capabilities.js';
export { createNodeHost } from './host.js';
export { type HeadlessDisplay, type HeadlessDisplayOptions, openDisplay } from './ports/display.js';
export { openInput, type ScriptedInput } from './ports/input.js';
export { openStorage } from './ports/storage.js';
export { openRecordingFile, openRecordingSink, type RecordingFile } from './recordings.js';
export { type NodeStartOptions, start } from './start.js';
export { runApplication, runVm } from './vm-worker.js';
