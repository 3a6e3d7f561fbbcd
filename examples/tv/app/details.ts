/** The details screen of one film. It makes its nodes before the data arrives, and fills in the text later. */
import type { Film } from '../catalogue/film.js';
import type { Films } from './films.js';
import { posterSource } from './rail.js';
import { type NodeHandle, ROOT, type Screen } from './screen.js';
import { BUTTON, CLEAR, FAINT, INK, MARGIN, ON_RING, PLACEHOLDER, RING, SCREEN_HEIGHT, SCREEN_WIDTH } from './theme.js';

const GROW = { durationMs: 160 };
const TOP = 160;
const TITLE_LINE = 52;
/** Longer titles get a second line. */
const TITLE_LENGTH = 30;
const BUTTONS = ['Play', 'Add to my list'] as const;

export interface DetailsEvents {
  wish(node: NodeHandle): void;
  /** Called when another button has focus, with its number from 1, to keep in the history entry. */
  onMove(focus: number): void;
  onError(error: unknown): void;
}

export class Details {
  /** Resolves when the picture is complete, or as complete as it will be. */
  readonly ready: Promise<void>;
  private readonly root: NodeHandle;
  private readonly poster: NodeHandle;
  private readonly title: NodeHandle;
  private readonly facts: NodeHandle;
  private readonly credits: NodeHandle;
  private readonly buttons: { readonly node: NodeHandle; readonly label: NodeHandle }[] = [];
  private focusedButton = -1;
  private closed = false;

  constructor(
    private readonly screen: Screen,
    private readonly films: Films,
    private readonly id: number,
    /** The button that had focus, from 1; 0 when none has. */
    private readonly restored: number,
    private readonly events: DetailsEvents,
  ) {
    this.root = screen.view(ROOT, { x: 0, y: 0, width: SCREEN_WIDTH, height: SCREEN_HEIGHT });
    this.poster = screen.image(this.root, '', { x: MARGIN, y: TOP, width: 360, height: 480, colour: PLACEHOLDER, radius: 14 });
    const column = screen.view(this.root, { x: MARGIN + 420, y: TOP, width: 700, height: 480, layout: 2, gap: 18 });
    this.title = screen.text(column, '', { height: TITLE_LINE, fontSize: 42, fontWeight: 700, colour: INK, lineHeight: TITLE_LINE });
    this.facts = screen.text(column, '', { height: 28, fontSize: 20, colour: FAINT });
    this.credits = screen.text(column, '', { height: 70, fontSize: 20, lineHeight: 30, lines: 2, colour: FAINT });
    this.addButtons(column);
    screen.animate(this.root, 'opacity', 1, { durationMs: 220, from: 0 });
    this.ready = this.load();
  }

  private addButtons(column: NodeHandle): void {
    const { screen } = this;
    const row = screen.view(column, { height: 64, layout: 1, gap: 16, focusGroup: 1 });
    for (const name of BUTTONS) {
      const node = screen.view(row, { width: 210, height: 60, colour: BUTTON, radius: 30, focusable: 1 });
      const label = screen.text(node, name, { x: 0, y: 18, width: 210, height: 26, fontSize: 20, textAlign: 1, colour: INK });
      this.buttons.push({ node, label });
    }
    const { node } = this.buttons[this.restored - 1] ?? this.buttons[0];
    this.events.wish(node);
    if (screen.still) this.focused(node);
  }

  private async load(): Promise<void> {
    try {
      const film = await this.films.film(this.id);
      if (this.closed) return;
      this.fill(film);
      this.screen.flush();
    } catch (error) {
      this.events.onError(error);
      if (this.closed) return;
      this.screen.string(this.title, 'This film is out of reach');
      this.screen.flush();
    }
  }

  private fill(film: Film): void {
    const { screen } = this;
    screen.string(this.poster, posterSource(film));
    screen.string(this.title, film.title);
    const lines = film.title.length > TITLE_LENGTH ? 2 : 1;
    screen.set(this.title, { lines, height: lines * TITLE_LINE });
    const facts = [film.year, film.genre, film.minutes && `${film.minutes} min`, film.certificate, film.rating && `${film.rating} of 10`];
    screen.string(this.facts, facts.filter(Boolean).join('  ·  '));
    const credits = [film.director && `Directed by ${film.director}`, film.distributor && `Distributed by ${film.distributor}`];
    screen.string(this.credits, credits.filter(Boolean).join('. '));
  }

  /** @returns false when the node does not belong to this screen */
  focused(node: NodeHandle): boolean {
    const button = this.buttons.findIndex((candidate) => candidate.node === node);
    if (button < 0) return false;
    if (button === this.focusedButton) return true;
    const former = this.buttons[this.focusedButton];
    if (former) {
      this.screen.set(former.node, { colour: BUTTON });
      this.screen.set(former.label, { colour: INK });
      this.screen.animate(former.node, 'scale', 1, GROW);
    }
    this.focusedButton = button;
    this.screen.set(node, { colour: RING });
    this.screen.set(this.buttons[button].label, { colour: ON_RING });
    this.screen.animate(node, 'scale', 1.06, GROW);
    this.events.onMove(button + 1);
    return true;
  }

  /** Enter was pressed on a button. There is nothing to play, so the button says that it was pressed. */
  activated(node: NodeHandle): void {
    const button = this.buttons.find((candidate) => candidate.node === node);
    if (!button) return;
    this.screen.string(button.label, button === this.buttons[0] ? 'Playing…' : 'On my list');
    this.screen.set(button.node, { colour: CLEAR });
    this.screen.animate(button.node, 'colour', RING, { durationMs: 300, from: INK });
  }

  close(): void {
    this.closed = true;
    this.screen.remove(this.root);
  }
}
