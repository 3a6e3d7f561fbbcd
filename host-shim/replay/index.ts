/** Recordings played again: every actor handles what it had handled, in either language. The public API of `tandem/replay`. */

export { type BisectReport, bisect } from './bisect.js';
export { Cast, CastError, type ReplayApplication } from './cast.js';
export { type Excerpt, excerpt } from './excerpt.js';
export { type ReplayReport, replay } from './replay.js';
export { type WhyReport, why } from './why.js';
