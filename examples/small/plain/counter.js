/** A counter in plain JavaScript. */
import { Actor, actor, message, publication, struct, u32 } from 'tandem/actor';

export const counter = actor({
  name: 'counter',
  state: struct('CounterState', { count: u32 }),
  receives: { add: message({ fields: { amount: u32 } }) },
  publishes: { changed: publication({ fields: { count: u32 } }) },
});

export class Counter extends Actor {
  count = 0;

  constructor() {
    super(counter);
  }

  onAdd({ amount }) {
    this.count += amount;
    this.publish(counter.publishes.changed, { count: this.count });
  }

  snapshot() {
    return { count: this.count };
  }

  restore({ count }) {
    this.count = count;
  }
}
