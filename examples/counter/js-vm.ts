/** The JavaScript VM's thread. */
import { runVm } from 'tandem/node/worker';
import { jsDefinition } from './application.js';

runVm(jsDefinition);
