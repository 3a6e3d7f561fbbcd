/** What a build has made of an application's guests: `tandem.manifest.json`, for who serves or checks them. */
import { posix } from 'node:path';
import type { GeneratedApplication } from './generated-application.js';

export const MANIFEST_FILE = 'tandem.manifest.json';

/** A file of a build, as far as this needs it. */
interface OutputFile {
  readonly type: string;
  readonly fileName: string;
  readonly originalFileNames?: readonly string[];
  readonly source?: string | Uint8Array;
}

interface GuestEntry {
  /** Path from the folder of the build. */
  readonly module: string;
  readonly sourceMap?: string;
  readonly bytes: number;
}

export interface Manifest {
  /** By the name of the actor. */
  readonly guests: Readonly<Record<string, GuestEntry>>;
}

/**
 * @param folder of the application, from the bundler's root
 * @returns also the names of the actors whose modules are in no file of the build
 */
export function manifestOf(
  application: GeneratedApplication,
  folder: string,
  files: readonly OutputFile[],
): { manifest: Manifest; missing: string[] } {
  const builtFrom = (path: string) =>
    files.find(({ type, originalFileNames }) => type === 'asset' && originalFileNames?.includes(posix.join(folder, path)));
  const guests: Record<string, GuestEntry> = {};
  const missing: string[] = [];
  for (const { name, module } of application.guests) {
    const [built, map] = [builtFrom(module), builtFrom(`${module}.map`)];
    if (!built) missing.push(name);
    else guests[name] = { module: built.fileName, ...(map && { sourceMap: map.fileName }), bytes: built.source?.length ?? 0 };
  }
  return { manifest: { guests }, missing };
}
