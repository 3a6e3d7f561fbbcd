/** Guests come from files: the simulation runs in Node. */
export { load } from '../node/load.js';
