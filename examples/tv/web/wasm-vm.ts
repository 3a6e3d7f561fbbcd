/** The Wasm VM's worker. The modules of its actors are in the same folder. */
import { runVm } from 'tandem/browser/worker';
import { wasmDefinition } from '../application.js';

runVm(wasmDefinition(new URL('./', import.meta.url)));
