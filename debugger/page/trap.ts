/**
 * The crash at which an application stands: where it was, in its source, and the state before. Its message is in no recording until it is handled
 * again or stopped, so all of this comes with what says that the application stands.
 */

import type { Remote } from 'comlink';
import { bytesOf, type StandingMessage, type StandingText } from '../../trace/live.js';
import type { Code } from '../player/code.js';
import { reasonOf } from '../server/reason.js';
import { partsOf } from './code.js';
import type { DetailPane } from './detail.js';
import { actButton } from './dialog.js';
import { element } from './element.js';
import { say, sayHow } from './say.js';
import type { ServerLink } from './server.js';
import type { Steps } from './steps.js';
import type { Travel } from './travel.js';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

type Paused = NonNullable<StandingText['paused']>;

export class TrapPane {
  /** What is shown, so that it is put together once. */
  private shown = '';
  private code = element('div');
  private body = element('div');
  /** Where it trapped; null when that is not known, or it does not stand at a trap. */
  private place: Readonly<Record<string, string>> | null = null;

  constructor(
    private readonly box: HTMLElement,
    private readonly view: View,
    private readonly run: Remote<RunInWorker>,
    private readonly server: ServerLink,
    private readonly steps: Steps,
    private readonly travel: Travel,
    private readonly details: DetailPane,
  ) {}

  /** @param paused null while the application goes on */
  told(paused: Paused | null): void {
    const { why, message, position, vm } = paused ?? { why: 'asked', message: null, position: '', vm: null };
    const trapped = why === 'trap' ? message : null;
    const shown = trapped ? [trapped.party, trapped.source, trapped.sequence, position, vm].join(' ') : '';
    this.box.hidden = trapped === null;
    if (shown === this.shown) return;
    this.shown = shown;
    this.place = null;
    this.box.replaceChildren();
    if (!trapped) return;
    this.code = element('div');
    this.body = element('div');
    this.box.append(
      actButton('state before', 'state before the trap', 'travels to the last message that was handled', () => this.before(trapped.party)),
      this.code,
      this.body,
    );
    void this.showBody(trapped, shown);
    if (position === '') return;
    this.place = { actor: trapped.party, kind: trapped.kindName, vm: vm ?? 'js', position };
    void this.showCode(this.place, shown);
  }

  /** Opens in the editor where it trapped. @returns whether it stands at a trap whose place is known */
  openCode(): boolean {
    const { place } = this;
    if (place) void sayHow(() => this.opened(place));
    return place !== null;
  }

  /** Whole, since it is in no list yet. */
  private async showBody({ kindName, frame }: StandingMessage, shown: string): Promise<void> {
    const text =
      frame === ''
        ? 'The body is in the list as soon as it goes on: fields are redacted, or it has more than 64 KB.'
        : await this.run.frameBody(bytesOf(frame));
    if (shown !== this.shown) return;
    this.body.replaceChildren(
      element('details', {}, [element('summary', {}, [`the body of ${kindName}`]), element('pre', { class: 'body' }, [text])]),
    );
  }

  private async showCode(query: Readonly<Record<string, string>>, shown: string): Promise<void> {
    const open = actButton('open in the editor', 'open the trap in the editor', query.position, () => sayHow(() => this.opened(query)));
    const parts = await this.server.played<Code>('code', query).then(
      (code) => [open, ...partsOf(code)],
      (error: unknown) => [element('p', { class: 'place' }, [`ended at ${query.position}: ${reasonOf(error)}`])],
    );
    if (shown !== this.shown) return;
    this.code.replaceChildren(...parts);
    this.code.querySelector('.meant')?.scrollIntoView({ block: 'nearest' });
  }

  private async opened(query: Readonly<Record<string, string>>): Promise<string> {
    const { place, problem } = await this.server.open(query);
    return problem || `${place} is opened in the editor`;
  }

  /** While the application stands its state is that after the last message that was handled. */
  private async before(party: string): Promise<void> {
    const { run, steps, travel, view } = this;
    const last = (view.run?.messages ?? 0) - 1;
    const number = last < 0 ? 0 : (await run.detail(last)).moment;
    if (number === 0) return say('nothing that was handled is recorded yet: there is no state before');
    this.details.opens(party);
    await steps.toNumber(number);
    await travel.enter();
  }
}
