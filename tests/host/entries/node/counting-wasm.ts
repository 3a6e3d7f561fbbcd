import { runApplication } from '../../../../host-shim/node/vm-worker.js';
import { createCounting } from '../../../adopt/counter-application.js';

runApplication(createCounting(new URL('../../examples/counter/wasm-actors/counter.wasm', import.meta.url)), 'wasm');
