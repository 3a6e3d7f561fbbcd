import { createBrowserHost, detectCapabilities } from '../../host-shim/browser/index.js';
import { moveSuite } from './move.js';
import { jsDefinition, parties, wasmDefinition } from './world.js';

const module = new URL('../../dist/tests/guests/host/mirror.wasm', import.meta.url);
const js = new URL('./entries/browser/js.ts', import.meta.url);
const wasm = new URL('./entries/browser/wasm.ts', import.meta.url);

moveSuite('Chromium', detectCapabilities(), (capabilities) =>
  createBrowserHost({
    capabilities,
    parties,
    vms: { js: { entry: js, load: async () => jsDefinition }, wasm: { entry: wasm, load: async () => wasmDefinition(module) } },
  }),
);
