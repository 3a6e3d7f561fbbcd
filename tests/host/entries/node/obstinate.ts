import { parentPort } from 'node:worker_threads';
import { holdLife } from '../../../../host-shim/node/life.js';
import { adaptEndpoint, type NodeEndpoint } from '../../../../host-shim/node/thread.js';
import { serveObstinateVm } from '../../obstinate-vm.js';

serveObstinateVm({ endpoint: adaptEndpoint(parentPort as unknown as NodeEndpoint), holdLife, endSilently: () => process.exit(0) });
