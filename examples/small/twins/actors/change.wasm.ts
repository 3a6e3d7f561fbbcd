// @ts-nocheck: AssemblyScript
/** The twin of change.ts. It looks right: but a sum of two integers may be too large for 32 bits. */
import { Actor, Reader, start } from 'tandem/guest';
import {
  CHANGE_ADDRESS, CHANGE_FOLLOWED_OWNERS, CHANGE_FOLLOWS, CHANGE_PUBLISHES, ChangeCoins, ChangeCoinsReply, ChangeHandlers,
  ChangeState, dispatchChange,
} from '../tandem/assembly/change';

class Change extends Actor<ChangeState> implements ChangeHandlers {
  private readonly state: ChangeState = new ChangeState();
  private readonly answer: ChangeCoinsReply = new ChangeCoinsReply();

  constructor() {
    super('change', CHANGE_ADDRESS, CHANGE_PUBLISHES, CHANGE_FOLLOWS, CHANGE_FOLLOWED_OWNERS);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchChange(this, kind, reader);
  }

  onCoins(message: ChangeCoins): void {
    this.state.asked++;
    this.answer.coins = (message.cents + 199) / 200;
    this.reply(this.requestToken, this.answer);
  }

  saveState(): ChangeState {
    return this.state;
  }

  loadState(state: ChangeState): void {
    this.state.asked = state.asked;
  }
}

start(new Change());
export * from 'tandem/guest/exports';
