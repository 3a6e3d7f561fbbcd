import { runVm } from '../../host-shim/node/vm-worker.js';
import { screenDefinition } from '../stage.js';

runVm(screenDefinition);
