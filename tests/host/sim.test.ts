import { createSimHost, detectCapabilities, openStorage, type StorageMemory } from '../../host-shim/sim/index.js';
import { hostConformance } from './host-conformance.js';
import { jsDefinition, parties, wasmDefinition } from './world.js';

const module = new URL('../../dist/tests/guests/host/mirror.wasm', import.meta.url);
const vms = { js: { load: async () => jsDefinition }, wasm: { load: async () => wasmDefinition(module) } };
const location: StorageMemory = new Map();

hostConformance('sim', {
  capabilities: detectCapabilities(),
  create: (capabilities) => createSimHost({ seed: 1, capabilities, parties, vms }),
  until: (host, promise) => host.until(promise),
  openStorage: () => openStorage(location),
});
