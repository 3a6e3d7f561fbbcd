import type { PlatformHost } from '../../host-shim/common/host.js';
import { createNodeHost, detectCapabilities } from '../../host-shim/node/index.js';
import { backPressureSuite } from './back-pressure.js';
import { beforeStartSuite } from './before-start.js';
import { hostConformance, type TestedHost, untilSettled } from './host-conformance.js';
import { bundleEntries } from './node-entries.js';
import { jsDefinition, parties, wasmDefinition } from './world.js';

const module = new URL('../../dist/tests/guests/host/mirror.wasm', import.meta.url);
const { js, wasm } = await bundleEntries('js', 'wasm');

const tested: TestedHost<PlatformHost> = {
  capabilities: detectCapabilities(),
  create: (capabilities, memorySizes) =>
    createNodeHost({
      capabilities,
      memorySizes,
      parties,
      vms: { js: { entry: js, load: async () => jsDefinition }, wasm: { entry: wasm, load: async () => wasmDefinition(module) } },
    }),
  until: untilSettled,
};

hostConformance('Node', tested);
backPressureSuite('Node', tested);
beforeStartSuite('Node', tested);
