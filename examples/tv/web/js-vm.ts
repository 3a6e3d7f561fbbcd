/** The JavaScript VM's worker. */
import { runVm } from 'tandem/browser/worker';
import { jsDefinitionOf } from '../js-definition.js';
import { pageOptionsIn } from '../page-options.js';

runVm(jsDefinitionOf(pageOptionsIn(new URL(import.meta.url).searchParams)));
