/** `start` for a process. */
import { hostname } from 'node:os';
import type { ApplicationDefinition } from '../common/application-definition.js';
import type { Started, StartOptions } from '../common/start.js';
import { startWith } from '../common/start-on-platform.js';
import { detectCapabilities } from './capabilities.js';
import { createNodeHost } from './host.js';

export type NodeStartOptions = StartOptions;

/**
 * Starts an application in this process.
 * @returns each of its actors by name, and the system
 * @throws what `startSystem` throws; then everything that had started was ended again
 */
export const start = <const D extends ApplicationDefinition>(application: D, options: NodeStartOptions = {}): Promise<Started<D>> =>
  startWith({ detectCapabilities, createHost: createNodeHost, deviceId: hostname }, application, options);
