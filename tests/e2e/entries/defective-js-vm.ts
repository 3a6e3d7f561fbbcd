/** The television's JavaScript VM, with the defect of focus. */
import { jsDefinitionOf } from '../../../examples/tv/js-definition.js';
import { runVm } from '../../../host-shim/browser/vm-worker.js';
import { defectiveTwins } from '../../replay/applications/defective-twins.js';

runVm({ ...jsDefinitionOf({}), actors: defectiveTwins });
