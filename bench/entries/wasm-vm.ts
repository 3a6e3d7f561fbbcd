import { runVm } from '../../host-shim/node/vm-worker.js';
import { wasmDefinition } from '../world.js';

runVm(wasmDefinition(new URL('../wasm-actors/', import.meta.url)));
