/** The runtime's package for the tools: its folder, and the name by which applications import it. */
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
