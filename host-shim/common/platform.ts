/** What differs between Node and browsers for the VMs of a host: everything else in `common/` is the same code on both. */
import type { Endpoint } from 'comlink';
import type { AfterTurn } from './driver.js';
import type { ReadToEnd } from './journal-port.js';

/** Of any thread. */
export interface Platform {
  readonly afterTurn: AfterTurn;
  /** The bytes of a built file. @throws when it cannot be read, naming the URL */
  readonly load: (url: URL) => Promise<Uint8Array<ArrayBuffer>>;
  /** A guest's module, where the platform has a better way than `load` to it. @throws when it cannot be read or is none */
  readonly compile?: (url: URL) => Promise<WebAssembly.Module>;
}

/** A thread that runs a worker file. */
export interface Thread {
  readonly endpoint: Endpoint;
  /** Called once, when the thread has ended or can no longer be relied on. Set by the host before anything is sent. */
  onEnd: ((reason: string) => void) | null;
  /** Called once the thread holds its lock: from then on its death must be noticed even when the thread says nothing. */
  watch(): void;
  /** Ends the thread at once. Resolves when it is gone. */
  terminate(): Promise<void>;
}

/** Of the host's thread. */
export interface HostPlatform extends Platform {
  /** A name for the lock that a new thread holds while it lives; empty where threads tell of their own death. */
  readonly newLifeLock: () => string;
  readonly startThread: (name: string, entry: URL, lifeLock: string) => Thread;
  readonly readToEnd: ReadToEnd;
  /** Whether a debugger may stop threads now, as far as the platform tells. */
  readonly debugging: () => boolean;
  /** Finds out whether one does stop them, where the platform does not tell: takes a moment. Never rejects. */
  readonly probeDebugger?: () => Promise<boolean>;
}

/** Of a worker. */
export interface WorkerPlatform extends Platform {
  readonly endpoint: Endpoint;
  /** Resolves when the lock is held. */
  readonly holdLife: (lifeLock: string) => Promise<void>;
}
