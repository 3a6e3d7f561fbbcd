import { mortalChromium } from './mortal-chromium.js';
import { vmFileSuite, vmLossSuite } from './vm-loss.js';

vmLossSuite('Chromium', mortalChromium);
vmFileSuite('Chromium', mortalChromium);
