/** A worker thread of Node as a VM's thread. Node reports every death by `exit`. */
import { type MessagePort as NodePort, type ResourceLimits, Worker } from 'node:worker_threads';
import nodeEndpoint, { type NodeEndpoint } from 'comlink/dist/umd/node-adapter.js';
import { reasonOf, stackOf } from '../../actors/contract/thrown.js';
import type { WorkerEntry } from '../common/definition.js';
import type { ReadToEnd } from '../common/journal-port.js';
import type { Thread } from '../common/platform.js';

/** The adapter is CommonJS: its default export is the function itself, whatever its types say. */
export const adaptEndpoint = nodeEndpoint as unknown as typeof nodeEndpoint.default;
export type { NodeEndpoint };

/** A thread's last messages may arrive after its `exit`; the port closes after them. */
export const readToEnd: ReadToEnd = (port) => {
  const closed = new Promise<void>((resolve) => (port as unknown as NodePort).once('close', resolve));
  return () => closed;
};

/** @param resourceLimits of the thread's heap: a thread with a full heap ends. Node's defaults when not given. */
export function startThread(name: string, entry: WorkerEntry, _lifeLock = '', resourceLimits?: ResourceLimits): Thread {
  const worker = typeof entry === 'function' ? (entry() as Worker) : new Worker(entry, { name, resourceLimits });
  let failure: unknown = null;
  const thread: Thread = {
    endpoint: adaptEndpoint(worker as unknown as NodeEndpoint),
    onEnd: null,
    watch() {},
    terminate: async () => {
      await worker.terminate();
    },
  };
  worker.on('error', (error) => {
    failure = error;
  });
  worker.on('messageerror', (error) => thread.onEnd?.(`a message could not be read: ${reasonOf(error)}`));
  worker.on('exit', (code) => thread.onEnd?.(failure === null ? `exit with code ${code}` : stackOf(failure) || reasonOf(failure)));
  return thread;
}
