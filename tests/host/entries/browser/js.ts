import { runVm } from '../../../../host-shim/browser/vm-worker.js';
import { jsDefinition } from '../../world.js';

runVm(jsDefinition);
