/** What the catalogue serves: the contract between the page and the server. */

export interface Film {
  /** Its place in the catalogue. */
  readonly id: number;
  readonly title: string;
  readonly genre: string;
  /** 0 when not known, as are the numbers below. */
  readonly year: number;
  readonly minutes: number;
  /** Of ten. */
  readonly rating: number;
  readonly votes: number;
  readonly director: string;
  readonly distributor: string;
  /** Of the Motion Picture Association, as `PG-13`. */
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

/** Films of one answer: a rail shows six at a time, and 60 of them stay well below a frame. */
export const FILMS_PER_PAGE_MAX = 60;
