/** The JavaScript VM's thread on Node. */
import { runVm } from '../../host-shim/node/vm-worker.js';
import { jsDefinition } from '../application.js';

runVm(jsDefinition);
