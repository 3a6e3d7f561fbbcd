/** Gives change: what is owed, and how many coins that are. */
import { Actor, actor, type Handlers, type Message, request, type State, struct, u32 } from 'tandem/actor';

export const change = actor({
  name: 'change',
  state: struct('ChangeState', { asked: u32 }),
  receives: { coins: request({ fields: { cents: u32 }, reply: { fields: { coins: u32 } } }) },
});

export class Change extends Actor<typeof change> implements Handlers<typeof change> {
  private asked = 0;

  constructor() {
    super(change);
  }

  onCoins({ cents }: Message<typeof change, 'coins'>): void {
    this.asked++;
    this.reply(this.requestToken, change.receives.coins, { coins: Math.ceil(cents / 200) });
  }

  snapshot(): State<typeof change> {
    return { asked: this.asked };
  }

  restore({ asked }: State<typeof change>): void {
    this.asked = asked;
  }
}
