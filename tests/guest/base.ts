/** The base actor of the kit's tests in TypeScript: see protocol/messages/base.ts. Its twin is tests/guests/base/base.ts. */
import { Actor, type Handlers, type RequestToken } from '../../actors/model/actor.js';
import { ERROR_CODES, type ErrorCode } from '../../protocol/errors.js';
import type { MessageOf, PublicationOf, ReplyFields, StateOf } from '../../protocol/fields.js';
import type { EndReason } from '../../protocol/generated/system.js';
import { END_REASONS } from '../../protocol/ports/system.js';
import { base } from './protocol/generated/base.js';
import { peer } from './protocol/generated/peer.js';

const HEARD_MAX = 24;

export class Base extends Actor<typeof base> implements Handlers<typeof base> {
  private heard: string[] = [];
  private scale = 1;
  private waiting: RequestToken[] = [];

  constructor() {
    super(base);
  }

  override configure(name: string, value: number): void {
    if (name === 'scale') this.scale = value;
  }

  onSay({ text, value, note }: MessageOf<typeof base, 'say'>): void {
    this.hear(`say ${text} ${note ?? 'nothing'} ${value * this.scale === value}`);
    this.publish(base.publishes.heard, { count: this.heard.length, last: this.last });
  }

  onForward({ address, text }: MessageOf<typeof base, 'forward'>): void {
    this.sendTo(address, peer.receives.note, { text: text === 'refused' ? 'x'.repeat(65) : text });
    this.send(peer.receives.note, { text: this.last.slice(0, 20) });
  }

  onAsk({ about }: MessageOf<typeof base, 'ask'>): void {
    this.hear(`asked ${this.request(peer.receives.question, { about })}`);
  }

  onQuestion({ later }: MessageOf<typeof base, 'question'>): void {
    this.waiting.push(this.requestToken);
    if (later === 0) this.answerAll();
  }

  onRetract({ request }: MessageOf<typeof base, 'retract'>): void {
    this.withdraw(peer.receives.question, request);
  }

  override onWithdrawn({ source, request }: RequestToken, kind: number): void {
    this.waiting = this.waiting.filter((token) => token.source !== source || token.request !== request);
    this.hear(`withdrawn ${source} ${request} ${kind}`);
  }

  onArm({ timer, delayMs }: MessageOf<typeof base, 'arm'>): void {
    if (delayMs === 0) this.cancelTimer(timer);
    else this.startTimer(timer, delayMs);
  }

  onCarry({ values, any }: MessageOf<typeof base, 'carry'>): void {
    this.publish(base.publishes.carried, { values, any });
  }

  onForget(): void {
    this.heard = [];
    this.publishFresh(base.publishes.heard, { count: 0, last: '' });
  }

  onPeerWeather({ degrees }: PublicationOf<typeof peer, 'weather'>, fresh: boolean): void {
    this.hear(`weather ${degrees} ${fresh}`);
  }

  onPeerNews({ lines }: PublicationOf<typeof peer, 'news'>, fresh: boolean): void {
    this.hear(`news ${lines.join('/')} ${fresh}`);
  }

  onQuestionReply(request: number, { answer, sure }: ReplyFields<typeof peer.receives.question>): void {
    this.hear(`answer ${request} ${answer} ${sure}`);
  }

  override onRequestFailed(request: number, kind: number, code: ErrorCode): void {
    this.hear(`failed ${request} ${kind} ${ERROR_CODES.indexOf(code)}`);
  }

  override onEnded(party: number, epoch: number, reason: EndReason): void {
    this.hear(`${party === peer.address ? 'peer' : 'page'} ended ${epoch} ${END_REASONS.indexOf(reason)}`);
    // Answers without peer what it wanted to answer with peer's help.
    if (party === peer.address) this.answerAll();
  }

  override onTimer(timer: number): void {
    this.hear(`timer ${timer} at ${this.now}`);
    this.answerAll();
  }

  override onRefresh(topic: number): void {
    this.hear(`refresh ${topic}`);
    this.publishFresh(base.publishes.heard, { count: this.heard.length, last: this.last });
  }

  snapshot(): StateOf<typeof base> {
    return { heard: this.heard, scale: this.scale, waiting: [...this.waiting] };
  }

  restore({ heard, scale, waiting }: StateOf<typeof base>): void {
    this.heard = heard;
    this.scale = scale;
    this.waiting = waiting;
  }

  private get last(): string {
    return this.heard.at(-1) ?? '';
  }

  private hear(line: string): void {
    this.heard.push(`${this.source} ${line}`);
    if (this.heard.length > HEARD_MAX) this.heard.shift();
  }

  private answerAll(): void {
    for (const token of this.waiting) this.reply(token, base.receives.question, { heard: this.heard.length, at: this.now });
    this.waiting = [];
  }
}
