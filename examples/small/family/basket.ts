/** A basket: it owns its sum, and tells everybody who follows. */
import { Actor, actor, type Handlers, type Message, message, publication, type State, struct, u32 } from 'tandem/actor';

export const basket = actor({
  name: 'basket',
  state: struct('BasketState', { cents: u32 }),
  receives: { add: message({ fields: { cents: u32 } }), clear: message({ fields: {} }) },
  publishes: { changed: publication({ fields: { cents: u32 } }) },
});

export class Basket extends Actor<typeof basket> implements Handlers<typeof basket> {
  private cents = 0;

  constructor() {
    super(basket);
  }

  onAdd({ cents }: Message<typeof basket, 'add'>): void {
    this.change(this.cents + cents);
  }

  onClear(): void {
    this.change(0);
  }

  /** A follower is new, or has missed something. */
  override onRefresh(): void {
    this.publishFresh(basket.publishes.changed, { cents: this.cents });
  }

  snapshot(): State<typeof basket> {
    return { cents: this.cents };
  }

  restore({ cents }: State<typeof basket>): void {
    this.cents = cents;
  }

  private change(cents: number): void {
    this.cents = cents;
    this.publish(basket.publishes.changed, { cents });
  }
}
