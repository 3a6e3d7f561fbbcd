import { mortalChromium } from './mortal-chromium.js';
import { vmLossSuite } from './vm-loss.js';

vmLossSuite('Chromium', mortalChromium);
