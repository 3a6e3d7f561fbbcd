/** Recordings played again: every actor handles what it had handled, in either language. The public API of `tandem/replay`. */
export { type BisectedSide, type BisectOptions, type BisectReport, bisect, type FirstDifference } from './bisect.js';
export { Cast, CastError, type ReplayApplication } from './cast.js';
export type { Difference, ReadableFrame } from './difference.js';
export { type Excerpt, type ExcerptOptions, excerpt } from './excerpt.js';
export { type PlayedRecording, type ReplayOptions, type ReplayReport, replay } from './replay.js';
export type { Unreplayed } from './replayer.js';
export { type CauseLine, type WhyOptions, type WhyReport, why } from './why.js';
