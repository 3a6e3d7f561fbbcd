/** A list of guests, whose fields have limits. */
import { Actor, actor, type Handlers, list, type Message, message, publication, type State, str, struct, u8 } from 'tandem/actor';

const guest = { name: str(12), seats: u8 };

export const guests = actor({
  name: 'guests',
  state: struct('GuestsState', { guests: list(struct('Guest', guest), 100) }),
  receives: { invite: message({ fields: guest }) },
  publishes: { changed: publication({ fields: { names: list(str(12), 100) } }) },
});

export class Guests extends Actor<typeof guests> implements Handlers<typeof guests> {
  private invited: State<typeof guests>['guests'] = [];

  constructor() {
    super(guests);
  }

  onInvite(guest: Message<typeof guests, 'invite'>): void {
    this.invited.push(guest);
    this.publish(guests.publishes.changed, { names: this.names });
  }

  private get names(): string[] {
    return this.invited.map(({ name }) => name);
  }

  snapshot(): State<typeof guests> {
    return { guests: this.invited };
  }

  restore(state: State<typeof guests>): void {
    this.invited = state.guests;
  }
}
