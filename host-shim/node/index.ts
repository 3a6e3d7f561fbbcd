/** Tandem on Node: VMs in worker threads. */
import { type HostOptions, PlatformHost } from '../common/host.js';
import { debugging } from './debugging.js';
import { newLifeLock } from './life.js';
import { load } from './load.js';
import { readToEnd, startThread } from './thread.js';
import { afterTurn } from './turn.js';

export { type Storage, StorageError } from '../../actors/contract/storage.js';
export type { ActorDefinition, ApplicationDefinition, GuestDefinition, OnTrap, WorkerEntry } from '../common/application-definition.js';
export { platformClock } from '../common/clock.js';
export type { Guest, VmDefinition, VmSource } from '../common/definition.js';
export type { HostOptions, PlatformHost } from '../common/host.js';
export { type LiveTracksOptions, openLiveTracks } from '../common/live-tracks.js';
export type { DisplayEvents, DisplayPort } from '../common/ports/display-port.js';
export { type FetchPortOptions, openFetchPort } from '../common/ports/fetch.js';
export type { InputPort, Key, KeyPhase } from '../common/ports/input-port.js';
export type { Picture, PictureClip, PictureItem } from '../common/ports/picture.js';
export { openTelemetryPort, type TelemetryPort, type TelemetryPortOptions } from '../common/ports/telemetry.js';
export { openTimerPort } from '../common/ports/timer.js';
export { platformTimers } from '../common/timers.js';
export { detectCapabilities } from './capabilities.js';
export { type HeadlessDisplay, type HeadlessDisplayOptions, openDisplay } from './ports/display.js';
export { openInput, type ScriptedInput } from './ports/input.js';
export { openStorage } from './ports/storage.js';
export { openRecordingFile, openRecordingSink, type RecordingFile } from './recordings.js';
export { runVm } from './vm-worker.js';

export const createNodeHost = (options: HostOptions): PlatformHost =>
  new PlatformHost({ afterTurn, load, newLifeLock, startThread, readToEnd, debugging }, options);
