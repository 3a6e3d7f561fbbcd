import { newLifeLock } from '../../host-shim/browser/life.js';
import { startThread } from '../../host-shim/browser/thread.js';
import { controlPlaneSuite } from './control-plane.js';

controlPlaneSuite('Chromium', { startThread, newLifeLock, obstinateEntry: new URL('./entries/browser/obstinate.ts', import.meta.url) });
