/** The Wasm VM's thread. */
import { runVm } from 'tandem/node/worker';
import { wasmDefinition } from './application.js';

runVm(wasmDefinition(new URL('./wasm-actors/', import.meta.url)));
