/** The differences between Node and browsers for the VMs of a host. All other code in `common/` is the same on both. */
import type { Endpoint } from 'comlink';
import type { FindSite } from '../../actors/contract/instance.js';
import type { WorkerEntry } from './definition.js';
import type { AfterTurn } from './driver.js';
import type { ReadToEnd } from './journal-port.js';

/** The platform of any thread. */
export interface Platform {
  readonly afterTurn: AfterTurn;
  /** The bytes of a built file. @throws when it cannot be read, naming the URL */
  readonly load: (url: URL) => Promise<Uint8Array<ArrayBuffer>>;
  /** A guest's module, where the platform has a better way to get it than `load`. @throws when it cannot be read or is not a module */
  readonly compile?: (url: URL) => Promise<WebAssembly.Module>;
  /** Finds where in its source something threw, where scripts are bundled. */
  readonly findSite?: FindSite;
}

/** A thread that runs a worker file. */
export interface Thread {
  readonly endpoint: Endpoint;
  /** Called once, when the thread has ended or can no longer be relied on. Set by the host before anything is sent. */
  onEnd: ((reason: string) => void) | null;
  /** Called when the thread holds its lock. From then on its death must be noticed even if the thread says nothing. */
  watch(): void;
  /** Ends the thread at once. Resolves when it is gone. */
  terminate(): Promise<void>;
}

/** The platform of the host's thread. */
export interface HostPlatform extends Platform {
  /** Name of the lock that a new thread holds while it lives; empty where the platform tells of a thread's death. */
  readonly newLifeLock: () => string;
  readonly startThread: (name: string, entry: WorkerEntry, lifeLock: string) => Thread;
  readonly readToEnd: ReadToEnd;
  /** Whether a debugger may stop threads now, as far as the platform tells. */
  readonly debugging: () => boolean;
  /** Finds out whether a debugger does stop threads, where the platform does not tell. Takes a moment. Never rejects. */
  readonly probeDebugger?: () => Promise<boolean>;
}

/** The platform of a worker. */
export interface WorkerPlatform extends Platform {
  readonly endpoint: Endpoint;
  /** Resolves when the lock is held. */
  readonly holdLife: (lifeLock: string) => Promise<void>;
  /** As that of a VM's options. */
  readonly onAnimating?: (animating: boolean) => void;
}
