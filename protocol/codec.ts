/** The public API of `tandem/codec`, for generated code only: it changes with the generator. */
export { bind } from './bind.js';
export { Reader } from './reader.js';
export { Writer } from './writer.js';
