/** The base actor of the kit's tests in AssemblyScript, the twin of tests/guest/base.ts. */
import { Reader } from '../../../protocol/assembly/reader';
import { EndReason } from '../../../protocol/generated/assembly/system';
import { Actor, RequestToken, start } from '../../../wasm-actors/kit/actor';
import {
  BASE_ADDRESS, BASE_FOLLOWED_OWNERS, BASE_FOLLOWS, BASE_PUBLISHES, BASE_WATCHES_PEER, BaseArm, BaseAsk, BaseCarried, BaseCarry,
  BaseForget, BaseForward, BaseHandlers, BaseHeard, BaseQuestion, BaseQuestionReply, BaseRetract, BaseSay, BaseState, dispatchBase,
} from '../../guest/protocol/generated/assembly/base';
import { PeerNews, PeerNote, PeerQuestion, PeerQuestionReply, PeerWeather } from '../../guest/protocol/generated/assembly/peer';

const HEARD_MAX: i32 = 24;

class Base extends Actor<BaseState> implements BaseHandlers {
  private heard: string[] = [];
  private scale: f64 = 1;
  private waiting: RequestToken[] = [];

  private readonly state: BaseState = new BaseState();
  private readonly changed: BaseHeard = new BaseHeard();
  private readonly carried: BaseCarried = new BaseCarried();
  private readonly answer: BaseQuestionReply = new BaseQuestionReply();
  private readonly note: PeerNote = new PeerNote();
  private readonly question: PeerQuestion = new PeerQuestion();

  constructor() {
    super('base', BASE_ADDRESS, BASE_PUBLISHES, BASE_FOLLOWS, BASE_FOLLOWED_OWNERS);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchBase(this, kind, reader);
  }

  configure(name: string, value: f64): void {
    if (name == 'scale') this.scale = value;
  }

  onSay(message: BaseSay): void {
    const note = message.note;
    const unscaled = message.value * this.scale == message.value;
    this.hear(`say ${message.text.text} ${note !== null ? note.text : 'nothing'} ${unscaled}`);
    this.fillChanged();
    this.publish(this.changed);
  }

  onForward(message: BaseForward): void {
    if (message.text.text == 'refused') this.note.text.text = 'x'.repeat(65);
    else this.note.text.copy(message.text);
    this.sendTo(message.address, this.note);
    this.note.text.text = this.last.slice(0, 20);
    this.send(this.note);
  }

  onAsk(message: BaseAsk): void {
    this.question.about.copy(message.about);
    const request = this.request(this.question);
    this.hear(`asked ${request}`);
  }

  onQuestion(message: BaseQuestion): void {
    this.waiting.push(this.requestToken);
    if (message.later == 0) this.answerAll();
  }

  onRetract(message: BaseRetract): void {
    this.withdraw(this.question, message.request);
  }

  onWithdrawn(source: u16, request: u32, kind: u16): void {
    const left: RequestToken[] = [];
    for (let i = 0; i < this.waiting.length; i++) {
      const token = this.waiting[i];
      if (token.source != source || token.request != request) left.push(token);
    }
    this.waiting = left;
    this.hear(`withdrawn ${source} ${request} ${kind}`);
  }

  onArm(message: BaseArm): void {
    if (message.delayMs == 0) this.cancelTimer(message.timer);
    else this.startTimer(message.timer, message.delayMs);
  }

  onCarry(message: BaseCarry): void {
    this.carried.values = message.values;
    this.carried.any.copy(message.any);
    this.publish(this.carried);
  }

  onForget(message: BaseForget): void {
    this.heard = [];
    this.fillChanged();
    this.publishFresh(this.changed);
  }

  onPeerWeather(message: PeerWeather, fresh: bool): void {
    this.hear(`weather ${message.degrees} ${fresh}`);
  }

  onPeerNews(message: PeerNews, fresh: bool): void {
    const lines: string[] = [];
    for (let i = 0; i < message.lines.length; i++) lines.push(message.lines.at(i).text);
    this.hear(`news ${lines.join('/')} ${fresh}`);
  }

  onQuestionReply(request: u32, message: PeerQuestionReply): void {
    this.hear(`answer ${request} ${message.answer.text} ${message.sure}`);
  }

  onRequestFailed(request: u32, kind: u16, code: u8): void {
    this.hear(`failed ${request} ${kind} ${code}`);
  }

  onEnded(party: u16, epoch: u32, reason: EndReason): void {
    this.hear(`${party == BASE_WATCHES_PEER ? 'peer' : 'page'} ended ${epoch} ${<i32>reason}`);
    if (party == BASE_WATCHES_PEER) this.answerAll();
  }

  onTimer(timer: u32): void {
    this.hear(`timer ${timer} at ${this.now}`);
    this.answerAll();
  }

  onRefresh(topic: u16): void {
    this.hear(`refresh ${topic}`);
    this.fillChanged();
    this.publishFresh(this.changed);
  }

  saveState(): BaseState {
    const state = this.state;
    state.heard.clear();
    for (let i = 0; i < this.heard.length; i++) state.heard.add().text = this.heard[i];
    state.scale = this.scale;
    state.waiting.clear();
    for (let i = 0; i < this.waiting.length; i++) {
      const token = state.waiting.add();
      token.source = this.waiting[i].source;
      token.request = this.waiting[i].request;
    }
    return state;
  }

  loadState(state: BaseState): void {
    this.heard = [];
    for (let i = 0; i < state.heard.length; i++) this.heard.push(state.heard.at(i).text);
    this.scale = state.scale;
    this.waiting = [];
    for (let i = 0; i < state.waiting.length; i++) {
      const token = state.waiting.at(i);
      this.waiting.push(new RequestToken(token.source, token.request));
    }
  }

  private get last(): string {
    return this.heard.length > 0 ? this.heard[this.heard.length - 1] : '';
  }

  private fillChanged(): void {
    this.changed.count = this.heard.length;
    this.changed.last.text = this.last;
  }

  private hear(line: string): void {
    this.heard.push(`${this.source} ${line}`);
    if (this.heard.length > HEARD_MAX) this.heard.shift();
  }

  private answerAll(): void {
    for (let i = 0; i < this.waiting.length; i++) {
      this.answer.heard = this.heard.length;
      this.answer.at = this.now;
      this.reply(this.waiting[i], this.answer);
    }
    this.waiting = [];
  }
}

start(new Base());
export * from '../../../wasm-actors/kit/exports';
