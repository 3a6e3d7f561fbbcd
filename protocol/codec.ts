/** What generated code is made of. The public API of `tandem/codec`: it changes with the generator, and is for nobody else. */
export { bind } from './bind.js';
export type { Reader } from './reader.js';
export type { Writer } from './writer.js';
