import { runVm } from '../../../../host-shim/node/vm-worker.js';
import { jsDefinition } from '../../../guest/hostile-world.js';

runVm(jsDefinition);
