/** The host of a process: VMs in worker threads. */
import { PlatformHost } from '../common/host.js';
import type { HostOptions } from '../common/host-here.js';
import { debugging } from './debugging.js';
import { newLifeLock } from './life.js';
import { load } from './load.js';
import { readToEnd, startThread } from './thread.js';
import { afterTurn } from './turn.js';

export const createNodeHost = (options: HostOptions): PlatformHost =>
  new PlatformHost({ afterTurn, load, newLifeLock, startThread, readToEnd, debugging }, options);
