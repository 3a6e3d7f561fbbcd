/** The browse screen: rails by genre. Focus and scroll can be restored from an entry of the history. */
import type { Film, Genre } from '../catalogue/film.js';
import type { Films } from './films.js';
import { Rail } from './rail.js';
import { type NodeHandle, ROOT, type Screen } from './screen.js';
import { FAINT, INK, MARGIN, ON_RING, RAIL_HEIGHT, RAILS_TOP, RING, SCREEN_HEIGHT, SCREEN_WIDTH } from './theme.js';

/** Rails on either side of the focused one whose cards are nodes: what the screen shows, and one more. */
const OPEN_RAILS = 2;
const MOVE = { durationMs: 260 };
/** Key of the vertical scroll among the offsets that history keeps; a rail's key is its index. */
const VERTICAL = 1000;
/** Focus keys: rail and position in one number; 0 is none. */
const POSITIONS_MAX = 10_000;

export interface Restored {
  readonly focus: number;
  readonly scroll: readonly { readonly key: number; readonly offset: number }[];
}

export interface BrowseEvents {
  /** Called when focus or scroll has changed, with what to keep in the history entry. */
  onMove(restored: Restored): void;
  /** Asks for focus on a node or a group. */
  wish(node: NodeHandle): void;
  /** The group will be entered at the card that had focus last. */
  remember(group: NodeHandle): void;
  /** The group is removed, and its number will go to another node. */
  forget(group: NodeHandle): void;
  onError(error: unknown): void;
}

export class Browse {
  /** Resolves when the picture is complete, or as complete as it will be. */
  readonly ready: Promise<void>;
  private readonly root: NodeHandle;
  private readonly rails: Rail[] = [];
  private list: NodeHandle = ROOT;
  private current = -1;
  private position = -1;
  private top: number;
  private closed = false;
  private apology: { readonly root: NodeHandle; readonly button: NodeHandle } | null = null;

  constructor(
    private readonly screen: Screen,
    private readonly films: Films,
    private readonly restored: Restored,
    private readonly events: BrowseEvents,
  ) {
    this.top = restored.scroll.find(({ key }) => key === VERTICAL)?.offset ?? 0;
    this.root = screen.view(ROOT, { x: 0, y: 0, width: SCREEN_WIDTH, height: SCREEN_HEIGHT, clip: 1 });
    const header = screen.view(this.root, { x: MARGIN, y: 36, width: SCREEN_WIDTH - 2 * MARGIN, height: 80, layout: 2, gap: 4 });
    screen.text(header, 'Tandem TV', { height: 40, fontSize: 34, fontWeight: 700, colour: INK });
    screen.text(header, 'Films', { height: 24, fontSize: 18, colour: FAINT });
    this.ready = this.load();
  }

  private async load(): Promise<void> {
    try {
      const genres = await this.films.genres();
      if (this.closed) return;
      this.build(genres);
      this.screen.flush();
      await Promise.all(this.rails.map((rail) => rail.complete()));
    } catch (error) {
      this.events.onError(error);
      if (!this.closed) this.apologize();
    }
  }

  /** Shows what is wrong until the catalogue arrives, and a button that asks for it again. */
  private apologize(): void {
    const { screen } = this;
    const width = SCREEN_WIDTH - 2 * MARGIN;
    const root = screen.view(this.root, { x: MARGIN, y: RAILS_TOP, width, height: 120 });
    screen.text(root, 'The catalogue cannot be reached.', { x: 0, y: 0, width, height: 36, fontSize: 24, colour: FAINT });
    const button = screen.view(root, { x: 0, y: 60, width: 210, height: 60, colour: RING, radius: 30, focusable: 1 });
    screen.text(button, 'Try again', { x: 0, y: 18, width: 210, height: 26, fontSize: 20, textAlign: 1, colour: ON_RING });
    this.apology = { root, button };
    this.events.wish(button);
    screen.flush();
  }

  private build(genres: readonly Genre[]): void {
    const { screen, restored } = this;
    const window = screen.view(this.root, { x: 0, y: RAILS_TOP, width: SCREEN_WIDTH, height: SCREEN_HEIGHT - RAILS_TOP, clip: 1 });
    this.list = screen.view(window, { x: 0, y: -this.top * RAIL_HEIGHT, width: SCREEN_WIDTH, height: genres.length * RAIL_HEIGHT });
    const changed = () => this.screen.flush();
    genres.forEach((genre, index) => {
      const offset = restored.scroll.find(({ key }) => key === index)?.offset ?? 0;
      const rail = new Rail(screen, this.films, genre, this.list, index, offset, changed);
      this.rails.push(rail);
      this.events.remember(rail.group);
    });
    const rail = Math.floor(restored.focus / POSITIONS_MAX);
    this.openAround(rail);
    const node = this.rails[rail]?.nodeAt(Math.max(0, (restored.focus % POSITIONS_MAX) - 1)) ?? this.rails[0]?.nodeAt(0);
    if (node === undefined) return;
    this.events.wish(node);
    if (screen.still) this.focused(node);
  }

  private openAround(index: number): void {
    this.rails.forEach((rail, i) => {
      if (Math.abs(i - index) <= OPEN_RAILS) rail.show();
      else rail.hide();
    });
  }

  /** @returns false when the node does not belong to this screen */
  focused(node: NodeHandle): boolean {
    const rail = this.rails.findIndex((candidate) => candidate.positionOf(node) >= 0);
    if (rail < 0) return false;
    const position = this.rails[rail].positionOf(node);
    if (rail === this.current && position === this.position) return true;
    this.rails[this.current]?.blur(this.position);
    if (rail !== this.current) this.openAround(rail);
    this.current = rail;
    this.position = position;
    this.rails[rail].focus(position);
    if (rail !== this.top) {
      this.top = rail;
      this.screen.animate(this.list, 'y', -rail * RAIL_HEIGHT, MOVE);
    }
    this.events.onMove(this.whereItStands());
    return true;
  }

  private whereItStands(): Restored {
    const scroll = this.rails.map((rail, key) => ({ key, offset: rail.scroll })).filter(({ offset }) => offset > 0);
    return { focus: this.current * POSITIONS_MAX + this.position + 1, scroll: [...scroll, { key: VERTICAL, offset: this.top }] };
  }

  /** Enter was pressed on the button of the apology. */
  activated(node: NodeHandle): void {
    if (node !== this.apology?.button) return;
    this.screen.remove(this.apology.root);
    this.apology = null;
    void this.load();
  }

  /** The film of a card, if it has arrived. */
  filmOf(node: NodeHandle): Film | undefined {
    for (const rail of this.rails) {
      const position = rail.positionOf(node);
      if (position >= 0) return rail.filmAt(position);
    }
    return undefined;
  }

  close(): void {
    this.closed = true;
    for (const rail of this.rails) {
      rail.close();
      this.events.forget(rail.group);
    }
    this.screen.remove(this.root);
  }
}
