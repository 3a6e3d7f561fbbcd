/** The states of all actors at the moment that is travelled to. Those that are open go along. The server plays the recording for them. */

import { reasonOf } from '../server/reason.js';
import { element } from './element.js';
import type { ServerLink } from './server.js';
import type { StatePane } from './state.js';
import type { View } from './view.js';

export class MomentPane {
  /** Actors whose states are shown. */
  private readonly open = new Set<string>();

  constructor(
    private readonly view: View,
    private readonly state: StatePane,
    private readonly server: ServerLink,
  ) {}

  /** Its state is shown from now on. */
  opens(actor: string): void {
    this.open.add(actor);
  }

  get parts(): readonly Node[] {
    const actors = this.view.run?.lanes.filter(({ isActor }) => isActor) ?? [];
    if (actors.length === 0) return [element('p', { class: 'faint' }, ['no actor has handled anything'])];
    return actors.map(({ name, vm }) => this.actor(name, vm));
  }

  private actor(name: string, vm: string): HTMLElement {
    const content = element('div');
    const details = element('details', { class: 'moment', 'data-actor': name }, [element('summary', {}, [`${name} (${vm})`]), content]);
    details.open = this.open.has(name);
    details.addEventListener('toggle', () => {
      if (details.open) this.open.add(name);
      else this.open.delete(name);
      if (details.open) void this.fill(name, content);
    });
    return details;
  }

  private async fill(actor: string, content: HTMLElement): Promise<void> {
    const { detail } = this.view;
    if (!detail) return;
    content.replaceChildren(element('p', { class: 'faint', role: 'status' }, ['playing the recording up to here …']));
    try {
      const { after } = await this.server.played<{ after: unknown }>('state', { number: detail.moment, actor });
      content.replaceChildren(...this.state.values(actor, after));
    } catch (error) {
      content.replaceChildren(element('p', { class: 'faint' }, [reasonOf(error)]));
    }
  }
}
