/** `start` for a page. */
import type { ApplicationDefinition } from '../common/application-definition.js';
import type { Started, StartOptions } from '../common/start.js';
import { startWith } from '../common/start-on-platform.js';
import { type BrowserCapabilities, detectCapabilities, profileFor } from './capabilities.js';
import { createBrowserHost } from './host.js';

export interface BrowserStartOptions extends StartOptions {
  /** What this device can do, or is taken to; found out when not given. */
  readonly capabilities?: BrowserCapabilities;
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
export const start = <const D extends ApplicationDefinition>(application: D, options: BrowserStartOptions = {}): Promise<Started<D>> =>
  startWith({ detectCapabilities, profileFor, createHost: createBrowserHost, deviceId }, application, options);
