/** The files that a recording takes with it: the module of each actor, and its source map. */
import { readFile } from 'node:fs/promises';
import type { PackedFile } from 'tandem/trace';
import { ACTOR_NAMES } from '../application.js';
import { GUESTS } from './guests.js';

const MEDIA_TYPES = { '.wasm': 'application/wasm', '.wasm.map': 'application/json' };

/** @throws Error of the file system */
export function packedGuests(): Promise<PackedFile[]> {
  const files = ACTOR_NAMES.flatMap((actor) =>
    Object.entries(MEDIA_TYPES).map(([end, mediaType]) => ({ name: `${actor}${end}`, mediaType })),
  );
  return Promise.all(files.map(async (file) => ({ ...file, bytes: new Uint8Array(await readFile(new URL(file.name, GUESTS))) })));
}
