/** The JavaScript VM's thread. */
import { runVm } from 'tandem/node/worker';
import { jsDefinitionOf } from '../js-definition.js';
import { PAGE_VARIABLE, pageOptionsIn } from '../page-options.js';

runVm(jsDefinitionOf(pageOptionsIn(new URLSearchParams(process.env[PAGE_VARIABLE]))));
