/** What builds an application from its folder, for bundlers and programs of one's own. The public API of `tandem/tools`. */

export { generateApplication } from './application.js';
export { ApplicationBuilder, type ApplicationBuilderOptions, type BuiltApplication } from './application-builder.js';
export { buildApplicationGuests, type GuestsBuild, type GuestsBuilt } from './application-guests.js';
export { type CodecBuild, type Codecs, generateCodecs, settle } from './codecs.js';
export { type EsbuildPluginOptions, tandemForEsbuild } from './esbuild.js';
export type { ApplicationBuild, GeneratedApplication, GeneratedParty, GuestSource, Problem } from './generated-application.js';
export { GuestBuildError } from './guest-problems.js';
export { buildGuests, type GuestBuild } from './guests.js';
export { type ImportMap, type ImportMapBuild, importMapOf } from './import-map.js';
export type { GuestLibrary, SchemaLibrary } from './library.js';
export { type LoadedModules, loadModules } from './load-modules.js';
export { ownGuestLibrary, ownSchemas } from './own-package.js';
export { buildPage, guestFilesIn, type PageBuild } from './page.js';
