/** The public API of `tandem/codec`, for generated code only: it changes with the generator. */
export { bind } from './bind.js';
export type { Reader } from './reader.js';
export type { Writer } from './writer.js';
