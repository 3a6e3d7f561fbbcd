/** What an application's worker file calls: `runVm(definition)`. */
import { parentPort } from 'node:worker_threads';
import type { VmDefinition } from '../common/definition.js';
import { serveVm } from '../common/worker.js';
import { holdLife } from './life.js';
import { load } from './load.js';
import { adaptEndpoint, type NodeEndpoint } from './thread.js';
import { afterTurn } from './turn.js';

/** Runs this worker as a VM of the host that started it. */
export function runVm(definition: VmDefinition): void {
  if (!parentPort) throw new Error('runVm is for a worker file; the host starts it');
  serveVm({ endpoint: adaptEndpoint(parentPort as unknown as NodeEndpoint), afterTurn, load, holdLife }, definition);
}
