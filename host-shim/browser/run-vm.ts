/** Runs a worker as a VM of the page that started it. */
import type { Endpoint } from 'comlink';
import type { VmDefinition } from '../common/definition.js';
import { serveVm } from '../common/worker.js';
import { holdLife, reportRejections } from './life.js';
import { compile, load } from './load.js';
import { scriptSite } from './script-site.js';
import { afterTurn } from './turn.js';

/** Runs this worker as a VM of the host that started it. */
export function runVm(definition: VmDefinition): void {
  reportRejections();
  serveVm({ endpoint: globalThis as unknown as Endpoint, afterTurn, load, compile, findSite: scriptSite, holdLife }, definition);
}
