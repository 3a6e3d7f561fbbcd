/** The page's access to the catalogue: requests to the network actor, which caches, dedupes and retries them. */
import type { Port } from 'tandem';
import { network, type page } from 'tandem/protocol';
import type { Film, FilmPage, Genre } from '../catalogue/film.js';
import type { PageOptions } from '../page-options.js';

/** A catalogue changes daily: a minute is fresh, an hour old is better than nothing. */
const CACHE = { maxAgeMs: 60_000, staleMs: 3_600_000 };
const RETRIES = 3;

/** The server did not answer, or not with the requested data. */
class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
}

export class Films {
  constructor(
    private readonly port: Port<typeof page>,
    private readonly options: PageOptions,
  ) {}

  genres(): Promise<readonly Genre[]> {
    return this.get('/api/genres') as Promise<readonly Genre[]>;
  }

  page(genre: string, from: number, count: number): Promise<FilmPage> {
    return this.get(`/api/films?genre=${encodeURIComponent(genre)}&from=${from}&count=${count}`) as Promise<FilmPage>;
  }

  film(id: number): Promise<Film> {
    return this.get(`/api/films/${id}`) as Promise<Film>;
  }

  private async get(url: string): Promise<unknown> {
    const fields = {
      url,
      method: 'GET' as const,
      headers: [],
      body: new Uint8Array(0),
      cache: CACHE,
      priority: 0,
      retries: RETRIES,
      timeoutMs: 0,
    };
    const { status, body, error, failure } = await this.port.request(network.receives.request, fields, {
      deadlineMs: this.options.requestDeadlineMs,
    });
    const text = new TextDecoder().decode(body);
    if (status !== 200) throw new CatalogueError(`${url}: ${status || failure} ${error || text}`);
    return JSON.parse(text);
  }
}
