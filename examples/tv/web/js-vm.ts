/** The JavaScript VM's worker. */
import { runVm } from '../../../host-shim/browser/vm-worker.js';
import { jsDefinitionOf } from '../application.js';
import { pageOptionsIn } from '../page-options.js';

runVm(jsDefinitionOf(pageOptionsIn(new URL(import.meta.url).searchParams)));
