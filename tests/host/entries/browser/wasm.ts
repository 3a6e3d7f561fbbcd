import { runVm } from '../../../../host-shim/browser/vm-worker.js';
import { wasmDefinition } from '../../world.js';

runVm(wasmDefinition(new URL('../../../../dist/tests/guests/host/mirror.wasm', import.meta.url)));
