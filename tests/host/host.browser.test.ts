import { createBrowserHost, detectCapabilities } from '../../host-shim/browser/index.js';
import type { PlatformHost } from '../../host-shim/common/host.js';
import { backPressureSuite } from './back-pressure.js';
import { beforeStartSuite } from './before-start.js';
import { vms } from './browser-vms.js';
import { hostConformance, type TestedHost, untilSettled } from './host-conformance.js';
import { parties } from './world.js';

const capabilities = detectCapabilities();
const tested: TestedHost<PlatformHost> = {
  capabilities,
  create: (chosen, memorySizes) =>
    createBrowserHost({
      capabilities: { ...capabilities, ...chosen },
      memorySizes,
      parties,
      vms,
    }),
  until: untilSettled,
};

hostConformance('Chromium', tested);
backPressureSuite('Chromium', tested);
beforeStartSuite('Chromium', tested);
