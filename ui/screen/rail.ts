/**
 * Cards in a row or a column, of which only those near the window are nodes. The rail is a group that remembers its card; it moves so that the focused
 * card is the second.
 *
 *   const films = rail({ items, step: 196, fits: 6, height: 240, card: (film) => view({ width: 176, height: 236, focusable: true, ring: RING }) });
 *   screen.add(films);
 *   films.focused(node);          // for each change of focus: true when the node is one of its cards
 *
 * The catch: cards are made and removed as the rail moves. What a card shows beyond its item is lost with it.
 */
import { type NodeOptions, SceneNode, type Screen } from './screen.js';
import { ScreenError } from './screen-error.js';

/** Cards kept beyond either end of the window, so that a move always finds a neighbour. */
const SPARE_CARDS = 3;
/** At the window's end, one that is cut off, and one that comes in as the rail moves. */
const PARTIAL_CARDS = 2;
const MOVE = { durationMs: 220 };

/** `x` of a row and `y` of a column are where the first card is when nothing is scrolled out. */
export interface RailOptions<T, C extends SceneNode = SceneNode> extends NodeOptions {
  /** May be filled in later; its length stays. */
  readonly items: readonly T[];
  /** Makes the card of an item. It needs `focusable`; its place along the rail is given by the rail. */
  readonly card: (item: T, index: number) => C;
  /** Pixels from where one card begins to where the next does. */
  readonly step: number;
  /** Number of cards that are wholly seen at a time. */
  readonly fits: number;
  /** `row` when not given. */
  readonly direction?: 'row' | 'column';
  /** Number of cards scrolled out at first; 0 when not given. */
  readonly offset?: number;
  /** Whether it has cards at first, and not only after `show`; true when not given. */
  readonly open?: boolean;
  /** Called with the window whenever its cards are made: from the first to before the last. */
  readonly onWindow?: (from: number, to: number) => void;
}

export class Rail<T, C extends SceneNode = SceneNode> extends SceneNode {
  private readonly cards = new Map<number, C>();
  private readonly axis: 'x' | 'y';
  private readonly start: number;
  private scrolled: number;
  private open: boolean;
  private screen: Screen | null = null;

  /** @throws ScreenError property, value */
  constructor(private readonly options: RailOptions<T, C>) {
    const { items, card, step, fits, direction = 'row', offset = 0, open = true, onWindow, ...own } = options;
    for (const [name, number] of Object.entries({ step, fits }))
      if (!(number > 0)) throw new ScreenError('value', `${name} of a rail cannot be ${String(number)}: it is a number above 0`);
    const { x, y, width, height, ...rest } = own;
    const length = items.length * step;
    const isRow = direction === 'row';
    const start = (isRow ? x : y) ?? 0;
    const at = start - offset * step;
    const place = isRow ? { x: at, y, width: length, height } : { x, y: at, width, height: length };
    super('view', { ...place, ...rest, focusGroup: true });
    this.axis = isRow ? 'x' : 'y';
    this.start = start;
    this.scrolled = offset;
    this.open = open;
  }

  /** Number of cards scrolled out. */
  get offset(): number {
    return this.scrolled;
  }

  override onAdded(screen: Screen): void {
    this.screen = screen;
    screen.setRules(this, { remember: true });
    if (this.open) this.show();
  }

  /** The cards that are nodes, by their index. */
  get shown(): ReadonlyMap<number, C> {
    return this.cards;
  }

  /** The card of an item; undefined for one that is no node at present. */
  cardAt(index: number): C | undefined {
    return this.cards.get(index);
  }

  /** Index of a card's item; -1 for a node that is none of its cards. */
  indexOf(node: SceneNode): number {
    for (const [index, card] of this.cards) if (card === node) return index;
    return -1;
  }

  /** The item of a card; undefined for a node that is none of its cards. */
  itemOf(node: SceneNode): T | undefined {
    return this.options.items[this.indexOf(node)];
  }

  /** Makes the cards of the window. */
  show(): void {
    const { cards, screen } = this;
    const { items, card, step, fits, onWindow } = this.options;
    this.open = true;
    if (!screen?.has(this)) return;
    const from = Math.max(0, this.scrolled - SPARE_CARDS);
    const to = Math.min(items.length, this.scrolled + fits + PARTIAL_CARDS + SPARE_CARDS);
    for (const index of [...cards.keys()]) if (index < from || index >= to) this.drop(index);
    for (let index = from; index < to; index++) {
      if (cards.has(index)) continue;
      const made = card(items[index], index);
      cards.set(index, made);
      screen.add(made, this, { at: { [this.axis]: index * step } });
    }
    onWindow?.(from, to);
  }

  /** Removes the cards. */
  hide(): void {
    if (!this.open) return;
    this.open = false;
    for (const index of [...this.cards.keys()]) this.drop(index);
  }

  /** Focus has moved: when it is on a card, that has the ring, and the rail moves. @returns whether it is */
  focused(node: SceneNode): boolean {
    const index = this.indexOf(node);
    const { screen } = this;
    if (index < 0 || !screen) return false;
    screen.mark(node);
    const { items, fits, step } = this.options;
    const offset = Math.max(0, Math.min(index - 1, items.length - fits));
    if (offset === this.scrolled) return true;
    this.scrolled = offset;
    this.show();
    screen.animate(this, this.axis, this.start - offset * step, MOVE);
    return true;
  }

  private drop(index: number): void {
    const card = this.cards.get(index);
    this.cards.delete(index);
    if (card && this.screen?.has(card)) this.screen.remove(card);
  }
}

/** @throws ScreenError property, value */
export const rail = <T, C extends SceneNode = SceneNode>(options: RailOptions<T, C>): Rail<T, C> => new Rail(options);
