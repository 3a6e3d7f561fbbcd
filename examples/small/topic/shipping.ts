/** Shipping follows the basket, of which it knows only the topic. */
import { Actor, actor, type Handlers, type Publication, publication, type State, struct, u32 } from 'tandem/actor';
import { basket } from './basket.js';

const FREE_FROM_CENTS = 2_000;
const FEE_CENTS = 450;

export const shipping = actor({
  name: 'shipping',
  state: struct('ShippingState', { cents: u32 }),
  receives: {},
  publishes: { changed: publication({ fields: { cents: u32, missing: u32 } }) },
  uses: [basket],
  follows: ['basket.changed'],
});

export class Shipping extends Actor<typeof shipping> implements Handlers<typeof shipping> {
  private cents = 0;

  constructor() {
    super(shipping);
  }

  onBasketChanged({ cents }: Publication<typeof basket, 'changed'>): void {
    const missing = Math.max(0, FREE_FROM_CENTS - cents);
    this.cents = cents > 0 && missing > 0 ? FEE_CENTS : 0;
    this.publish(shipping.publishes.changed, { cents: this.cents, missing });
  }

  snapshot(): State<typeof shipping> {
    return { cents: this.cents };
  }

  restore({ cents }: State<typeof shipping>): void {
    this.cents = cents;
  }
}
