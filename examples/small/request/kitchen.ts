/** A kitchen: it answers an order when the order is done, and goes on meanwhile. */
import { Actor, actor, type Handlers, list, type Message, type RequestToken, request, type State, str, struct, u32 } from 'tandem/actor';

export const kitchen = actor({
  name: 'kitchen',
  state: struct('KitchenState', {
    orders: list(struct('KitchenOrder', { number: u32, dish: str(), source: u32, request: u32 })),
    next: u32,
  }),
  receives: {
    order: request({ fields: { dish: str(), takesMs: u32 }, reply: { fields: { served: str() } } }),
  },
  sendsTo: ['timer'],
});

export class Kitchen extends Actor<typeof kitchen> implements Handlers<typeof kitchen> {
  private orders: State<typeof kitchen>['orders'] = [];
  private next = 1;

  constructor() {
    super(kitchen);
  }

  onOrder({ dish, takesMs }: Message<typeof kitchen, 'order'>): void {
    this.orders.push({ number: this.next, dish, ...this.requestToken });
    this.startTimer(this.next, takesMs);
    this.next++;
  }

  override onTimer(number: number): void {
    const order = this.orders.find((one) => one.number === number);
    if (order) this.reply(order, kitchen.receives.order, { served: `${order.dish} is served` });
    this.orders = this.orders.filter((one) => one !== order);
  }

  /** The guest has left: nobody waits for that order any more. */
  override onWithdrawn({ source, request }: RequestToken): void {
    const order = this.orders.find((one) => one.source === source && one.request === request);
    if (order) this.cancelTimer(order.number);
    this.orders = this.orders.filter((one) => one !== order);
  }

  snapshot(): State<typeof kitchen> {
    return { orders: this.orders, next: this.next };
  }

  restore({ orders, next }: State<typeof kitchen>): void {
    this.orders = orders;
    this.next = next;
  }
}
