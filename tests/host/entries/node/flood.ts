import { runVm } from '../../../../host-shim/node/vm-worker.js';
import { definition } from '../../../runtime/flood-world.js';

runVm(definition);
