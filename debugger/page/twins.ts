/** Replays the actor of the selected message from there on in both VMs, and says where they differ. */

import type { TwinReport } from '../../host-shim/replay/twins.js';
import { shortText } from '../../trace/text.js';
import { Dialog } from './dialog.js';
import { element } from './element.js';
import type { ServerLink } from './server.js';
import type { Steps } from './steps.js';
import type { View } from './view.js';

export class TwinsPane {
  private readonly pane: Dialog;

  constructor(
    dialog: HTMLDialogElement,
    private readonly view: View,
    private readonly steps: Steps,
    private readonly server: ServerLink,
  ) {
    this.pane = new Dialog(dialog, () => this.look(), null);
  }

  toggle(): void {
    this.pane.toggle();
  }

  private async look(): Promise<void> {
    const { detail } = this.view;
    if (!detail?.isOfActor)
      throw new Error('Select a message that an actor has handled, and no port: the actor is replayed from there on.');
    const { target, number } = detail.line;
    const said = element('p', { role: 'status' }, [`${target} handles what it handled from #${number} on, in JavaScript and in Wasm …`]);
    this.pane.content.replaceChildren(said);
    const report = await this.server.played<TwinReport>('compare', { number, actor: target });
    this.pane.content.replaceChildren(...this.partsOf(report, target, number));
  }

  private partsOf({ messages, difference }: TwinReport, actor: string, from: number): readonly Node[] {
    const all = `${messages.toLocaleString('en')} messages of ${actor} from #${from} on`;
    if (!difference) return [element('p', {}, [`Both twins gave the same: every output and every state of ${all}.`])];
    const { number, kind, what, path, js, wasm } = difference;
    const link = element('button', { class: 'link', type: 'button' }, [`#${number} ${kind}`]);
    link.addEventListener('click', () => {
      this.pane.close();
      void this.steps.toNumber(number);
    });
    const names = { output: 'they send something else', state: 'they are in another state', end: 'one of them ends' };
    const rows = [
      ['JavaScript', js],
      ['Wasm', wasm],
    ].map(([name, value]) =>
      element('tr', {}, [element('th', { scope: 'row' }, [String(name)]), element('td', {}, [shortText(value, 300)])]),
    );
    return [
      element('p', { class: 'trap' }, [`The twins differ at `, link, `: ${names[what]}${path && `, at ${path}`}.`]),
      element('table', { class: 'actors' }, rows),
      element('p', { class: 'faint' }, [`That is the first of ${all}. C copies that message as a test.`]),
    ];
  }
}
