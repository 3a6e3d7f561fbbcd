/**
 * The base of an actor in AssemblyScript, the twin of actors/model/actor.ts: same methods, same meaning, same bytes. An actor is a
 * deterministic function of its messages: it has no clock, no random source and does no I/O.
 *
 *   class Counter extends Actor<CounterState> implements CounterHandlers {
 *     private readonly state: CounterState = new CounterState();
 *     private readonly changed: CounterChanged = new CounterChanged();
 *
 *     constructor() {
 *       super('counter', COUNTER_ADDRESS, COUNTER_PUBLISHES, COUNTER_FOLLOWS, COUNTER_FOLLOWED_OWNERS);
 *     }
 *     dispatch(kind: u16, reader: Reader): bool {
 *       return dispatchCounter(this, kind, reader);
 *     }
 *     onIncrement(message: CounterIncrement): void {
 *       this.state.count += message.by;
 *       this.changed.count = this.state.count;
 *       this.publish(this.changed);
 *     }
 *     ...
 *   }
 *   start(new Counter());
 *   export * from './kit/exports';
 *
 * The catch: messages handed to a handler are used again for the next frame, and their texts and binaries point into it. Copy what
 * you keep. Outgoing messages are encoded at once, so one object per kind will do.
 */
import { Message, Publication, Reply, Request } from '../../protocol/assembly/message';
import { Reader } from '../../protocol/assembly/reader';
import { Writer } from '../../protocol/assembly/writer';
import { TimerCancel, TimerStart } from '../../protocol/generated/assembly/timer';
import { Incarnation } from './incarnation';

export { start } from './turn';

/** Who asked, and the number under which the answer is awaited. Plain data that an actor may keep in its state. */
export class RequestToken {
  constructor(
    public source: u16 = 0,
    public request: u32 = 0,
  ) {}
}

const timerStart = new TimerStart();
const timerCancel = new TimerCancel();

/** @typeParam S the generated class of the state */
export abstract class Actor<S> extends Incarnation {
  /** The whole state, from which an equal actor can be made. It is encoded at once, so it may be the same object each time. */
  abstract saveState(): S;
  /** @param state belongs to the actor from now on; its texts and binaries point into the snapshot and must be copied */
  abstract loadState(state: S): void;

  encodeState(writer: Writer): void {
    this.saveState().encode(writer);
  }

  decodeState(reader: Reader): bool {
    const state = instantiate<S>();
    state.decode(reader);
    if (!reader.finish(0, 0)) return false;
    this.loadState(state);
    return true;
  }

  /** Time of the message being handled, in microseconds since the Unix epoch. */
  get now(): u64 {
    return this.sentAt;
  }

  /** Requester and number of the request being handled. */
  get requestToken(): RequestToken {
    return new RequestToken(this.source, this.reader.request);
  }

  /** Sends to the party whose schema has the message. */
  send(message: Message): void {
    this.emit(message, message.target);
  }

  /** Sends to a party other than the one whose schema has the message, for example another port of the same kind. */
  sendTo(address: u16, message: Message): void {
    this.emit(message, address);
  }

  /** @returns the number under which the reply, or its failure, will arrive */
  request(message: Request): u32 {
    const request = this.nextRequest;
    message.request = request;
    this.emit(message, message.target);
    this.nextRequest = request == u32.MAX_VALUE ? 1 : request + 1;
    return request;
  }

  /**
   * Cancels a request of this actor: neither a reply nor a failure arrives any more, and the party that works on it is told.
   * @param request its number
   */
  withdraw(message: Request, request: u32): void {
    this.emitWithdrawn(message.target, request, message.kind);
  }

  /** Answers a request, now or later. A second answer is refused where it arrives. */
  reply(to: RequestToken, message: Reply): void {
    message.request = to.request;
    this.emit(message, to.source);
  }

  /** Publishes a change of a topic to its followers. */
  publish(topic: Publication): void {
    this.publishVersion(topic, false);
  }

  /** Publishes the whole of a topic. */
  publishFresh(topic: Publication): void {
    this.publishVersion(topic, true);
  }

  /** Calls `onTimer(timer)` once after the delay. A timer of the same number is restarted. */
  startTimer(timer: u32, delayMs: u32): void {
    timerStart.timer = timer;
    timerStart.delayMs = delayMs;
    this.send(timerStart);
  }

  cancelTimer(timer: u32): void {
    timerCancel.timer = timer;
    this.send(timerCancel);
  }
}
