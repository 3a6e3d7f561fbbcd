/** `start` for a page. */
import type { ApplicationDefinition } from '../common/application-definition.js';
import type { Started, StartOptions } from '../common/start.js';
import { startWith } from '../common/start-on-platform.js';
import { type BrowserCapabilities, detectCapabilities, profileFor } from './capabilities.js';
import { type BrowserHostOptions, createBrowserHost, createHostHere } from './host.js';
import type { PainterScreen } from './painting/painter-screen.js';

export interface BrowserStartOptions extends StartOptions {
  /** What this device can do, or is taken to; found out when not given. */
  readonly capabilities?: BrowserCapabilities;
  /** What `openPainter` gives: the display is in a worker then, and is not opened in this thread. Not with the placement `host`. */
  readonly painter?: PainterScreen;
}

/** Key in the page's local storage. */
const DEVICE_KEY = 'tandem.device';

/** A random name that stays with the browser's profile. Where nothing is stored, one for this page: such a device may change its share. */
function deviceId(): string {
  try {
    const known = localStorage.getItem(DEVICE_KEY);
    if (known) return known;
    const made = Math.random().toString(36).slice(2);
    localStorage.setItem(DEVICE_KEY, made);
    return made;
  } catch {
    return '';
  }
}

/**
 * Starts an application in this page.
 * @returns each of its actors by name, and the system
 * @throws what `startSystem` throws; then everything that had started was ended again
 */
export function start<const D extends ApplicationDefinition>(
  application: D,
  { painter, ...options }: BrowserStartOptions = {},
): Promise<Started<D>> {
  const createHost = (host: BrowserHostOptions) =>
    createBrowserHost(painter ? { ...host, vms: { ...host.vms, painter: painter.vm } } : host);
  const portVms = painter ? { ...options.portVms, display: 'painter' as const } : options.portVms;
  return startWith({ detectCapabilities, profileFor, createHost, deviceId }, application, { ...options, portVms });
}

/**
 * Starts an application in this page's thread, all of it: a page that has no worker loads less than by `start`. Of the placement, what is in VMs of their own
 * is in this thread, too; where they have worker files, the console says so.
 * @returns each of its actors by name, and the system
 * @throws what `startSystem` throws; then everything that had started was ended again
 */
export const startHere = <const D extends ApplicationDefinition>(
  application: D,
  options: Omit<BrowserStartOptions, 'painter'> = {},
): Promise<Started<D>> => startWith({ detectCapabilities, profileFor, createHost: createHostHere, deviceId }, application, options);
