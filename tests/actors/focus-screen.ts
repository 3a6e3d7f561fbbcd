/** A screen for the focus actor: publishes layouts like scene, presses keys like a remote control, and records the output. */
import type { ActorFactory } from '../../actors/contract/instance.js';
import type { BoundMessage, BoundPublication } from '../../protocol/bind.js';
import type { Fields, InferFields, MessageOf, PublicationOf } from '../../protocol/fields.js';
import { focus } from '../../protocol/generated/focus.js';
import { scene } from '../../protocol/generated/scene.js';
import type { Rectangle } from './focus-oracle.js';
import { type Emission, Stage } from './stage.js';

export type Key = MessageOf<typeof focus, 'key'>['key'];
type Focused = PublicationOf<typeof focus, 'focused'>;

/** A publication as a message that can be sent. */
const numbered = <S extends Fields>(topic: BoundPublication<S>, version: number, fresh: boolean): BoundMessage<S> => ({
  ...topic,
  role: 'message',
  encode: (writer, fields: InferFields<S>) => topic.encode(writer, fields, version, fresh),
});

const isRectangle = (thing: Rectangle | number): thing is Rectangle => typeof thing === 'object';

export class Screen {
  readonly stage: Stage;
  /** Version of the last layout. */
  version = 0;
  /** Output of the last message. */
  said: Emission[] = [];
  /** The last publication of `focused`. */
  focused: Focused = { node: 0, previous: 0, group: 0, cause: 'move' };

  constructor(factory: ActorFactory, options: Record<string, number> = {}) {
    this.stage = new Stage(factory.create(options));
  }

  /** A layout: new or changed rectangles, and the numbers of removed nodes. */
  layout(...changes: readonly (Rectangle | number)[]): this {
    return this.publishLayout(++this.version, false, changes);
  }

  /** Publishes the whole layout. */
  freshLayout(...rectangles: readonly Rectangle[]): this {
    return this.publishLayout(++this.version, true, rectangles);
  }

  press(key: Key): this {
    this.key(key, 'down');
    const { said } = this;
    this.key(key, 'up');
    this.said = said;
    return this;
  }

  pressAll(...keys: readonly Key[]): this {
    for (const key of keys) this.press(key);
    return this;
  }

  key(key: Key, phase: MessageOf<typeof focus, 'key'>['phase']): this {
    return this.hear(this.stage.send(focus.receives.key, { key, phase }));
  }

  point(action: MessageOf<typeof focus, 'pointer'>['action'], x: number, y: number): this {
    return this.hear(this.stage.send(focus.receives.pointer, { action, x, y }));
  }

  wish(node: number): this {
    return this.hear(this.stage.send(focus.receives.focus, { node }));
  }

  rules(group: number, rules: Partial<MessageOf<typeof focus, 'configureGroup'>>): this {
    return this.hear(this.stage.send(focus.receives.configureGroup, { group, trap: 'none', remember: false, preferred: 0, ...rules }));
  }

  pushLayer(group: number, preferred = 0): this {
    return this.hear(this.stage.send(focus.receives.pushLayer, { group, preferred }));
  }

  popLayer(group: number): this {
    return this.hear(this.stage.send(focus.receives.popLayer, { group }));
  }

  wait(milliseconds: number): this {
    this.stage.now += milliseconds * 1000;
    return this;
  }

  hear(said: Emission[]): this {
    this.said = said;
    for (const { name, fields } of said) if (name === 'focus.focused') this.focused = fields as Focused;
    return this;
  }

  private publishLayout(version: number, fresh: boolean, changes: readonly (Rectangle | number)[]): this {
    const changed = changes.filter(isRectangle);
    const removed = changes.filter((change): change is number => !isRectangle(change));
    return this.hear(
      this.stage.send(numbered(scene.publishes.layout, version, fresh), { frame: version, changed, removed }, scene.address),
    );
  }
}

/** A focusable rectangle. Its order is its number unless said otherwise. */
export const card = (node: number, group: number, x: number, y: number, width = 100, height = 60, order = node): Rectangle => ({
  ...{ node, group, focusable: true, x, y, width, height, order, isGroup: false },
});

/** A group that lies in `parent`. */
export const groupOf = (node: number, parent: number, x: number, y: number, width: number, height: number, order = node): Rectangle => ({
  ...{ node, group: parent, focusable: false, x, y, width, height, order, isGroup: true },
});

/** A rail: a group of cards side by side, 20 apart, numbered from ten times the group's number. */
export const rail = (group: number, cards: number, x: number, y: number, parent = 0): Rectangle[] => [
  groupOf(group, parent, 0, y, 1920, 60),
  ...Array.from({ length: cards }, (_, index) => card(group * 10 + index, group, x + index * 120, y, 100, 60, index)),
];
