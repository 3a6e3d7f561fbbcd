/** The Wasm VM's thread on Node. */
import { runVm } from '../../host-shim/node/vm-worker.js';
import { wasmDefinition } from '../application.js';

runVm(wasmDefinition(new URL('../wasm-actors/', import.meta.url)));
