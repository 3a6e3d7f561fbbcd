/**
 * An application that stands as a whole: the page says so, where, and what is next, and lets it go on: message by message, to the next picture, to the
 * next trap. The message at which it stands is selected as soon as it is in what is recorded.
 */

import type { Remote } from 'comlink';
import { bytesOf, type StandingMessage, type StandingText } from '../../trace/live.js';
import { durationText } from '../../trace/text.js';
import { reasonOf } from '../server/reason.js';
import type { Status } from '../server/subject.js';
import { actButton } from './dialog.js';
import { element } from './element.js';
import { say } from './say.js';
import type { ServerLink } from './server.js';
import type { Steps } from './steps.js';
import type { TrapPane } from './trap.js';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

/** Keys that are pressed meanwhile are seen to wait within this. */
const LOOK_MS = 500;
/** VMs that are named when the application is about to stand. */
type Pausing = NonNullable<StandingText['pausing']>;
/** Characters shown of a body, so that the bar is as high at each step. */
const BODY_LENGTH_MAX = 80;

type Paused = NonNullable<StandingText['paused']>;

export class PausePane {
  private readonly state = element('strong');
  private readonly words = element('span', { role: 'status', class: 'where' });
  private readonly buttons: readonly HTMLElement[];
  private status: Status | null = null;
  /** The message that is to be selected once it is here. */
  private wanted: StandingMessage | null = null;
  /** The message at whose trap it came to stand: wanted when it goes on, however many steps later. */
  private trapped: StandingMessage | null = null;
  /** Whether it is to stand once all is done that was asked; null when nothing is asked. */
  private toStand: boolean | null = null;
  /** What was asked, one after another: whoever presses keys fast means each of them. */
  private last: Promise<void> = Promise.resolve();
  /** What the words are to say. */
  private newest: Paused | null = null;
  private timer = 0;

  constructor(
    private readonly bar: HTMLElement,
    private readonly button: HTMLElement,
    view: View,
    private readonly run: Remote<RunInWorker>,
    private readonly server: ServerLink,
    private readonly steps: Steps,
    private readonly trap: TrapPane,
  ) {
    this.buttons = [
      actButton('step', 'step', 'one message is handled (N)', () => this.step()),
      actButton('to picture', 'to picture', 'until the next picture of its screen (P)', () => this.until('picture')),
      actButton('to trap', 'to trap', 'until the next trap (G)', () => this.until('trap')),
      actButton('go on', 'go on', 'as before (Space)', () => this.toggle()),
    ];
    bar.append(this.state, this.words, ...this.buttons);
    // Nothing may move any more, so whatever key is pressed ends that.
    addEventListener('keydown', (event) => this.interrupt(event), { capture: true });
    view.on(['run'], () => void this.select());
  }

  told(status: Status): void {
    const before = this.status?.standing.paused ?? null;
    this.status = status;
    const { paused } = status.standing;
    this.button.hidden = !status.isConnected;
    this.button.textContent = paused ? 'go on' : 'pause';
    this.button.setAttribute('aria-pressed', String(paused !== null));
    this.bar.hidden = paused === null && status.standing.pausing === null && status.standing.until === null;
    this.state.textContent = paused ? 'PAUSED' : status.standing.pausing ? 'PAUSING' : 'GOES ON';
    for (const button of this.buttons) button.hidden = paused === null;
    this.trap.told(paused);
    if (paused && JSON.stringify(paused) !== JSON.stringify(before)) this.stands(paused);
    if (paused) return;
    this.goesOn(before);
    this.newest = null;
    this.words.textContent = comingWords(status.standing);
  }

  private stands(paused: Paused): void {
    void this.show(paused);
    this.wanted = paused.message;
    if (paused.why === 'trap') this.trapped = paused.message;
    void this.select();
    this.lookAgain();
  }

  /** A message that has trapped is told when it was handled again, or is poison: it is selected then. */
  private goesOn(before: Paused | null): void {
    clearTimeout(this.timer);
    if (!before) return;
    this.wanted = this.trapped;
    this.trapped = null;
    void this.select();
  }

  private interrupt(event: KeyboardEvent): void {
    const { standing } = this.status ?? {};
    const isWaiting = standing?.until === 'picture' && standing.paused === null;
    if (!isWaiting || event.ctrlKey || event.metaKey || event.altKey || MODIFIERS.includes(event.key)) return;
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
    event.preventDefault();
    event.stopPropagation();
    void this.ask({ what: 'pause' });
  }

  private async show(paused: Paused): Promise<void> {
    this.newest = paused;
    const { why, detail, position, vm, message, next, vms } = paused;
    const body = async ({ frame }: StandingMessage) => (frame === '' ? '' : ` ${cut((await this.run.frameText(bytesOf(frame))).body)}`);
    // What is not handled yet is not in the list.
    const held = (why === 'breakpoint' || why === 'trap') && message ? await body(message) : '';
    const isOther = next && (why !== 'breakpoint' || next.sequence !== message?.sequence || next.sourceAddress !== message.sourceAddress);
    const coming = isOther ? `next: ${textOf(next)} in ${next.vm}${await body(next)}` : '';
    const waiting = vms.filter(({ waiting }) => waiting > 0).map(({ vm, waiting }) => `${vm} ${waiting.toLocaleString('en')}`);
    const parts = [
      `${WHY[why]}${message ? ` ${textOf(message)}` : ''}${vm ? ` in ${vm}` : ''}${held}${detail ? `: ${detail}` : ''}${position ? ` at ${position}` : ''}`,
      why === 'trap' ? 'in the list as soon as it goes on' : '',
      next ? coming : waiting.length > 0 ? 'what waits is handled when it goes on' : 'no message waits',
      waiting.length > 0 ? `waiting: ${waiting.join(', ')}` : '',
    ];
    const text = parts.filter((part) => part !== '').join(' · ');
    if (paused !== this.newest) return;
    if (this.words.textContent !== text) this.words.textContent = text;
  }

  /** More may come to wait while it stands. */
  private lookAgain(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(async () => {
      if (!this.paused) return;
      const now = (await this.server.ask({ what: 'waiting' }).catch(() => null)) as StandingText | null;
      if (now?.paused && this.paused) void this.show(now.paused);
      if (this.paused) this.lookAgain();
    }, LOOK_MS);
  }

  private async select(): Promise<void> {
    const { wanted } = this;
    if (!wanted) return;
    const row = await this.run.rowOfMessage(wanted.sourceAddress, wanted.sequence, wanted.address);
    if (row < 0 || wanted !== this.wanted) return;
    this.wanted = null;
    await this.steps.select(row);
  }

  private get paused(): Paused | null {
    return this.status?.standing.paused ?? null;
  }

  /** Each press turns round what the one before it has asked for, also before that is done. */
  toggle(): Promise<void> {
    const stands = this.toStand ?? this.paused !== null;
    this.toStand = !stands;
    return this.ask({ what: stands ? 'resume' : 'pause' });
  }

  step(): Promise<void> {
    return this.ask({ what: 'step' });
  }

  until(until: 'picture' | 'trap'): Promise<void> {
    this.toStand = false;
    return this.ask({ what: 'resume', until });
  }

  private ask(question: Parameters<ServerLink['ask']>[0]): Promise<void> {
    const asked = this.last.then(() =>
      this.server.ask(question).then(
        () => {},
        (error) => say(reasonOf(error)),
      ),
    );
    this.last = asked;
    return asked.then(() => {
      if (this.last === asked) this.toStand = null;
    });
  }
}

const MODIFIERS = ['Shift', 'Control', 'Alt', 'Meta'];

/** What it waits for, before it stands. */
function comingWords({ pausing, until }: StandingText): string {
  if (pausing) return pausingWords(pausing);
  if (until === 'picture') return 'until the next picture of its screen: it waits for something to move. Any key here, as Space, ends that';
  return until === 'trap' ? 'until the next trap. Space ends that' : '';
}

const pausingWords = ({ vms, atMostMs }: Pausing): string =>
  `waits for ${vms.join(' and ')} to come to the end of a message, at most ${durationText(atMostMs * 1000)}; then nothing stands`;

const WHY: Readonly<Record<Paused['why'], string>> = {
  asked: 'as it was asked to',
  step: 'after the step',
  breakpoint: 'at a breakpoint, before',
  after: 'after',
  trap: 'at a trap in',
};

const cut = (body: string): string => (body.length > BODY_LENGTH_MAX ? `${body.slice(0, BODY_LENGTH_MAX)}…` : body);
const textOf = ({ kindName, source, party }: StandingMessage): string => `${kindName} from ${source} to ${party}`;
