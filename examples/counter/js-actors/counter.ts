/** The counter in TypeScript: the twin of ../wasm-actors/counter.ts. */
import { Actor, type Handlers, type Message, type State } from 'tandem/actor';
import { counter } from '../protocol/generated/index.js';

export class Counter extends Actor<typeof counter> implements Handlers<typeof counter> {
  private count = 0;

  constructor() {
    super(counter);
  }

  onIncrement({ by }: Message<typeof counter, 'increment'>): void {
    this.count = (this.count + by) >>> 0;
    this.publish(counter.publishes.changed, { count: this.count });
  }

  onRead(): void {
    this.reply(this.requestToken, counter.receives.read, { count: this.count });
  }

  override onRefresh(): void {
    this.publishFresh(counter.publishes.changed, { count: this.count });
  }

  snapshot(): State<typeof counter> {
    return { count: this.count };
  }

  restore({ count }: State<typeof counter>): void {
    this.count = count;
  }
}
