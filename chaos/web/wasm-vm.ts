/** The Wasm VM's worker in a browser. The modules of its actors lie beside it. */
import { runVm } from '../../host-shim/browser/vm-worker.js';
import { wasmDefinition } from '../application.js';

runVm(wasmDefinition(new URL('./', import.meta.url)));
