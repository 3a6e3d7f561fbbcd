import { runVm } from '../../../../host-shim/node/index.js';
import { definition } from '../../../runtime/flood-world.js';

runVm(definition);
