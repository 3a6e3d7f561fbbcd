import { runVm } from '../../../../host-shim/node/index.js';
import { jsDefinition } from '../../two-guests.js';

runVm(jsDefinition);
