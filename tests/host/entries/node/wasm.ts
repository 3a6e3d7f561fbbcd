import { runVm } from '../../../../host-shim/node/vm-worker.js';
import { wasmDefinition } from '../../world.js';

// This file runs as dist/tests/host-entries/wasm.mjs.
runVm(wasmDefinition(new URL('../guests/host/mirror.wasm', import.meta.url)));
