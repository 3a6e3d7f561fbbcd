/** Runs a worker as a VM of the page that started it. */
import type { Endpoint } from 'comlink';
import type { VmDefinition } from '../common/definition.js';
import { serveVm } from '../common/worker.js';
import { holdLife, reportRejections } from './life.js';
import { compile, load } from './load.js';
import { collectBetweenMovements } from './ports/garbage.js';
import { scriptSite } from './script-site.js';
import { afterTurn } from './turn.js';

/** Runs this worker as a VM of the host that started it. */
export function runVm(definition: VmDefinition): void {
  runVmHere(definition, collectBetweenMovements());
}

/** The same for a VM that sees by itself whether something moves. */
export function runVmHere(definition: VmDefinition, onAnimating?: (animating: boolean) => void): void {
  reportRejections();
  const endpoint = globalThis as unknown as Endpoint;
  serveVm({ endpoint, afterTurn, load, compile, findSite: scriptSite, holdLife, onAnimating }, definition);
}
