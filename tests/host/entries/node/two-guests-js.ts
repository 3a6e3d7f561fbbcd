import { runVm } from '../../../../host-shim/node/vm-worker.js';
import { jsDefinition } from '../../two-guests.js';

runVm(jsDefinition);
