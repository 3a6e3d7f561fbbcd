/** The actors of an application that runs: where each is, how it is, and what can be done with it. It is asked while the list is open. */
import { element } from './element.js';
import type { ServerLink } from './server.js';

/** Often enough for a person. */
const ASK_MS = 1_000;

/** What of the application's health is shown. */
interface Health {
  readonly actors: readonly {
    readonly actor: string;
    readonly vm: string;
    readonly condition: string;
    readonly restarts: number;
    readonly reason: string;
    readonly circuit: string | null;
    readonly load: { readonly mailboxFrames: number; readonly handled: number; readonly memoryBytes: number } | null;
  }[];
}

type Actor = Health['actors'][number];
const HEAD = ['actor', 'VM', 'is', 'restarts', 'mailbox', 'handled', 'memory', ''];

export class ActorsPane {
  private readonly said = element('p', { role: 'status', class: 'faint' });
  private readonly rows = element('table', { class: 'actors' });
  private timer = 0;

  constructor(
    private readonly dialog: HTMLDialogElement,
    private readonly server: ServerLink,
  ) {
    dialog.append(element('h2', {}, ['Actors']), this.rows, this.said);
    dialog.addEventListener('close', () => clearTimeout(this.timer));
  }

  toggle(): void {
    if (this.dialog.open) this.dialog.close();
    else {
      this.dialog.showModal();
      this.said.textContent = '';
      void this.ask();
    }
  }

  private async ask(): Promise<void> {
    clearTimeout(this.timer);
    try {
      this.show((await this.server.ask({ what: 'health' })) as Health);
    } catch (error) {
      this.rows.replaceChildren();
      this.said.textContent = error instanceof Error ? error.message : String(error);
    }
    if (this.dialog.open) this.timer = window.setTimeout(() => void this.ask(), ASK_MS);
  }

  /** Only texts change while the same actors are there, so that a button keeps its focus. */
  private show({ actors }: Health): void {
    const names = actors.map(({ actor }) => actor).join();
    if (this.rows.dataset.names !== names) {
      this.rows.dataset.names = names;
      const head = HEAD.map((name) => element('th', { scope: 'col' }, [name]));
      this.rows.replaceChildren(element('tr', {}, head), ...actors.map((actor) => this.row(actor)));
    }
    for (const [index, actor] of actors.entries()) {
      const cells = this.rows.rows[index + 1].cells;
      for (const [at, text] of textsOf(actor).entries()) cells[at].textContent = text;
      cells[2].classList.toggle('trap', actor.condition !== 'running');
      cells[2].title = actor.reason;
    }
  }

  private row({ actor }: Actor): HTMLElement {
    const cells = HEAD.slice(1).map(() => element('td'));
    cells.at(-1)!.append(...(this.server.status?.acts ? this.buttonsOf(actor) : ['it lets nobody act']));
    return element('tr', {}, [element('th', { scope: 'row' }), ...cells]);
  }

  private buttonsOf(party: string): readonly HTMLElement[] {
    const button = (text: string, title: string, act: () => Promise<unknown>) => {
      const made = element('button', { type: 'button', title, 'aria-label': `${text} ${party}` }, [text]);
      made.addEventListener('click', () => void this.act(`${text} ${party}`, act));
      return made;
    };
    const { server } = this;
    return [
      button('crash', 'its next message traps', () => server.ask({ what: 'crash', party })),
      button('hang', 'its next message loops for ever', () => server.ask({ what: 'hang', party })),
      button('to js', 'moves it, with its state', () => server.ask({ what: 'move', party, to: 'js' })),
      button('to wasm', 'moves it, with its state', () => server.ask({ what: 'move', party, to: 'wasm' })),
      button('afresh', 'starts it without its state', () => server.ask({ what: 'restart', party })),
      button('stop', 'it stays down until it is started', () => server.ask({ what: 'stop', party })),
      button('start', 'with the state that it had', () => server.ask({ what: 'start', party })),
    ];
  }

  private async act(what: string, act: () => Promise<unknown>): Promise<void> {
    this.said.textContent = `${what} …`;
    try {
      await act();
      this.said.textContent = `${what}: done`;
    } catch (error) {
      this.said.textContent = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (this.dialog.open) await this.ask();
  }
}

function textsOf({ actor, vm, condition, restarts, load }: Actor): readonly string[] {
  const numbers = load ? [load.mailboxFrames, load.handled].map((count) => count.toLocaleString('en')) : ['-', '-'];
  return [actor, vm, condition, String(restarts), ...numbers, load ? `${(load.memoryBytes / 1024).toFixed(0)} KB` : '-'];
}
