/** Reads the films from the installed data set. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Catalogue, type RawFilm } from './catalogue.js';

/** The package exports code only: its data lies beside. */
export function loadCatalogue(): Catalogue {
  const { resolve } = createRequire(import.meta.url);
  const path = join(dirname(resolve('vega-datasets')), '../data/movies.json');
  return new Catalogue(JSON.parse(readFileSync(path, 'utf8')) as readonly RawFilm[]);
}
