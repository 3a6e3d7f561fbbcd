/** The Wasm VM's thread. */
import { runVm } from '../../host-shim/node/index.js';
import { wasmDefinition } from './application.js';

runVm(wasmDefinition(new URL('./wasm-actors/', import.meta.url)));
