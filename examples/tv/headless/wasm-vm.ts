/** The Wasm VM's thread. */
import { runVm } from 'tandem/node/worker';
import { wasmDefinition } from '../application.js';
import { GUESTS } from './guests.js';

runVm(wasmDefinition(GUESTS));
