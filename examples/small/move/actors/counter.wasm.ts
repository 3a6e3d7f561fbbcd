// @ts-nocheck: AssemblyScript
/** The counter in AssemblyScript: the twin of counter.ts. */
import { Actor, Reader, start } from 'tandem/guest';
import {
  COUNTER_ADDRESS, COUNTER_FOLLOWED_OWNERS, COUNTER_FOLLOWS, COUNTER_PUBLISHES, CounterAdd, CounterChanged, CounterHandlers,
  CounterState, dispatchCounter,
} from '../tandem/assembly/counter';

class Counter extends Actor<CounterState> implements CounterHandlers {
  private readonly state: CounterState = new CounterState();
  private readonly changed: CounterChanged = new CounterChanged();

  constructor() {
    super('counter', COUNTER_ADDRESS, COUNTER_PUBLISHES, COUNTER_FOLLOWS, COUNTER_FOLLOWED_OWNERS);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchCounter(this, kind, reader);
  }

  onAdd(message: CounterAdd): void {
    this.state.count += message.amount;
    this.changed.count = this.state.count;
    this.publish(this.changed);
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
