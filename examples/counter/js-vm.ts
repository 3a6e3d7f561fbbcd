/** The JavaScript VM's thread. */
import { runVm } from 'tandem/node';
import { jsDefinition } from './application.js';

runVm(jsDefinition);
