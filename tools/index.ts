/** What builds an application from its folder, for bundlers and programs of one's own. The public API of `tandem/tools`. */

export { generateApplication } from './application.js';
export { ApplicationBuilder, type ApplicationBuilderOptions, type BuiltApplication } from './application-builder.js';
export { buildApplicationGuests, type GuestsBuild, type GuestsBuilt } from './application-guests.js';
export { type EsbuildPluginOptions, tandemForEsbuild } from './esbuild.js';
export type { ApplicationBuild, GeneratedApplication, Problem } from './generated-application.js';
export { GuestBuildError } from './guest-problems.js';
export { type ImportMap, importMapOf } from './import-map.js';
