/** The counter in AssemblyScript: the twin of ../js-actors/counter.ts. */
import { Actor, Reader, start } from 'tandem/guest';
import {
  COUNTER_ADDRESS, COUNTER_FOLLOWED_OWNERS, COUNTER_FOLLOWS, COUNTER_PUBLISHES, CounterChanged, CounterHandlers, CounterIncrement,
  CounterRead, CounterReadReply, CounterState, dispatchCounter,
} from '../protocol/generated/assembly/counter';

class Counter extends Actor<CounterState> implements CounterHandlers {
  private readonly state: CounterState = new CounterState();
  private readonly changed: CounterChanged = new CounterChanged();
  private readonly answer: CounterReadReply = new CounterReadReply();

  constructor() {
    super('counter', COUNTER_ADDRESS, COUNTER_PUBLISHES, COUNTER_FOLLOWS, COUNTER_FOLLOWED_OWNERS);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchCounter(this, kind, reader);
  }

  onIncrement(message: CounterIncrement): void {
    this.state.count += message.by;
    this.changed.count = this.state.count;
    this.publish(this.changed);
  }

  onRead(message: CounterRead): void {
    this.answer.count = this.state.count;
    this.reply(this.requestToken, this.answer);
  }

  onRefresh(topic: u16): void {
    this.changed.count = this.state.count;
    this.publishFresh(this.changed);
  }

  saveState(): CounterState {
    return this.state;
  }

  loadState(state: CounterState): void {
    this.state.count = state.count;
  }
}

start(new Counter());
export * from 'tandem/guest/exports';
