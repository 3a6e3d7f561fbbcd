import type { Endpoint } from 'comlink';
import { holdLife, reportRejections } from '../../../../host-shim/browser/life.js';
import { serveObstinateVm } from '../../obstinate-vm.js';

reportRejections();
serveObstinateVm({ endpoint: globalThis as unknown as Endpoint, holdLife, endSilently: () => globalThis.close() });
