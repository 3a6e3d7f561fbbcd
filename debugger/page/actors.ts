/** The actors of an application that runs: where each is, how it is, and what can be done with it. It is asked while the list is open. */
import { actButton, Dialog } from './dialog.js';
import { element } from './element.js';
import type { ActorHealth, Health } from './health.js';
import type { ServerLink } from './server.js';

/** Often enough for a person. */
const ASK_MS = 1_000;

const HEAD = ['actor', 'VM', 'is', 'restarts', 'mailbox', 'handled', 'memory', ''];

export class ActorsPane {
  private readonly pane: Dialog;
  private readonly rows = element('table', { class: 'actors' });

  constructor(
    dialog: HTMLDialogElement,
    private readonly server: ServerLink,
  ) {
    this.pane = new Dialog(dialog, () => this.look(), ASK_MS);
  }

  toggle(): void {
    this.pane.toggle();
  }

  private async look(): Promise<void> {
    const health = (await this.server.ask({ what: 'health' })) as Health;
    if (!this.rows.isConnected) this.pane.content.replaceChildren(this.rows);
    this.show(health);
  }

  /** Only texts change while the same can be done with the same actors, so that a button keeps its focus. */
  private show({ actors }: Health): void {
    const names = actors.map(({ actor, vm, condition }) => `${actor} ${vm} ${condition === 'stopped'}`).join();
    if (this.rows.dataset.names !== names) {
      this.rows.dataset.names = names;
      const head = HEAD.map((name) => element('th', { scope: 'col' }, [name]));
      this.rows.replaceChildren(element('tr', {}, head), ...actors.map((actor) => this.row(actor)));
    }
    for (const [index, actor] of actors.entries()) {
      const cells = this.rows.rows[index + 1].cells;
      for (const [at, text] of textsOf(actor).entries()) if (cells[at].textContent !== text) cells[at].textContent = text;
      cells[2].classList.toggle('trap', actor.condition !== 'running');
      cells[2].title = actor.reason;
    }
  }

  private row(actor: ActorHealth): HTMLElement {
    const cells = HEAD.slice(1).map((name) => element('td', { 'data-head': name }));
    cells.at(-1)!.append(...(this.server.status?.acts ? this.buttonsOf(actor) : ['it lets nobody act']));
    return element('tr', {}, [element('th', { scope: 'row' }), ...cells]);
  }

  /** What can be done with it as it is. */
  private buttonsOf({ actor: party, vm, condition }: ActorHealth): readonly HTMLElement[] {
    const { server, pane } = this;
    const button = (text: string, title: string, ask: () => Promise<unknown>) =>
      actButton(text, `${text} ${party}`, title, () => pane.act(`${text} ${party}`, ask));
    const afresh = button('afresh', 'starts it without its state', () => server.ask({ what: 'restart', party }));
    if (condition === 'stopped') return [button('start', 'with the state that it had', () => server.ask({ what: 'start', party })), afresh];
    const to = vm === 'wasm' ? 'js' : 'wasm';
    return [
      button('crash', 'its next message traps', () => server.ask({ what: 'crash', party })),
      button('hang', 'its next message loops for ever', () => server.ask({ what: 'hang', party })),
      button(`to ${to}`, 'moves it, with its state', () => server.ask({ what: 'move', party, to })),
      afresh,
      button('stop', 'it stays down until it is started', () => server.ask({ what: 'stop', party })),
    ];
  }
}

function textsOf({ actor, vm, condition, restarts, load }: ActorHealth): readonly string[] {
  const numbers = load ? [load.mailboxFrames, load.handled].map((count) => count.toLocaleString('en')) : ['-', '-'];
  return [actor, vm, condition, String(restarts), ...numbers, load ? `${(load.memoryBytes / 1024).toFixed(0)} KB` : '-'];
}
