/**
 * What an application's worker file calls: `runApplication(application, 'js')`, or `runVm(definition)` for a VM of one's own making; and
 * `runPainter({ images })` in that of a painter.
 */
import type { Endpoint } from 'comlink';
import type { ApplicationDefinition } from '../common/application-definition.js';
import { assertNumberedForThreads, definitionOf } from '../common/application-parts.js';
import type { VmDefinition, WorkerName } from '../common/definition.js';
import { serveVm } from '../common/worker.js';
import { holdLife, reportRejections } from './life.js';
import { compile, load } from './load.js';
import { afterTurn } from './turn.js';

export { type Repaint, type RunPainterOptions, runPainter } from './painting/run-painter.js';

/** Runs this worker as a VM of an application. @throws UnboundError for one without numbers */
export function runApplication(application: ApplicationDefinition, vm: WorkerName): void {
  assertNumberedForThreads(application);
  runVm(definitionOf(application, vm));
}

/** Runs this worker as a VM of the host that started it. */
export function runVm(definition: VmDefinition): void {
  reportRejections();
  serveVm({ endpoint: globalThis as unknown as Endpoint, afterTurn, load, compile, holdLife }, definition);
}
