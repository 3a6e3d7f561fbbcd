import { createNodeHost, detectCapabilities } from '../../host-shim/node/index.js';
import { moveSuite } from './move.js';
import { bundleEntries } from './node-entries.js';
import { jsDefinition, parties, wasmDefinition } from './world.js';

const module = new URL('../../dist/tests/guests/host/mirror.wasm', import.meta.url);
const { js, wasm } = await bundleEntries('js', 'wasm');

moveSuite('Node', detectCapabilities(), (capabilities) =>
  createNodeHost({
    capabilities,
    parties,
    vms: { js: { entry: js, load: async () => jsDefinition }, wasm: { entry: wasm, load: async () => wasmDefinition(module) } },
  }),
);
