import { runVm } from '../../../../host-shim/node/index.js';
import { jsDefinition } from '../../world.js';

runVm(jsDefinition);
