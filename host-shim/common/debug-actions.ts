/** What a debugger asks of a system: how it is, and, where that is let, to act on it. */
import type { ReportedLetter, System } from '../../actors/application/supervised-system.js';
import type { Trial } from '../../actors/contract/control.js';
import type { NextMessage, Paused, PausingReport, Until } from '../../actors/contract/pause.js';
import { HOST_RUNTIME } from '../../protocol/addresses.js';
import { checkFrame, readHeader, SEQUENCE_OFFSET, SOURCE_OFFSET, writeU16, writeU53 } from '../../protocol/frame.js';
import { display } from '../../protocol/generated/display.js';
import {
  bytesOf,
  type LetterText,
  type PausePoint,
  type PictureText,
  type Question,
  type StandingText,
  type TrialText,
  textOf,
} from '../../trace/live.js';
import { checkQuestion } from '../../trace/question.js';
import type { DisplayPort } from './ports/display-port.js';

/** What a debugger asks of a display: `openDisplay` and `openPainter` give one. */
export type DebuggedScreen = Pick<DisplayPort, 'show' | 'redraw'>;

export type ActedOnSystem = Pick<
  System,
  | 'health'
  | 'crash'
  | 'hang'
  | 'stopActor'
  | 'startActor'
  | 'startAfresh'
  | 'moveActor'
  | 'breakOn'
  | 'pause'
  | 'lookAgain'
  | 'step'
  | 'resume'
  | 'pauseAt'
  | 'paused'
  | 'deadLetters'
  | 'tryLetter'
  | 'deliverLetter'
>;

const HOLDING: readonly Question['what'][] = ['pause', 'step', 'resume', 'points'];

/** Sequences of frames that a debugger sends in the name of the host's runtime: it has not sent so many itself. */
const FIRST_SEQUENCE = 2 ** 48;

export class DebugActions {
  private sent = 0;
  private points: readonly PausePoint[] = [];
  private pausing: PausingReport | null = null;
  private until: StandingText['until'] = null;
  /** Somebody has asked for what may hold the application. */
  private mayHold = false;
  /** Nobody looks: breakpoints are known, and hold nothing. */
  private rests = false;

  /**
   * @param acts whether it may do more than look
   * @param hides whether fields are redacted, so that no frame leaves but in the recording
   */
  constructor(
    private readonly system: ActedOnSystem,
    private readonly acts: boolean,
    private readonly hides: boolean,
    private readonly screen: DebuggedScreen | undefined,
    private readonly pointsChanged: () => void = () => {},
  ) {}

  get standing(): StandingText {
    const { points, pausing, until } = this;
    return { points, pausing, until, paused: this.pausedText(this.system.paused) };
  }

  /** It is to stand, and that takes long; with no VMs: that is over. */
  waitsFor(report: PausingReport): void {
    this.pausing = report.vms.length > 0 ? report : null;
  }

  /** It stands: nothing is waited for any more. */
  stands(): void {
    this.until = null;
  }

  /** Whether the application stands, or is to stand somewhere. */
  get holds(): boolean {
    return !this.rests && (this.system.paused !== null || this.pausing !== null || this.points.some(({ on }) => on));
  }

  /** Nobody looks: the application goes on, and nothing holds it until somebody does. Never rejects. @returns whether something held it */
  async rest(): Promise<boolean> {
    const { holds } = this;
    this.rests = true;
    if (this.mayHold) await this.system.pauseAt([]).catch(() => {});
    // Also where it is only about to stand.
    if (this.mayHold || this.system.paused) await this.system.resume().catch(() => {});
    return holds;
  }

  /** Somebody looks again: breakpoints hold as before. Never rejects. */
  async wake(): Promise<void> {
    if (!this.rests) return;
    this.rests = false;
    if (this.points.length > 0) await this.setPoints(this.points).catch(() => {});
  }

  /** Nobody looks any more: the application goes on, and is nowhere to stand. Never rejects. */
  async leave(): Promise<void> {
    const { length } = this.points;
    this.points = [];
    await this.rest();
    this.rests = false;
    if (length > 0) this.pointsChanged();
  }

  /** @throws QuestionError; what the system throws */
  async ask(question: Question): Promise<unknown> {
    const { system } = this;
    if (question.what === 'health') return system.health();
    if (question.what === 'letters') return (await system.deadLetters()).map((letter) => this.letterText(letter));
    if (!this.acts) throw new Error('this application does not let a debugger act: act: true of its link switches that on');
    checkQuestion(question);
    this.mayHold ||= HOLDING.includes(question.what);
    switch (question.what) {
      case 'crash':
        return system.crash(question.party);
      case 'hang':
        return system.hang(question.party);
      case 'stop':
        return system.stopActor(question.party);
      case 'start':
        return system.startActor(question.party);
      case 'restart':
        return system.startAfresh(question.party);
      case 'move':
        return system.moveActor(question.party, question.to);
      case 'break':
        this.assertShown(question.at);
        await system.breakOn(question.at);
        return null;
      case 'pause':
        await system.pause();
        return this.standing;
      case 'waiting':
        await system.lookAgain();
        return this.standing;
      case 'step':
        await system.step();
        return this.standing;
      case 'resume':
        return this.resume(question.until);
      case 'points':
        return this.setPoints(question.points);
      case 'show':
        return this.show(question.picture);
      case 'try':
        return this.trialText(await system.tryLetter(await this.letterOf(question.letter)));
      case 'deliver':
        return system.deliverLetter(await this.letterOf(question.letter));
      case 'rehearse':
        return this.trialText(await system.tryLetter(this.written(question.frame)));
      case 'send':
        return system.deliverLetter(this.written(question.frame));
      default:
        return question satisfies never;
    }
  }

  private pausedText(paused: Paused | null): StandingText['paused'] {
    if (!paused) return null;
    const told = <M extends NextMessage>(message: M) => ({ ...message, frame: this.hides ? '' : textOf(message.frame) });
    const { why, detail, position, vm, message, next } = paused;
    const vms = paused.vms.map(({ vm, waiting }) => ({ vm, waiting }));
    return { why, detail, position, vm, message: message && told(message), next: next && told(next), vms };
  }

  private async resume(until?: 'picture' | 'trap'): Promise<void> {
    const how = this.untilOf(until);
    const before = this.until;
    this.until = until ?? null;
    try {
      await this.system.resume(how);
    } catch (error) {
      this.until = before;
      throw error;
    }
  }

  /** @throws Error where there is no screen */
  private untilOf(until: 'picture' | 'trap' | undefined): Until | undefined {
    if (until !== 'picture') return until;
    if (!this.screen)
      throw new Error(
        'this application has given its debugger no display, so no picture of it can be waited for: option screen of its link',
      );
    const { name, receives } = display;
    return { handled: { kind: `${name}.${receives.displayList.name}` } };
  }

  /** A condition is code that sees all fields, and what it throws is told. @throws Error where some are redacted */
  private assertShown(breakpoint: string): void {
    if (this.hides && / if /.test(breakpoint))
      throw new Error('fields of this application are redacted, so its breakpoints have no conditions, which see them');
  }

  /** @throws BreakpointError that says what is wrong with which: then those before hold */
  private async setPoints(points: readonly PausePoint[]): Promise<void> {
    for (const { text } of points) this.assertShown(text);
    await this.system.pauseAt(points.filter(({ on }) => on).map(({ text }) => text));
    this.points = points.map(({ text, on }) => ({ text, on }));
    this.pointsChanged();
  }

  /** The screen goes to an earlier moment, and comes back. */
  private show(picture: PictureText | null): void {
    if (!this.screen) throw new Error('this application has given its debugger no display: option screen of its link');
    this.screen.show(picture && { ...picture, items: bytesOf(picture.items), clips: bytesOf(picture.clips) });
  }

  private letterText(letter: ReportedLetter): LetterText {
    const { code, detail, source, target, kind, sequence, at, frame } = letter;
    return { letter: nameOf(letter), code, detail, source, target, kind, sequence, at, frame: this.hides ? '' : textOf(frame) };
  }

  private trialText({ trap, malformed, emitted }: Trial): TrialText {
    return { trap, malformed, emitted: this.hides ? [] : emitted.map(({ frame }) => textOf(frame)) };
  }

  /** @throws Error when it is there no more */
  private async letterOf(name: string): Promise<ReportedLetter> {
    const letter = (await this.system.deadLetters()).find((each) => nameOf(each) === name);
    if (!letter) throw new Error('that letter is there no more: it was delivered, or newer ones have taken its place');
    return letter;
  }

  /** A frame that a person has written, in the name of the host's runtime. @throws DecodeError when it is none */
  private written(text: string): ReportedLetter {
    const frame = bytesOf(text);
    checkFrame(frame, 0, frame.length);
    const sequence = FIRST_SEQUENCE + this.sent++;
    writeU16(frame, SOURCE_OFFSET, HOST_RUNTIME);
    writeU53(frame, SEQUENCE_OFFSET, sequence);
    const { target, kind } = readHeader(frame, 0);
    const detail = 'written in a debugger';
    return { code: 'unreachable', detail, source: HOST_RUNTIME, target, kind, sequence, frame, report: null, at: sequence };
  }
}

const nameOf = ({ source, target, sequence, at }: ReportedLetter): string => [source, target, sequence, at].join(' ');
