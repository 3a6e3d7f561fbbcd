import { runVm } from '../../../../host-shim/node/vm-worker.js';
import { jsDefinition } from '../../world.js';

runVm(jsDefinition);
