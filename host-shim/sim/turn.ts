/** The real event loop, under the virtual clock: the simulation runs in Node. */
export { afterTurn } from '../node/turn.js';
