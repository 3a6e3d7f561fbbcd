import { runApplication } from '../../../../host-shim/node/vm-worker.js';
import { createCounting } from '../../../adopt/counter-application.js';

runApplication(createCounting(), 'js');
