import { runVm } from '../../../../host-shim/browser/index.js';
import { jsDefinition } from '../../world.js';

runVm(jsDefinition);
