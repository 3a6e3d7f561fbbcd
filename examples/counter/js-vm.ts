/** The JavaScript VM's thread. */
import { runVm } from '../../host-shim/node/index.js';
import { jsDefinition } from './application.js';

runVm(jsDefinition);
