/** A counter whose state can be asked for. */
import { Actor, actor, type Handlers, type Message, message, publication, request, type State, struct, u32 } from 'tandem/actor';

export const counter = actor({
  name: 'counter',
  state: struct('CounterState', { count: u32 }),
  receives: {
    add: message({ fields: { amount: u32 } }),
    read: request({ fields: {}, reply: { fields: { count: u32 } } }),
  },
  publishes: { changed: publication({ fields: { count: u32 } }) },
});

export class Counter extends Actor<typeof counter> implements Handlers<typeof counter> {
  private count = 0;

  constructor() {
    super(counter);
  }

  onAdd({ amount }: Message<typeof counter, 'add'>): void {
    this.count += amount;
    this.publish(counter.publishes.changed, { count: this.count });
  }

  onRead(): void {
    this.reply(this.requestToken, counter.receives.read, { count: this.count });
  }

  snapshot(): State<typeof counter> {
    return { count: this.count };
  }

  restore({ count }: State<typeof counter>): void {
    this.count = count;
  }
}
