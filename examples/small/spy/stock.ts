/** The stock: it is asked whether there is enough, and gives it away. */
import { Actor, actor, bool, type Handlers, type Message, request, type State, struct, u32 } from 'tandem/actor';

export const stock = actor({
  name: 'stock',
  state: struct('StockState', { pots: u32 }),
  receives: { take: request({ fields: { count: u32 }, reply: { fields: { given: bool, left: u32 } } }) },
});

export class Stock extends Actor<typeof stock> implements Handlers<typeof stock> {
  private pots = 5;

  constructor() {
    super(stock);
  }

  onTake({ count }: Message<typeof stock, 'take'>): void {
    const given = count <= this.pots;
    if (given) this.pots -= count;
    this.reply(this.requestToken, stock.receives.take, { given, left: this.pots });
  }

  snapshot(): State<typeof stock> {
    return { pots: this.pots };
  }

  restore({ pots }: State<typeof stock>): void {
    this.pots = pots;
  }
}
