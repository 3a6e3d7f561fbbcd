import { newLifeLock } from '../../host-shim/browser/life.js';
import { startThread } from '../../host-shim/browser/thread.js';
import { obstinateEntry } from './browser-vms.js';
import { controlPlaneSuite } from './control-plane.js';

controlPlaneSuite('Chromium', { startThread, newLifeLock, obstinateEntry, silentDeath: 'noticed' });
controlPlaneSuite('Chromium without locks', { startThread, newLifeLock: () => '', obstinateEntry, silentDeath: 'at the deadline' });
