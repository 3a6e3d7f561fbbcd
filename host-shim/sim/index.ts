/** Tandem without a platform: one thread, a virtual clock, seeded delivery. For tests, and for runs that must be repeatable. */

export { compileGuest, GuestError, wasmActorFactory } from '../wasm/guest.js';
export { SimHost, type SimHostOptions } from './host.js';
export { Kernel, type KernelOptions, SIMULATION_EPOCH_MICROS } from './kernel.js';
export { openSimFetchPort, type SimFetchOptions } from './ports/fetch.js';
