/**
 * One rail of the browse screen: the films of a genre in a row. Only the cards near the window are nodes. A film that has not arrived
 * yet has a placeholder, which is filled in later.
 */
import type { Film, Genre } from '../catalogue/film.js';
import type { Films } from './films.js';
import type { NodeHandle, Screen } from './screen.js';
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
  SCREEN_WIDTH,
} from './theme.js';

/** Cards that fit the screen, and one that is cut off, so that the viewer sees that there is more. */
const WINDOW_CARDS = Math.ceil(SCREEN_WIDTH / CARD_STEP) + 1;
/** Cards kept beyond either end of the window, so that a move always finds a neighbour. */
const SPARE_CARDS = 3;
const PAGE_FILMS = 20;
/** The pictures, not their rings, are aligned below the rail's title. */
const ROW_START = MARGIN - CARD_RING;
const MOVE = { durationMs: 220 };
const GROW = { durationMs: 160 };

interface Card {
  readonly node: NodeHandle;
  readonly picture: NodeHandle;
  readonly title: NodeHandle;
  filled: boolean;
}

export class Rail {
  private readonly container: NodeHandle;
  private readonly row: NodeHandle;
  private readonly cards = new Map<number, Card>();
  private readonly films: (Film | undefined)[];
  /** Requested pages, by their first film. */
  private readonly pages = new Map<number, Promise<void>>();
  /** Number of cards scrolled out to the left. */
  private offset: number;
  private open = false;
  private closed = false;

  /** @param changed called after data has arrived and the cards were filled in */
  constructor(
    private readonly screen: Screen,
    private readonly source: Films,
    readonly genre: Genre,
    parent: NodeHandle,
    index: number,
    offset: number,
    private readonly changed: () => void,
  ) {
    this.films = new Array(genre.count);
    this.offset = offset;
    this.container = screen.view(parent, { x: 0, y: index * RAIL_HEIGHT, width: SCREEN_WIDTH, height: RAIL_HEIGHT });
    screen.text(this.container, genre.name, {
      x: MARGIN,
      y: 0,
      width: 700,
      height: RAIL_TITLE_HEIGHT,
      fontSize: 24,
      fontWeight: 600,
      colour: INK,
    });
    const x = ROW_START - offset * CARD_STEP;
    this.row = screen.view(this.container, {
      x,
      y: RAIL_TITLE_HEIGHT,
      width: genre.count * CARD_STEP,
      height: CARD_HEIGHT + 48,
      focusGroup: 1,
    });
  }

  get scroll(): number {
    return this.offset;
  }

  /** The group of the rail's cards. */
  get group(): NodeHandle {
    return this.row;
  }

  nodeAt(position: number): NodeHandle | undefined {
    return this.cards.get(position)?.node;
  }

  positionOf(node: NodeHandle): number {
    for (const [position, card] of this.cards) if (card.node === node) return position;
    return -1;
  }

  filmAt(position: number): Film | undefined {
    return this.films[position];
  }

  /** Makes the cards of the window and requests their films. */
  show(): void {
    this.open = true;
    const from = Math.max(0, this.offset - SPARE_CARDS);
    const to = Math.min(this.genre.count, this.offset + WINDOW_CARDS + SPARE_CARDS);
    for (const position of [...this.cards.keys()]) if (position < from || position >= to) this.dropCard(position);
    for (let position = from; position < to; position++) if (!this.cards.has(position)) this.addCard(position);
    for (let first = from - (from % PAGE_FILMS); first < to; first += PAGE_FILMS) this.ask(first);
  }

  /** Removes the cards; the title stays. */
  hide(): void {
    if (!this.open) return;
    this.open = false;
    for (const position of [...this.cards.keys()]) this.dropCard(position);
  }

  close(): void {
    this.closed = true;
  }

  /** The card has focus: it grows, and the row scrolls until the card is second. */
  focus(position: number): void {
    const card = this.cards.get(position);
    if (card) {
      this.screen.set(card.node, { colour: RING });
      this.screen.animate(card.node, 'scale', 1.08, GROW);
    }
    const offset = Math.max(0, Math.min(position - 1, this.genre.count - WINDOW_CARDS + 2));
    if (offset === this.offset) return;
    this.offset = offset;
    this.show();
    this.screen.animate(this.row, 'x', ROW_START - offset * CARD_STEP, MOVE);
  }

  blur(position: number): void {
    const card = this.cards.get(position);
    if (!card) return;
    this.screen.set(card.node, { colour: CLEAR });
    this.screen.animate(card.node, 'scale', 1, GROW);
  }

  private addCard(position: number): void {
    const { screen } = this;
    const node = screen.view(this.row, {
      x: position * CARD_STEP,
      y: 8,
      width: CARD_WIDTH,
      height: CARD_HEIGHT,
      colour: CLEAR,
      radius: 10,
      focusable: 1,
    });
    const picture = screen.image(node, '', {
      x: CARD_RING,
      y: CARD_RING,
      width: CARD_WIDTH - 2 * CARD_RING,
      height: CARD_HEIGHT - 2 * CARD_RING,
      colour: PLACEHOLDER,
      radius: 8,
    });
    const title = screen.text(node, '', {
      x: CARD_RING,
      y: CARD_HEIGHT + 6,
      width: CARD_WIDTH - 2 * CARD_RING,
      height: 22,
      fontSize: 16,
      colour: FAINT,
      lines: 1,
    });
    const card = { node, picture, title, filled: false };
    this.cards.set(position, card);
    this.fill(position, card);
  }

  private dropCard(position: number): void {
    this.screen.remove(this.cards.get(position)!.node);
    this.cards.delete(position);
  }

  private fill(position: number, card: Card): void {
    const film = this.films[position];
    if (!film || card.filled) return;
    card.filled = true;
    this.screen.string(card.picture, posterSource(film));
    this.screen.string(card.title, film.title);
    this.screen.animate(card.picture, 'opacity', 1, { durationMs: 200, from: 0.4 });
  }

  /** Resolves when all requested films have arrived or failed. */
  async complete(): Promise<void> {
    await Promise.all(this.pages.values());
  }

  private ask(first: number): void {
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
    for (const [position, card] of this.cards) this.fill(position, card);
    this.changed();
  }
}

/** Source of a poster. The host draws posters itself, from what the source says. */
export const posterSource = (film: Film): string => `poster:${film.id}:${film.genre}:${film.year || ''}:${film.title}`;
