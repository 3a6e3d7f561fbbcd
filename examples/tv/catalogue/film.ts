/** The catalogue's data: the contract between the page and the server. */

export interface Film {
  /** Index of the film in the catalogue. */
  readonly id: number;
  readonly title: string;
  readonly genre: string;
  /** 0 when unknown, like the numbers below. */
  readonly year: number;
  readonly minutes: number;
  /** From 0 to 10. */
  readonly rating: number;
  readonly votes: number;
  readonly director: string;
  readonly distributor: string;
  /** Rating by the Motion Picture Association, for example `PG-13`. */
  readonly certificate: string;
}

export interface Genre {
  readonly name: string;
  readonly count: number;
}

/** Answer to `/api/films?genre=Drama&from=0&count=20`. */
export interface FilmPage {
  readonly total: number;
  readonly from: number;
  readonly films: readonly Film[];
}

/** Most films in one answer: a rail shows six at a time, and 60 films stay well below the size of a frame. */
export const FILMS_PER_PAGE_MAX = 60;
