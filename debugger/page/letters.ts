/** Dead letters of an application that runs: what was not delivered and why, what each would do now, and lets it be handled. */
import type { Remote } from 'comlink';
import { bytesOf, type LetterText, type TrialText } from '../../trace/live.js';
import { timeText } from '../../trace/text.js';
import { actButton, Dialog } from './dialog.js';
import { element } from './element.js';
import type { ServerLink } from './server.js';
import type { Steps } from './steps.js';
import { trialParts } from './trial.js';
import type { RunInWorker } from './worker.js';

const HEAD = ['when', 'what', 'why', ''];
const AGAIN_MS = 1_500;

export class LettersPane {
  private readonly pane: Dialog;
  private readonly trial = element('div', { class: 'trial' });
  private shown = '';

  constructor(
    dialog: HTMLDialogElement,
    private readonly run: Remote<RunInWorker>,
    private readonly server: ServerLink,
    private readonly steps: Steps,
  ) {
    this.pane = new Dialog(dialog, () => this.look(), AGAIN_MS);
  }

  toggle(): void {
    this.shown = '';
    this.trial.replaceChildren();
    this.pane.toggle();
  }

  private async look(): Promise<void> {
    const letters = (await this.server.ask({ what: 'letters' })) as readonly LetterText[];
    const names = letters.map(({ letter }) => letter).join();
    if (names === this.shown && this.pane.content.childElementCount > 0) return;
    this.shown = names;
    if (letters.length === 0) {
      this.pane.content.replaceChildren(element('p', {}, ['Everything was delivered: there are no dead letters.']), this.trial);
      return;
    }
    const head = HEAD.map((name) => element('th', { scope: 'col' }, [name]));
    const rows = await Promise.all(letters.toReversed().map((letter) => this.row(letter)));
    this.pane.content.replaceChildren(element('table', { class: 'letters' }, [element('tr', {}, head), ...rows]), this.trial);
  }

  private async row(letter: LetterText): Promise<HTMLElement> {
    const { source, target, kind, body } = await this.run.frameText(bytesOf(letter.frame), letter);
    const name = `${kind} from ${source} to ${target}`;
    const cells = [
      [timeText(letter.at)],
      [element('div', {}, [`${source} → ${target} ${kind}`]), element('div', { class: 'parts' }, [body])],
      [element('div', { class: 'trap' }, [letter.code]), element('div', { class: 'parts' }, [letter.detail])],
      this.buttons(letter, name),
    ];
    return element(
      'tr',
      {},
      cells.map((children) => element('td', {}, children)),
    );
  }

  private buttons(letter: LetterText, name: string): readonly (Node | string)[] {
    const go = actButton('show', `show ${name}`, 'the message, with its causes and states', () => this.show(letter));
    if (!this.server.status?.acts) return [go];
    const { server } = this;
    return [
      go,
      actButton('try', `try ${name}`, 'what it would do now, in a throw-away copy of its actor', () => this.try(letter.letter, name)),
      actButton('deliver', `deliver ${name}`, 'its actor handles it as its next message', () =>
        this.pane.act(`deliver ${name}`, () => server.ask({ what: 'deliver', letter: letter.letter })),
      ),
    ];
  }

  /** The message in the run, where all keys work as for any other. */
  private async show({ source, sequence, target }: LetterText): Promise<void> {
    const row = await this.run.rowOfMessage(source, sequence, target);
    if (row < 0) {
      this.pane.say('it is not in what is recorded: it was sent before somebody looked');
      return;
    }
    this.pane.close();
    await this.steps.select(row);
  }

  private async try(letter: string, name: string): Promise<void> {
    await this.pane.act(`try ${name}`, async () => {
      const trial = (await this.server.ask({ what: 'try', letter })) as TrialText;
      this.trial.replaceChildren(...(await trialParts(this.run, trial)));
    });
  }
}
