/** A screen of 2,000 nodes for the benchmarks of scene: rails of cards, all in view, and 200 endless animations. */

import type { MessageOf } from '../protocol/fields.js';
import type { scene } from '../protocol/generated/scene.js';
import type { SceneProperty } from '../protocol/messages/scene.js';

export type Commit = MessageOf<typeof scene, 'commit'>;

const RAILS = 20;
const CARDS_PER_RAIL = 14;
/** A card has 7 nodes: itself, poster, title, badge, badge text, progress, bar. With each rail and its heading: 20 * (14 * 7 + 2). */
export const SCREEN_NODES = 2000;
const RAIL_HEIGHT = 54;
const CARD_WIDTH = 132;

type NodeType = Commit['creates'][number]['type'];
type Properties = Partial<Record<SceneProperty, number>>;

class Drawing {
  readonly commit: Commit = { creates: [], inserts: [], sets: [], strings: [], animations: [], cancels: [], removes: [], replaces: false };
  private last = 0;

  add(parent: number, type: NodeType, properties: Properties, text?: string): number {
    const node = ++this.last;
    this.commit.creates.push({ node, type });
    this.commit.inserts.push({ parent, node, before: 0 });
    for (const [property, value] of Object.entries(properties)) this.commit.sets.push({ node, property: property as SceneProperty, value });
    if (text !== undefined) this.commit.strings.push({ node, value: text });
    return node;
  }

  animate(node: number, property: SceneProperty, from: number, to: number, durationMs: number): void {
    this.commit.animations.push({ node, property, from, to, durationMs, delayMs: 0, x1: 0.4, y1: 0, x2: 0.2, y2: 1, repeat: -1 });
  }
}

function addCard(drawing: Drawing, rail: number, row: number, column: number): number {
  const card = drawing.add(rail, 'view', { width: CARD_WIDTH, height: 44, focusable: 1, radius: 6, colour: 0x202830ff });
  drawing.add(card, 'image', { width: CARD_WIDTH, height: 30 }, `posters/${row * CARDS_PER_RAIL + column}.jpg`);
  drawing.add(card, 'text', { y: 30, width: CARD_WIDTH, height: 12, fontSize: 10 }, `Film ${row * CARDS_PER_RAIL + column}`);
  const badge = drawing.add(card, 'view', { x: 4, y: 4, width: 24, height: 10, colour: 0xc02020ff, radius: 2 });
  drawing.add(badge, 'text', { width: 24, height: 10, fontSize: 8 }, 'NEW');
  const progress = drawing.add(card, 'view', { y: 42, width: CARD_WIDTH, height: 2, colour: 0x404040ff });
  drawing.add(progress, 'view', { width: column * 9, height: 2, colour: 0x20c040ff });
  return card;
}

/** One commit that builds the whole screen. */
export function drawScreen(): Commit {
  const drawing = new Drawing();
  drawing.commit.sets.push({ node: 0, property: 'width', value: 1920 }, { node: 0, property: 'height', value: 1080 });
  for (let row = 0; row < RAILS; row++) {
    const rail = drawing.add(0, 'view', { y: row * RAIL_HEIGHT, width: 1920, height: RAIL_HEIGHT, layout: 1, gap: 4, focusGroup: 1 });
    drawing.add(rail, 'text', { absolute: 1, width: 300, height: 8, fontSize: 8 }, `Rail ${row}`);
    drawing.animate(rail, 'x', 0, -20, 800 + row * 10);
    for (let column = 0; column < CARDS_PER_RAIL; column++) {
      const card = addCard(drawing, rail, row, column);
      if (column < 5) drawing.animate(card, 'scale', 1, 1.1, 300 + row * 7);
      else if (column < 9) drawing.animate(card, 'opacity', 0.3, 1, 500 + column * 13);
    }
  }
  return drawing.commit;
}
