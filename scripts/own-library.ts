/** This repository's package, for the tools that build what is written for it. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SNAPSHOT_BYTES_MAX } from '../protocol/limits.js';
import type { GuestLibrary, SchemaLibrary } from './tools/library.js';

const ROOT = resolve(import.meta.dirname, '..');
const WASM_PAGE_BYTES = 65_536;

/** @param folder of the runtime's schemas, by the path that generated code is to name */
export const ownSchemas = (folder = join(ROOT, 'protocol')): SchemaLibrary => ({
  folder,
  specifiers: {
    language: 'schema',
    codec: 'codec',
    parties: 'protocol',
    assembly: 'protocol/assembly',
    partiesInAssembly: 'protocol/generated/assembly',
  },
});

/** @throws Error when there is no package.json */
export const ownGuestLibrary = (): GuestLibrary => ({
  name: (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { name: string }).name,
  folder: ROOT,
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
