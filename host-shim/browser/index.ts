/** Tandem in a browser: VMs in module workers. */

export type { ApplicationDefinition } from '../common/application-definition.js';
export { platformClock } from '../common/clock.js';
export type { DebugLink, DebugLinkOptions } from '../common/debug-link.js';
export type { Guest, VmDefinition } from '../common/definition.js';
export type { PlatformHost } from '../common/host.js';
export { openLiveTracks } from '../common/live-tracks.js';
export type { DisplayPort } from '../common/ports/display-port.js';
export { openFetchPort } from '../common/ports/fetch.js';
export type { InputPort, Key, KeyPhase } from '../common/ports/input-port.js';
export type { Picture, PictureItem } from '../common/ports/picture.js';
export { openTelemetryPort } from '../common/ports/telemetry.js';
export type { TelemetryPort } from '../common/ports/telemetry-couriers.js';
export { openTimerPort } from '../common/ports/timer.js';
export type { Profile } from '../common/profile.js';
export type { Started } from '../common/start.js';
export { clientOf } from '../common/start-on-platform.js';
export { platformTimers } from '../common/timers.js';
export { type BrowserCapabilities, detectCapabilities, profileFor } from './capabilities.js';
export { debuggerOf, openDebugLink } from './debug-link.js';
export { type BrowserHostOptions, createBrowserHost } from './host.js';
export { PAINT_BUDGETS } from './painting/budget.js';
export type { CanvasScreen } from './painting/display-painting.js';
export {
  IMAGE_PIXELS_MAX,
  type Images,
  type ImagesOptions,
  type ImageWish,
  loadImage,
  openImages,
  type SizedImage,
} from './painting/images.js';
export type { ImageCounts, ImageKeeper, ImageSource, PaintBudget, PaintCounts, PainterChoice, PaintMemory } from './painting/painter.js';
export { lackForPainter, openPainter, type PainterScreen } from './painting/painter-screen.js';
export type { PaintCondition } from './painting/painting.js';
export { persistWhenHidden } from './persist-when-hidden.js';
export type { CollectionCounts } from './ports/collections.js';
export { type CanvasDisplay, openDisplay } from './ports/display.js';
export { type BrowserInput, openInput } from './ports/input.js';
export { KEY_TABLES, type KeyTable, type MediaKey } from './ports/key-tables.js';
export { type BrowserStorage, type BrowserStorageOptions, openStorage } from './ports/storage.js';
export { createDownloadSink, openRecordingFile, openRecordingSink } from './recordings.js';
export { type BrowserStartOptions, start, startHere } from './start.js';
