/** The runtime's package, as the tools know it: where it is, and what applications call it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export interface Library {
  readonly name: string;
  readonly folder: string;
}

/** The package that these tools are part of. */
export function ownLibrary(): Library {
  const folder = resolve(import.meta.dirname, '../..');
  const { name } = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8')) as { name: string };
  return { name, folder };
}
