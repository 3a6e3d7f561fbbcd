/** The actors of these tests in TypeScript, and the application that they make. */
import { Actor, type Handlers } from '../../actors/model/actor.js';
import type { ApplicationDefinition } from '../../host-shim/common/application-definition.js';
import type { MessageOf, StateOf } from '../../protocol/fields.js';
import { timer } from '../../protocol/generated/timer.js';
import { basket, clock } from './protocol/generated/index.js';

export class Basket extends Actor<typeof basket> implements Handlers<typeof basket> {
  private items: StateOf<typeof basket>['items'] = [];
  private note = '';

  constructor() {
    super(basket);
  }

  onAdd(item: MessageOf<typeof basket, 'add'>) {
    if (item.name === 'trap') throw new Error('a trap');
    this.items.push(item);
    this.changed();
  }

  onWrite({ note }: MessageOf<typeof basket, 'write'>) {
    this.note = note;
    this.publish(basket.publishes.noted, { note });
  }

  onClear() {
    this.items = [];
    this.changed();
  }

  onTotal() {
    this.reply(this.requestToken, basket.receives.total, { cents: this.cents });
  }

  onFind({ name }: MessageOf<typeof basket, 'find'>) {
    const count = this.items.filter((item) => item.name === name).reduce((sum, item) => sum + item.count, 0);
    this.reply(this.requestToken, basket.receives.find, { count });
  }

  onWait() {}

  override onRefresh() {
    this.publishFresh(basket.publishes.changed, { cents: this.cents, items: this.items });
  }

  snapshot(): StateOf<typeof basket> {
    return { items: this.items, note: this.note };
  }

  restore({ items, note }: StateOf<typeof basket>) {
    this.items = items;
    this.note = note;
  }

  private get cents(): number {
    return this.items.reduce((sum, { cents, count }) => sum + cents * count, 0);
  }

  private changed() {
    this.publish(basket.publishes.changed, { cents: this.cents, items: this.items });
  }
}

class Clock extends Actor<typeof clock> implements Handlers<typeof clock> {
  private ticks = 0;

  constructor() {
    super(clock);
  }

  onBegin({ delayMs }: MessageOf<typeof clock, 'begin'>) {
    this.startTimer(1, delayMs);
  }

  onRead() {
    this.reply(this.requestToken, clock.receives.read, { ticks: this.ticks });
  }

  override onTimer() {
    this.ticks++;
    this.publish(clock.publishes.ticked, { ticks: this.ticks });
  }

  snapshot(): StateOf<typeof clock> {
    return { ticks: this.ticks };
  }

  restore({ ticks }: StateOf<typeof clock>) {
    this.ticks = ticks;
  }
}

/** Each test has one of its own, since an application has one client. */
export const createApplication = () =>
  ({
    actors: [
      { schema: basket, create: () => new Basket() },
      { schema: clock, create: () => new Clock() },
    ],
    ports: [timer],
  }) as const satisfies ApplicationDefinition;
