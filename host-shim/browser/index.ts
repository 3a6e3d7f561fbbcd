/** Tandem in a browser: VMs in module workers. */
import { type HostOptions, PlatformHost } from '../common/host.js';
import type { BrowserCapabilities } from './capabilities.js';
import { debugging, probeDebugger } from './debugging.js';
import { newLifeLock } from './life.js';
import { compile, load } from './load.js';
import { readLong, readToEnd, startThread } from './thread.js';
import { afterTurn } from './turn.js';

export { type Storage, StorageError } from '../../actors/contract/storage.js';
export type { ActorDefinition, ApplicationDefinition, GuestDefinition, OnTrap, WorkerEntry } from '../common/application-definition.js';
export { platformClock } from '../common/clock.js';
export type { Guest, VmDefinition, VmSource } from '../common/definition.js';
export type { PlatformHost } from '../common/host.js';
export { type LiveTracksOptions, openLiveTracks } from '../common/live-tracks.js';
export type { DisplayEvents, DisplayPort } from '../common/ports/display-port.js';
export { type FetchPortOptions, openFetchPort } from '../common/ports/fetch.js';
export type { InputPort, Key, KeyPhase } from '../common/ports/input-port.js';
export type { Picture, PictureClip, PictureItem } from '../common/ports/picture.js';
export { openTelemetryPort, type TelemetryPort, type TelemetryPortOptions } from '../common/ports/telemetry.js';
export { openTimerPort } from '../common/ports/timer.js';
export { platformTimers } from '../common/timers.js';
export { type BrowserCapabilities, detectCapabilities } from './capabilities.js';
export { persistWhenHidden } from './persist-when-hidden.js';
export type { ImageSource } from './ports/canvas-painter.js';
export { type CanvasDisplay, type CanvasDisplayOptions, openDisplay } from './ports/display.js';
export { type BrowserInput, type BrowserInputOptions, KEYS, openInput } from './ports/input.js';
export { openStorage } from './ports/storage.js';
export { createDownloadSink, openRecordingFile, openRecordingSink } from './recordings.js';
export { runVm } from './vm-worker.js';

export interface BrowserHostOptions extends HostOptions {
  readonly capabilities: BrowserCapabilities;
}

const platform = { afterTurn, load, compile, newLifeLock: () => '', startThread, readToEnd: readLong, debugging, probeDebugger };

export const createBrowserHost = (options: BrowserHostOptions): PlatformHost =>
  new PlatformHost(options.capabilities.locks ? { ...platform, newLifeLock, readToEnd } : platform, options);
