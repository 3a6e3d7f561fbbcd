import { hangSuite } from './hang.js';
import { mortalChromium } from './mortal-chromium.js';

hangSuite('Chromium', mortalChromium);
