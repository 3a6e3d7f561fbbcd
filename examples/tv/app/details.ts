/** The details screen of one film. It makes its nodes before the data arrives, and fills in the text later. */
import { column, image, type Page, row, type SceneNode, type Shown, text, view } from 'tandem/screen';
import type { Film } from '../catalogue/film.js';
import type { Films } from './films.js';
import { posterSource } from './rail.js';
import { BUTTON, CLEAR, FAINT, INK, MARGIN, ON_RING, PLACEHOLDER, RING } from './theme.js';

const TOP = 160;
const TITLE_LINE = 52;
/** Longer titles get a second line. */
const TITLE_LENGTH = 30;
const BUTTON_RING = { colour: RING, rest: BUTTON, scale: 1.06 };

class Button {
  readonly label: SceneNode;
  readonly node: SceneNode;

  constructor(name: string) {
    this.label = text(name, { x: 0, y: 18, width: 210, height: 26, fontSize: 20, textAlign: 'centre', colour: INK });
    const own = { width: 210, height: 60, colour: BUTTON, radius: 30, focusable: true, ring: BUTTON_RING };
    this.node = view(own, [this.label]);
  }
}

export class Details implements Shown {
  readonly ready: Promise<void>;
  private readonly poster = image('', { x: MARGIN, y: TOP, width: 360, height: 480, colour: PLACEHOLDER, radius: 14 });
  private readonly title = text('', { height: TITLE_LINE, fontSize: 42, fontWeight: 700, colour: INK, lineHeight: TITLE_LINE });
  private readonly facts = text('', { height: 28, fontSize: 20, colour: FAINT });
  private readonly credits = text('', { height: 70, fontSize: 20, lineHeight: 30, lines: 2, colour: FAINT });
  private readonly buttons = [new Button('Play'), new Button('Add to my list')];
  private focusedButton = -1;
  private closed = false;

  constructor(
    private readonly page: Page,
    private readonly films: Films,
    private readonly id: number,
    /** The button that had focus, from 1; 0 when none has. */
    restored: number,
  ) {
    const buttons = row(
      { height: 64, gap: 16, focusGroup: true },
      this.buttons.map(({ node }) => node),
    );
    const texts = { x: MARGIN + 420, y: TOP, width: 700, height: 480, gap: 18 };
    const root = view({ x: 0, y: 0, ...page.area }, [this.poster, column(texts, [this.title, this.facts, this.credits, buttons])]);
    page.screen.add(root);
    page.focus((this.buttons[restored - 1] ?? this.buttons[0]).node);
    page.screen.animate(root, 'opacity', 1, { durationMs: 220, from: 0 });
    this.ready = this.load();
  }

  private async load(): Promise<void> {
    const { screen } = this.page;
    try {
      const film = await this.films.film(this.id);
      if (this.closed) return;
      this.fill(film);
    } catch (error) {
      this.page.log('error', String(error));
      if (this.closed) return;
      screen.write(this.title, 'This film is out of reach');
    }
    screen.flush();
  }

  private fill(film: Film): void {
    const { screen } = this.page;
    screen.write(this.poster, posterSource(film));
    screen.write(this.title, film.title);
    const lines = film.title.length > TITLE_LENGTH ? 2 : 1;
    screen.set(this.title, { lines, height: lines * TITLE_LINE });
    const facts = [film.year, film.genre, film.minutes && `${film.minutes} min`, film.certificate, film.rating && `${film.rating} of 10`];
    screen.write(this.facts, facts.filter(Boolean).join('  ·  '));
    const credits = [film.director && `Directed by ${film.director}`, film.distributor && `Distributed by ${film.distributor}`];
    screen.write(this.credits, credits.filter(Boolean).join('. '));
  }

  focused(node: SceneNode): void {
    const index = this.buttons.findIndex((button) => button.node === node);
    if (index < 0 || index === this.focusedButton) return;
    const { screen } = this.page;
    const former = this.buttons[this.focusedButton];
    screen.mark(null);
    if (former) screen.set(former.label, { colour: INK });
    this.focusedButton = index;
    screen.mark(node);
    screen.set(this.buttons[index].label, { colour: ON_RING });
    this.page.remember(index + 1);
  }

  /** Enter was pressed on a button. There is nothing to play, so the button says that it was pressed. */
  activated(node: SceneNode): void {
    const button = this.buttons.find((candidate) => candidate.node === node);
    if (!button) return;
    const { screen } = this.page;
    screen.write(button.label, button === this.buttons[0] ? 'Playing…' : 'On my list');
    screen.set(button.node, { colour: CLEAR });
    screen.animate(button.node, 'colour', RING, { durationMs: 300, from: INK });
  }

  close(): void {
    this.closed = true;
  }
}
