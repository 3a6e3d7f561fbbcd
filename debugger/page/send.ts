/** A message is edited, and sent: into a throw-away copy of its actor, of now or of the moment in the recording, or for real. */

import type { Remote } from 'comlink';
import { type TrialText, textOf } from '../../trace/live.js';
import { reasonOf } from '../server/reason.js';
import { actButton, Dialog } from './dialog.js';
import { element } from './element.js';
import type { ServerLink } from './server.js';
import { trialParts } from './trial.js';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

export class SendPane {
  private readonly pane: Dialog;
  private readonly text = element('textarea', { spellcheck: 'false', 'aria-label': 'Body of the message, as JSON', rows: '12' });
  private readonly trial = element('div', { class: 'trial' });

  constructor(
    dialog: HTMLDialogElement,
    private readonly view: View,
    private readonly run: Remote<RunInWorker>,
    private readonly server: ServerLink,
  ) {
    this.pane = new Dialog(dialog, () => this.look(), null);
  }

  toggle(): void {
    this.pane.toggle();
  }

  private async look(): Promise<void> {
    const { detail } = this.view;
    if (!detail) throw new Error('Select a message first: it is what you edit.');
    const body = await this.run.editable(detail.line.row);
    if (body === null) throw new Error('The recording does not have this message whole, so there is nothing to edit.');
    this.text.value = body;
    this.trial.replaceChildren();
    const { source, kind, target, number } = detail.line;
    const said = element('p', {}, [`${kind} to ${target}, as ${source} sent it. Bytes are "hex:" and their digits.`]);
    this.pane.content.replaceChildren(said, this.text, element('p', {}, this.buttons(kind, target, number)), this.trial);
    this.text.focus();
  }

  private buttons(kind: string, target: string, number: number): readonly Node[] {
    const { status } = this.server;
    const place = `try in place of #${number}`;
    const then = actButton(place, place, 'in a copy of its actor as it was before that message', () =>
      this.act(`try ${kind}`, (frame) => this.server.played('try', { number, actor: target }, frame)),
    );
    const isOfActor = this.view.detail?.isOfActor ?? false;
    if (!status?.isConnected || !status.acts)
      return isOfActor ? [then] : [element('span', { class: 'faint' }, ['only an application that runs takes it'])];
    return [
      ...(isOfActor ? [then] : []),
      actButton('try now', 'try now', 'in a throw-away copy of its actor as it is', () =>
        this.act(`try ${kind}`, (frame) => this.server.ask({ what: 'rehearse', frame })),
      ),
      actButton('send', 'send it for real', 'its target handles it as its next message, from the runtime of the host', () =>
        this.act(`send ${kind}`, (frame) => this.server.ask({ what: 'send', frame })),
      ),
    ];
  }

  private async act(what: string, ask: (frame: string) => Promise<unknown>): Promise<void> {
    const row = this.view.detail?.line.row ?? -1;
    this.pane.say(`${what} …`);
    try {
      const { frame, error } = await this.run.written(row, this.text.value);
      if (!frame) throw new Error(error);
      const trial = (await ask(textOf(frame))) as TrialText | null;
      this.trial.replaceChildren(...(trial ? await trialParts(this.run, trial) : []));
      this.pane.say(`${what}: done`);
    } catch (error) {
      this.trial.replaceChildren();
      this.pane.say(`${what}: ${reasonOf(error)}`);
    }
  }
}
