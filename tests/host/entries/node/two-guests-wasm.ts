import { runVm } from '../../../../host-shim/node/vm-worker.js';
import { wasmDefinition } from '../../two-guests.js';

// This file runs as dist/tests/host-entries/two-guests-wasm.mjs. The test that starts it says where the module is.
runVm(wasmDefinition(new URL(process.env.GUEST_MODULE!), new URL('../../', import.meta.url)));
