import { readFileSync } from 'node:fs';
import { runVm } from '../../../../host-shim/node/vm-worker.js';
import { wasmDefinition } from '../../../guest/hostile-world.js';

// This file runs as dist/tests/host-entries/hostile.mjs, beside the module that the test has made.
const read = (path: string) => new WebAssembly.Module(readFileSync(new URL(path, import.meta.url)));
runVm(wasmDefinition(read('hostile.wasm'), read('../guests/base/base.wasm')));
