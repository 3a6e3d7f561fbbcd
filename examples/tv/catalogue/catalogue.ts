/** The films of vega-datasets by genre, and the HTTP answers about them. Free of any platform: the server and the simulation share it. */
import { FILMS_PER_PAGE_MAX, type Film, type FilmPage, type Genre } from './film.js';

/** A film as the data set has it. */
export interface RawFilm {
  readonly Title: string | number | null;
  readonly 'Major Genre': string | null;
  readonly 'Release Date': string | null;
  readonly 'Running Time min': number | null;
  readonly 'IMDB Rating': number | null;
  readonly 'IMDB Votes': number | null;
  readonly Director: string | null;
  readonly Distributor: string | null;
  readonly 'MPAA Rating': string | null;
}

export interface Answer {
  readonly status: number;
  /** Body as JSON. */
  readonly body: string;
}

/** The data set leaves the genre of some films open. */
const OTHER_GENRE = 'More films';

const yearOf = (date: string | null): number => Number(/(\d{4})$/.exec(date ?? '')?.[1] ?? 0);

const toFilm = (raw: RawFilm, id: number): Film => ({
  id,
  title: String(raw.Title ?? 'Untitled'),
  genre: raw['Major Genre'] ?? OTHER_GENRE,
  year: yearOf(raw['Release Date']),
  minutes: raw['Running Time min'] ?? 0,
  rating: raw['IMDB Rating'] ?? 0,
  votes: raw['IMDB Votes'] ?? 0,
  director: raw.Director ?? '',
  distributor: raw.Distributor ?? '',
  certificate: raw['MPAA Rating'] ?? '',
});

export class Catalogue {
  readonly genres: readonly Genre[];
  private readonly byGenre = new Map<string, Film[]>();
  private readonly films: readonly Film[];

  constructor(raw: readonly RawFilm[]) {
    this.films = raw.map(toFilm);
    for (const film of this.films) {
      const ofGenre = this.byGenre.get(film.genre);
      if (ofGenre) ofGenre.push(film);
      else this.byGenre.set(film.genre, [film]);
    }
    // The best-known films first: they have the most votes.
    for (const films of this.byGenre.values()) films.sort((a, b) => b.votes - a.votes || a.id - b.id);
    this.genres = [...this.byGenre].map(([name, { length: count }]) => ({ name, count })).sort((a, b) => b.count - a.count);
  }

  /** @param path with its query, for example `/api/films?genre=Drama&from=20&count=20` */
  answer(path: string): Answer {
    const url = new URL(path, 'http://catalogue');
    if (url.pathname === '/api/genres') return found(this.genres);
    if (url.pathname === '/api/films') return this.filmPage(url.searchParams);
    const film = /^\/api\/films\/(\d+)$/.exec(url.pathname);
    if (film) return this.films[Number(film[1])] ? found(this.films[Number(film[1])]) : failed(404, `no film ${film[1]}`);
    return failed(404, `no such resource: ${url.pathname}`);
  }

  private filmPage(query: URLSearchParams): Answer {
    const genre = query.get('genre') ?? '';
    const films = this.byGenre.get(genre);
    if (!films) return failed(404, `no genre ${genre}`);
    const from = Number(query.get('from') ?? 0);
    const count = Number(query.get('count') ?? FILMS_PER_PAGE_MAX);
    if (!Number.isInteger(from) || from < 0) return failed(400, `from is a whole number, not ${query.get('from')}`);
    if (!Number.isInteger(count) || count < 1 || count > FILMS_PER_PAGE_MAX)
      return failed(400, `count is 1 to ${FILMS_PER_PAGE_MAX}, not ${query.get('count')}`);
    const page: FilmPage = { total: films.length, from, films: films.slice(from, from + count) };
    return found(page);
  }
}

const found = (value: unknown): Answer => ({ status: 200, body: JSON.stringify(value) });
const failed = (status: number, error: string): Answer => ({ status, body: JSON.stringify({ error }) });
