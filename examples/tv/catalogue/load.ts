/** Reads the films from the installed data set. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Catalogue, type RawFilm } from './catalogue.js';

/** Finds the data beside the package's code: the package exports only the code. */
export function loadCatalogue(): Catalogue {
  const { resolve } = createRequire(import.meta.url);
  const path = join(dirname(resolve('vega-datasets')), '../data/movies.json');
  return new Catalogue(JSON.parse(readFileSync(path, 'utf8')) as readonly RawFilm[]);
}
