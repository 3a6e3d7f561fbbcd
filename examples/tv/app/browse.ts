/** The browse screen: rails by genre. Focus and scroll can be restored from an entry of the history. */
import { column, type Entry, type Page, type SceneNode, type Shown, text, view } from 'tandem/screen';
import type { Genre } from '../catalogue/film.js';
import type { Films } from './films.js';
import { FilmRail } from './rail.js';
import { FAINT, INK, MARGIN, ON_RING, RAIL_HEIGHT, RAILS_TOP, RING } from './theme.js';

/** Rails on either side of the focused one whose cards are nodes: what the screen shows, and one more. */
const OPEN_RAILS = 2;
const MOVE = { durationMs: 260 };
/** Key of the vertical scroll among the offsets that history keeps; a rail's key is its index. */
const VERTICAL = 1000;
/** Focus keys: rail and position in one number; 0 is none. */
const POSITIONS_MAX = 10_000;

export class Browse implements Shown {
  readonly ready: Promise<void>;
  private readonly root: SceneNode;
  private readonly rails: FilmRail[] = [];
  private list: SceneNode;
  private current = -1;
  private position = -1;
  private top: number;
  private closed = false;
  private apology: { readonly root: SceneNode; readonly button: SceneNode } | null = null;

  constructor(
    private readonly page: Page,
    private readonly films: Films,
    private readonly restored: Pick<Entry, 'focus' | 'scroll'>,
  ) {
    const { width, height } = page.area;
    this.root = view({ x: 0, y: 0, width, height, clip: true }, [
      column({ x: MARGIN, y: 36, width: this.width, height: 80, gap: 4 }, [
        text('Tandem TV', { height: 40, fontSize: 34, fontWeight: 700, colour: INK }),
        text('Films', { height: 24, fontSize: 18, colour: FAINT }),
      ]),
    ]);
    this.list = this.root;
    this.top = restored.scroll.find(({ key }) => key === VERTICAL)?.offset ?? 0;
    page.screen.add(this.root);
    this.ready = this.load();
  }

  private get width(): number {
    return this.page.area.width - 2 * MARGIN;
  }

  private async load(): Promise<void> {
    try {
      const genres = await this.films.genres();
      if (this.closed) return;
      this.build(genres);
      this.page.screen.flush();
      await Promise.all(this.rails.map((rail) => rail.complete()));
    } catch (error) {
      this.page.log('error', String(error));
      if (!this.closed) this.apologize();
    }
  }

  /** Shows what is wrong until the catalogue arrives, and a button that asks for it again. */
  private apologize(): void {
    const label = text('Try again', { x: 0, y: 18, width: 210, height: 26, fontSize: 20, textAlign: 'centre', colour: ON_RING });
    const button = view({ x: 0, y: 60, width: 210, height: 60, colour: RING, radius: 30, focusable: true }, [label]);
    const what = text('The catalogue cannot be reached.', { x: 0, y: 0, width: this.width, height: 36, fontSize: 24, colour: FAINT });
    const root = view({ x: MARGIN, y: RAILS_TOP, width: this.width, height: 120 }, [what, button]);
    this.page.screen.add(root, this.root);
    this.apology = { root, button };
    this.page.focus(button);
    this.page.screen.flush();
  }

  private build(genres: readonly Genre[]): void {
    const { restored, page } = this;
    for (const [index, genre] of genres.entries()) {
      const offset = restored.scroll.find(({ key }) => key === index)?.offset ?? 0;
      this.rails.push(new FilmRail(page, this.films, genre, index, offset));
    }
    const rails = this.rails.map(({ node }) => node);
    this.list = view({ x: 0, y: -this.top * RAIL_HEIGHT, width: page.area.width, height: genres.length * RAIL_HEIGHT }, rails);
    const window = { x: 0, y: RAILS_TOP, width: page.area.width, height: page.area.height - RAILS_TOP, clip: true };
    page.screen.add(view(window, [this.list]), this.root);
    const rail = Math.floor(restored.focus / POSITIONS_MAX);
    this.openAround(rail);
    const position = Math.max(0, (restored.focus % POSITIONS_MAX) - 1);
    const node = this.rails[rail]?.cards.cardAt(position) ?? this.rails[0]?.cards.cardAt(0);
    if (node) page.focus(node);
  }

  private openAround(index: number): void {
    for (const [i, { cards }] of this.rails.entries())
      if (Math.abs(i - index) <= OPEN_RAILS) cards.show();
      else cards.hide();
  }

  focused(node: SceneNode): void {
    const rail = this.rails.findIndex(({ cards }) => cards.indexOf(node) >= 0);
    if (rail < 0) return;
    const { cards } = this.rails[rail];
    const position = cards.indexOf(node);
    if (rail === this.current && position === this.position) return;
    const { screen } = this.page;
    screen.mark(null);
    if (rail !== this.current) this.openAround(rail);
    this.current = rail;
    this.position = position;
    cards.focused(node);
    if (rail !== this.top) {
      this.top = rail;
      screen.animate(this.list, 'y', -rail * RAIL_HEIGHT, MOVE);
    }
    this.remember();
  }

  private remember(): void {
    const scroll = this.rails.map(({ cards: { offset } }, key) => ({ key, offset })).filter(({ offset }) => offset > 0);
    this.page.remember(this.current * POSITIONS_MAX + this.position + 1, [...scroll, { key: VERTICAL, offset: this.top }]);
  }

  /** Enter was pressed on a film, or on the button of the apology. */
  activated(node: SceneNode): void {
    if (node === this.apology?.button) {
      this.page.screen.remove(this.apology.root);
      this.apology = null;
      void this.load();
    }
    // One that has not arrived has nothing to show yet.
    const film = this.rails.map(({ cards }) => cards.itemOf(node)).find((one) => one !== undefined);
    if (film) this.page.push('details', { film: film.id });
  }

  close(): void {
    this.closed = true;
    for (const rail of this.rails) rail.close();
  }
}
