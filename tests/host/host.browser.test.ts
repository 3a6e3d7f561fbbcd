import { createBrowserHost, detectCapabilities } from '../../host-shim/browser/index.js';
import type { PlatformHost } from '../../host-shim/common/host.js';
import { backPressureSuite } from './back-pressure.js';
import { beforeStartSuite } from './before-start.js';
import { hostConformance, type TestedHost, untilSettled } from './host-conformance.js';
import { jsDefinition, parties, wasmDefinition } from './world.js';

const capabilities = detectCapabilities();
const module = new URL('../../dist/tests/guests/host/mirror.wasm', import.meta.url);
const js = new URL('./entries/browser/js.ts', import.meta.url);
const wasm = new URL('./entries/browser/wasm.ts', import.meta.url);

const tested: TestedHost<PlatformHost> = {
  capabilities,
  create: (chosen) =>
    createBrowserHost({
      capabilities: { ...capabilities, ...chosen },
      parties,
      vms: { js: { entry: js, load: async () => jsDefinition }, wasm: { entry: wasm, load: async () => wasmDefinition(module) } },
    }),
  until: untilSettled,
};

hostConformance('Chromium', tested);
backPressureSuite('Chromium', tested);
beforeStartSuite('Chromium', tested);
