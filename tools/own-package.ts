/** The package that these tools belong to, as what is written for it needs it: the same in a clone, and as it is installed. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SNAPSHOT_BYTES_MAX } from '../protocol/limits.js';
import type { GuestLibrary, SchemaLibrary } from './library.js';

const WASM_PAGE_BYTES = 65_536;

/** Placements that have a VM for Wasm. */
export const WITH_WASM = /wasm|mixed/;

function folderOfPackage(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** What is not compiled: package.json, the sources in AssemblyScript, and the processes of the tools. */
const PACKAGE_FOLDER = folderOfPackage();

/** The compiler's process and what it loads: plain JavaScript, which is not compiled and stands in one place. */
export const COMPILER_PROCESS = ['asc-process.mjs', 'as-bind-transform.mjs'].map((name) => join(PACKAGE_FOLDER, 'tools', name));

/** The runtime's schemas: the sources where these tools run from sources, else what they are compiled to. */
const SCHEMAS_FOLDER = resolve(import.meta.dirname, '../protocol');

interface OwnPackage {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** @throws Error when package.json is none */
export const ownPackage = (): OwnPackage => JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8')) as OwnPackage;

/** @throws Error when package.json is none */
export const ownPackageName = (): string => ownPackage().name;

/** Where a new application gets this package from: the folder of a clone, or its version. */
export const ownSource = (): string =>
  existsSync(join(PACKAGE_FOLDER, 'scripts/build.ts')) ? `file:${PACKAGE_FOLDER}` : `^${ownPackage().version}`;

/** What a new application is developed with: the versions with which this package is tested. */
export function versionsForApplications(): Readonly<Record<'typescript' | 'vite' | 'vitest', string>> {
  const { typescript, vite, vitest } = ownPackage().devDependencies;
  return { typescript, vite, vitest };
}

/**
 * What a page or its workers may import by the package's name, as a bundler in development has to prepare it. The name alone is left to what
 * Vite finds in the sources: told by us, it takes `tandem.json` of the root for it.
 */
export const BROWSER_ENTRIES: readonly string[] = [
  '/actor',
  '/schema',
  '/codec',
  '/protocol',
  '/browser',
  '/browser/worker',
  '/actors',
  '/screen',
  '/trace',
].map((entry) => ownPackageName() + entry);

/** @param folder of the runtime's schemas, by the path that generated code is to name */
export const ownSchemas = (folder = SCHEMAS_FOLDER): SchemaLibrary => ({
  folder,
  specifiers: {
    language: 'schema',
    codec: 'codec',
    parties: 'protocol',
    assembly: 'protocol/assembly',
    partiesInAssembly: 'protocol/generated/assembly',
  },
});

export const ownGuestLibrary = (): GuestLibrary => ({
  name: ownPackageName(),
  folder: PACKAGE_FOLDER,
  doors: { guest: 'wasm-actors/kit/index', 'guest/exports': 'wasm-actors/kit/exports' },
  roles: [
    ['wasm-actors/kit/turn.ts', 'driver'],
    ['wasm-actors/kit/exports.ts', 'driver'],
    ['wasm-actors/kit/collector.ts', 'allocation'],
    ['wasm-actors/kit/', 'runtime'],
    ['protocol/', 'runtime'],
  ],
  // Eight times the largest snapshot. An actor at all of its bounds needs its columns, the snapshot that it was restored from, the next
  // one while its buffer grows, and lists of as many items as a message may have. A guest that leaks traps at this bound and does not
  // take the device down.
  memoryPagesMax: (8 * SNAPSHOT_BYTES_MAX) / WASM_PAGE_BYTES,
});

/** Where an application has its actors when it does not say so. */
export const ACTORS_FOLDER = 'src/actors';

/** Where the runtime's own parties, and the classes of its own actors, are imported from: the part after the package's name. */
export const OWN_MODULES = { parties: 'protocol', actors: 'actors' } as const;

/** Where the built guest of one of the runtime's own actors is; its source map is beside it. */
export const builtGuest = (name: string): string => join(PACKAGE_FOLDER, 'dist/wasm-actors', `${name}.wasm`);
