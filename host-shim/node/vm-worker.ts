/** What an application's worker file calls: `runApplication(application, 'js')`, or `runVm(definition)` for a VM of one's own making. */
import { parentPort } from 'node:worker_threads';
import type { Side } from '../../actors/contract/states.js';
import type { ApplicationDefinition } from '../common/application-definition.js';
import { assertNumberedForThreads, definitionOf } from '../common/application-parts.js';
import type { VmDefinition } from '../common/definition.js';
import { serveVm } from '../common/worker.js';
import { holdLife } from './life.js';
import { load } from './load.js';
import { adaptEndpoint, type NodeEndpoint } from './thread.js';
import { afterTurn } from './turn.js';

/** Runs this worker as a VM of an application. @throws UnboundError for one without numbers */
export function runApplication(application: ApplicationDefinition, vm: Side): void {
  assertNumberedForThreads(application);
  runVm(definitionOf(application, vm));
}

/** Runs this worker as a VM of the host that started it. */
export function runVm(definition: VmDefinition): void {
  if (!parentPort) throw new Error('runVm is for a worker file; the host starts it');
  serveVm({ endpoint: adaptEndpoint(parentPort as unknown as NodeEndpoint), afterTurn, load, holdLife }, definition);
}
