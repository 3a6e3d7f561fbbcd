/**
 * A module worker as a VM's thread. Browsers report an uncaught error, but not a worker that closed itself or whose process is
 * gone. So the worker holds a lock as long as it lives, and the host waits for the same lock: when the host gets it, the worker
 * is dead. The catch: locks exist in secure contexts only. Elsewhere a silent death is noticed at the deadline of the next call.
 */
import { reasonOf } from '../../actors/contract/thrown.js';
import type { WorkerEntry } from '../common/definition.js';
import type { ReadToEnd } from '../common/journal-port.js';
import type { Thread } from '../common/platform.js';
import { afterTurn } from './turn.js';

/** The longest that an endlessly looping worker takes to end: Chromium gives it two seconds. */
const ENDING_MS_MAX = 3_000;

/** Once a thread's lock is free, all that it had posted is read within this turn. */
export const readToEnd: ReadToEnd = () => () => new Promise((resolve) => afterTurn(resolve));

/** Without locks, waits as long as a thread may go on after `terminate`. */
export const readLong: ReadToEnd = () => () => new Promise((resolve) => setTimeout(resolve, ENDING_MS_MAX));

/** A function's source names the file. */
const notLoaded = (name: string, entry: WorkerEntry): string =>
  `the worker of VM ${name}, ${entry}, could not be loaded: its file is missing or no JavaScript; npx tandem doctor --url PAGE finds which`;

export function startThread(name: string, entry: WorkerEntry, lifeLock: string): Thread {
  const worker = typeof entry === 'function' ? (entry() as Worker) : new Worker(entry, { type: 'module', name });
  const noLongerWatched = new AbortController();
  const thread: Thread = {
    endpoint: worker,
    onEnd: null,
    watch() {
      if (!lifeLock) return;
      navigator.locks.request(lifeLock, { signal: noLongerWatched.signal }, () => thread.onEnd?.('the worker ended')).catch(() => {}); // aborted by terminate: nothing to watch any more
    },
    async terminate() {
      noLongerWatched.abort();
      worker.terminate();
      if (lifeLock) await navigator.locks.request(lifeLock, () => {});
    },
  };
  worker.onerror = (event) => {
    event.preventDefault();
    const reason = reasonOf(event.message ?? ''); // a file that does not load has none
    thread.onEnd?.(reason ? `${reason} (${event.filename}:${event.lineno}:${event.colno})` : notLoaded(name, entry));
  };
  worker.onmessageerror = () => thread.onEnd?.('a message could not be read');
  return thread;
}
