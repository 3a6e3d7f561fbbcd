import { runApplication } from '../../../../host-shim/node/index.js';
import { createCounting } from '../../../adopt/counter-application.js';

runApplication(createCounting(), 'js');
