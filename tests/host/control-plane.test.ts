import { newLifeLock } from '../../host-shim/node/life.js';
import { startThread } from '../../host-shim/node/thread.js';
import { controlPlaneSuite } from './control-plane.js';
import { bundleEntries } from './node-entries.js';

const { obstinate } = await bundleEntries('obstinate');
controlPlaneSuite('Node', { startThread, newLifeLock, obstinateEntry: obstinate, silentDeath: 'noticed' });
