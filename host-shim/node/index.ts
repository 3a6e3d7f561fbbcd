/** Tandem on Node: VMs in worker threads. */

export type { ApplicationDefinition } from '../common/application-definition.js';
export { platformClock } from '../common/clock.js';
export type { DebugLink, DebugLinkOptions } from '../common/debug-link.js';
export type { Guest, VmDefinition } from '../common/definition.js';
export type { PlatformHost } from '../common/host.js';
export type { HostOptions } from '../common/host-here.js';
export { openLiveTracks } from '../common/live-tracks.js';
export type { DisplayPort } from '../common/ports/display-port.js';
export { openFetchPort } from '../common/ports/fetch.js';
export type { InputPort, Key, KeyPhase } from '../common/ports/input-port.js';
export type { Picture } from '../common/ports/picture.js';
export { openTelemetryPort } from '../common/ports/telemetry.js';
export type { TelemetryPort } from '../common/ports/telemetry-couriers.js';
export { openTimerPort } from '../common/ports/timer.js';
export type { Started } from '../common/start.js';
export { clientOf } from '../common/start-on-platform.js';
export { platformTimers } from '../common/timers.js';
export { detectCapabilities } from './capabilities.js';
export { openDebugLink } from './debug-link.js';
export { createNodeHost } from './host.js';
export { type HeadlessDisplay, openDisplay } from './ports/display.js';
export { openInput, type ScriptedInput } from './ports/input.js';
export { openStorage } from './ports/storage.js';
export { openRecordingFile, openRecordingSink, type RecordingFile } from './recordings.js';
export { type NodeStartOptions, start } from './start.js';
