/** The receiving end of the benchmarks of messages. */
import { Reader } from '../../protocol/assembly/reader';
import { Actor, start } from '../../wasm-actors/kit/actor';
import {
  dispatchReceiver, RECEIVER_ADDRESS, RECEIVER_FOLLOWED_OWNERS, RECEIVER_FOLLOWS, RECEIVER_PUBLISHES, ReceiverEcho, ReceiverEchoReply,
  ReceiverExpect, ReceiverHandlers, ReceiverSample, ReceiverState,
} from '../protocol/generated/assembly/receiver';
import { StopwatchFinished } from '../protocol/generated/assembly/stopwatch';

class Receiver extends Actor<ReceiverState> implements ReceiverHandlers {
  private readonly state: ReceiverState = new ReceiverState();
  private readonly finished: StopwatchFinished = new StopwatchFinished();
  private readonly answer: ReceiverEchoReply = new ReceiverEchoReply();

  constructor() {
    super('receiver', RECEIVER_ADDRESS, RECEIVER_PUBLISHES, RECEIVER_FOLLOWS, RECEIVER_FOLLOWED_OWNERS);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchReceiver(this, kind, reader);
  }

  onExpect(message: ReceiverExpect): void {
    this.state.left = message.samples;
    this.state.sum = 0;
  }

  onSample(message: ReceiverSample): void {
    const state = this.state;
    if (message.visible) state.sum += message.x + message.y + message.width + message.height + <f64>message.name.text.length;
    if (--state.left > 0) return;
    this.finished.sum = state.sum;
    this.send(this.finished);
  }

  onEcho(message: ReceiverEcho): void {
    this.answer.value = message.value;
    this.reply(this.requestToken, this.answer);
  }

  saveState(): ReceiverState {
    return this.state;
  }

  loadState(state: ReceiverState): void {
    this.state.left = state.left;
    this.state.sum = state.sum;
  }
}

start(new Receiver());
export * from '../../wasm-actors/kit/exports';
