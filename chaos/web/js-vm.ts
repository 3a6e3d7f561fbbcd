/** The JavaScript VM's worker in a browser. */
import { runVm } from '../../host-shim/browser/vm-worker.js';
import { jsDefinition } from '../application.js';

runVm(jsDefinition);
