import { newLifeLock } from '../../host-shim/browser/life.js';
import { startThread } from '../../host-shim/browser/thread.js';
import { controlPlaneSuite } from './control-plane.js';

const obstinateEntry = new URL('./entries/browser/obstinate.ts', import.meta.url);

controlPlaneSuite('Chromium', { startThread, newLifeLock, obstinateEntry, silentDeath: 'noticed' });
controlPlaneSuite('Chromium without locks', { startThread, newLifeLock: () => '', obstinateEntry, silentDeath: 'at the deadline' });
