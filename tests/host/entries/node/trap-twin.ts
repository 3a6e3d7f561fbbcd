import { runVm } from '../../../../host-shim/node/index.js';
import { jsDefinition } from '../../../guest/hostile-world.js';

runVm(jsDefinition);
