/**
 * What an application's worker file calls: `runApplication(application, 'js')`, or `runVm(definition)` for a VM of one's own making; and
 * `runPainter({ parties, images })` in that of the VM `painter`.
 */
import type { Side } from '../../actors/contract/states.js';
import type { ApplicationDefinition } from '../common/application-definition.js';
import { assertNumberedForThreads, definitionOf } from '../common/application-parts.js';
import { runVm } from './run-vm.js';

export { type Repaint, type RunPainterOptions, runPainter } from './painting/run-painter.js';
export { runVm };

/** Runs this worker as a VM of an application. @throws UnboundError for one without numbers */
export function runApplication(application: ApplicationDefinition, vm: Side): void {
  assertNumberedForThreads(application);
  runVm(definitionOf(application, vm));
}
