/** The Wasm VM's worker. The modules of its actors lie beside it. */
import { runVm } from 'tandem/browser';
import { wasmDefinition } from '../application.js';

runVm(wasmDefinition(new URL('./', import.meta.url)));
