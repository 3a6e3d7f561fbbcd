/** The host of a page: VMs in module workers. */
import { PlatformHost } from '../common/host.js';
import { type HostOptions, OneThreadHost } from '../common/host-here.js';
import { type BrowserCapabilities, profileFor } from './capabilities.js';
import { debugging, probeDebugger } from './debugging.js';
import { newLifeLock } from './life.js';
import { compile, load } from './load.js';
import { scriptSite } from './script-site.js';
import { readLong, readToEnd, startThread } from './thread.js';
import { afterTurn } from './turn.js';

export interface BrowserHostOptions extends HostOptions {
  readonly capabilities: BrowserCapabilities;
}

const platform = {
  ...{ afterTurn, load, compile, findSite: scriptSite, newLifeLock: () => '' },
  ...{ startThread, readToEnd: readLong, debugging, probeDebugger },
};

/** @param options of which `profile`, when not given, is the one that suits the device */
export const createBrowserHost = (options: BrowserHostOptions): PlatformHost => new PlatformHost(...partsOf(options));

/** The same, with all VMs in this thread: without what is for others. */
export const createHostHere = (options: BrowserHostOptions): OneThreadHost => new OneThreadHost(...partsOf(options));

const partsOf = (options: BrowserHostOptions): ConstructorParameters<typeof OneThreadHost> => [
  options.capabilities.locks ? { ...platform, newLifeLock, readToEnd } : platform,
  { ...options, profile: options.profile ?? profileFor(options.capabilities) },
];
