/** One rail of the browse screen: the films of a genre. A film that has not arrived yet has a placeholder, which is filled in later. */
import { image, type Page, Rail, SceneNode, type Screen, text, view } from 'tandem/screen';
import type { Film, Genre } from '../catalogue/film.js';
import type { Films } from './films.js';
import {
  CARD_HEIGHT,
  CARD_RING,
  CARD_STEP,
  CARD_WIDTH,
  CLEAR,
  FAINT,
  INK,
  MARGIN,
  PLACEHOLDER,
  RAIL_HEIGHT,
  RAIL_TITLE_HEIGHT,
  RING,
} from './theme.js';

const PAGE_FILMS = 20;
/** The pictures, not their rings, are aligned below the rail's title. */
const ROW_START = MARGIN - CARD_RING;

class Card extends SceneNode {
  private readonly picture: SceneNode;
  private readonly title: SceneNode;
  private filled = false;

  constructor(private readonly film: Film | undefined) {
    const width = CARD_WIDTH - 2 * CARD_RING;
    const inside = { x: CARD_RING, y: CARD_RING, width, height: CARD_HEIGHT - 2 * CARD_RING };
    const picture = image('', { ...inside, colour: PLACEHOLDER, radius: 8 });
    const title = text('', { x: CARD_RING, y: CARD_HEIGHT + 6, width, height: 22, fontSize: 16, colour: FAINT, lines: 1 });
    const ring = { colour: RING, scale: 1.08 };
    const own = { y: 8, width: CARD_WIDTH, height: CARD_HEIGHT, colour: CLEAR, radius: 10, focusable: true, ring };
    super('view', own, { children: [picture, title] });
    this.picture = picture;
    this.title = title;
  }

  override onAdded(screen: Screen): void {
    this.fill(screen, this.film);
  }

  fill(screen: Screen, film: Film | undefined): void {
    if (!film || this.filled) return;
    this.filled = true;
    screen.write(this.picture, posterSource(film));
    screen.write(this.title, film.title);
    screen.animate(this.picture, 'opacity', 1, { durationMs: 200, from: 0.4 });
  }
}

export class FilmRail {
  /** The title with the cards below it. */
  readonly node: SceneNode;
  readonly cards: Rail<Film | undefined, Card>;
  private readonly films: (Film | undefined)[];
  /** Requested pages, by their first film. */
  private readonly pages = new Map<number, Promise<void>>();
  private closed = false;

  /** @param offset number of cards scrolled out to the left */
  constructor(
    private readonly page: Page,
    private readonly source: Films,
    private readonly genre: Genre,
    index: number,
    offset: number,
  ) {
    this.films = new Array(genre.count);
    this.cards = new Rail({
      items: this.films,
      card: (film) => new Card(film),
      step: CARD_STEP,
      fits: Math.floor((page.area.width - MARGIN) / CARD_STEP),
      offset,
      open: false,
      onWindow: (from, to) => this.ask(from, to),
      ...{ x: ROW_START, y: RAIL_TITLE_HEIGHT, height: CARD_HEIGHT + 48 },
    });
    const title = { x: MARGIN, y: 0, width: 700, height: RAIL_TITLE_HEIGHT, fontSize: 24, fontWeight: 600, colour: INK };
    this.node = view({ x: 0, y: index * RAIL_HEIGHT, width: page.area.width, height: RAIL_HEIGHT }, [text(genre.name, title), this.cards]);
  }

  close(): void {
    this.closed = true;
  }

  /** Resolves when all requested films have arrived or failed. */
  async complete(): Promise<void> {
    await Promise.all(this.pages.values());
  }

  private ask(from: number, to: number): void {
    for (let first = from - (from % PAGE_FILMS); first < to; first += PAGE_FILMS)
      if (!this.pages.has(first)) this.pages.set(first, this.load(first));
  }

  private async load(first: number): Promise<void> {
    try {
      const page = await this.source.page(this.genre.name, first, PAGE_FILMS);
      for (const [i, film] of page.films.entries()) this.films[page.from + i] = film;
    } catch {
      // The placeholders stay; their films are requested again when the window comes by the next time.
      this.pages.delete(first);
      return;
    }
    if (this.closed) return;
    for (const [position, card] of this.cards.shown) card.fill(this.page.screen, this.films[position]);
    this.page.screen.flush();
  }
}

/** Source of a poster. The host draws posters itself, from what the source says. */
export const posterSource = (film: Film): string => `poster:${film.id}:${film.genre}:${film.year || ''}:${film.title}`;
