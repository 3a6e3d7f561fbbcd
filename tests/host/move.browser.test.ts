import { createBrowserHost, detectCapabilities } from '../../host-shim/browser/index.js';
import { vms } from './browser-vms.js';
import { moveSuite } from './move.js';
import { parties } from './world.js';

moveSuite('Chromium', detectCapabilities(), (capabilities) =>
  createBrowserHost({
    capabilities,
    parties,
    vms,
  }),
);
