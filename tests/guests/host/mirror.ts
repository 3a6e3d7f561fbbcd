/** Sends every ball back to relay unchanged, and crashes when it is asked to: the Wasm twin for the hosts' tests. */
import { Reader } from '../../../protocol/assembly/reader';
import { Actor, start } from '../../../wasm-actors/kit/actor';
import {
  dispatchMirror, MIRROR_ADDRESS, MIRROR_FOLLOWED_OWNERS, MIRROR_FOLLOWS, MIRROR_PUBLISHES, MirrorHandlers, MirrorShatter, MirrorState,
  MirrorThrown,
} from '../../host/protocol/generated/assembly/mirror';
import { RelayReturned } from '../../host/protocol/generated/assembly/relay';

class Mirror extends Actor<MirrorState> implements MirrorHandlers {
  private state: MirrorState = new MirrorState();
  private readonly returned: RelayReturned = new RelayReturned();

  constructor() {
    super('mirror', MIRROR_ADDRESS, MIRROR_PUBLISHES, MIRROR_FOLLOWS, MIRROR_FOLLOWED_OWNERS);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchMirror(this, kind, reader);
  }

  onThrown(message: MirrorThrown): void {
    this.state.balls++;
    this.returned.round = message.round;
    this.returned.ball = message.ball;
    this.send(this.returned);
  }

  onShatter(_message: MirrorShatter): void {
    unreachable();
  }

  saveState(): MirrorState {
    return this.state;
  }

  loadState(state: MirrorState): void {
    this.state = state;
  }
}

start(new Mirror());
export * from '../../../wasm-actors/kit/exports';
