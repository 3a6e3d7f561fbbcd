/** The shop asks the stock. While it waits for the answer it handles other messages: an answer is a message, too. */
import { Actor, actor, type Handlers, type Message, map, message, publication, type State, str, struct, u32 } from 'tandem/actor';
import { stock } from './stock.js';

export const shop = actor({
  name: 'shop',
  /** Who has asked, by the number of the request that is on its way. */
  state: struct('ShopState', { waiting: map(str()) }),
  receives: { buy: message({ fields: { customer: str(), count: u32 } }) },
  publishes: { said: publication({ fields: { text: str() } }) },
  uses: [stock],
  sendsTo: ['stock'],
});

export class Shop extends Actor<typeof shop> implements Handlers<typeof shop> {
  private waiting = new Map<string, string>();

  constructor() {
    super(shop);
  }

  onBuy({ customer, count }: Message<typeof shop, 'buy'>): void {
    const request = this.request(stock.receives.take, { count });
    this.waiting.set(String(request), customer);
    this.publish(shop.publishes.said, { text: `shop → stock: ${count} for ${customer}?` });
  }

  onTakeReply(request: number, { given, left }: { given: boolean; left: number }): void {
    const customer = this.waiting.get(String(request));
    this.waiting.delete(String(request));
    this.publish(shop.publishes.said, {
      text: `stock → shop: ${given ? `here you are, ${customer}` : `sorry, ${customer}`}, ${left} left`,
    });
  }

  snapshot(): State<typeof shop> {
    return { waiting: this.waiting };
  }

  restore({ waiting }: State<typeof shop>): void {
    this.waiting = waiting;
  }
}
