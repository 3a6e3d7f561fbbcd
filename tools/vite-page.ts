/**
 * What a page does in development when code of an actor was saved: the running application goes on with it. What cannot go on says so in a
 * bar over the page, which has a button for each actor that may begin afresh. The plugin adds it to the generated way in.
 */

/** The plugin tells the page which actors are to go on with what a module exports. */
export const REPLACE_EVENT = 'tandem:replace';
/** The page tells what could not go on, and why. */
export const REFUSED_EVENT = 'tandem:refused';

/** The page tells that an actor has crashed; the plugin, where in its source. */
export const CRASHED_EVENT = 'tandem:crashed';
export const LOCATED_EVENT = 'tandem:located';

/** An actor of which a twin was saved. */
export interface SavedActor {
  readonly name: string;
  readonly twins: readonly ('js' | 'wasm')[];
}

export interface Replacement {
  readonly actors: readonly SavedActor[];
  /** Address of the application's definition, another one each time. */
  readonly module: string;
  /** Whether something was wrong until now, which the page may show. */
  readonly mended: boolean;
}

export interface Refusal {
  readonly actor: string;
  readonly reason: string;
}

export interface Crash {
  readonly party: string;
  readonly reason: string;
  /** As the page knows it. */
  readonly position: string;
}

/** The connection to the plugin: `import.meta.hot`. */
interface Hot {
  on<T>(event: string, listener: (data: T) => void): void;
  send(event: string, data: Refusal | Crash): void;
}

/** The part of a system that is used. */
interface EditedSystem {
  readonly actors: readonly { readonly actor: string; readonly vm: string; readonly circuit: string | null }[];
  replaceActor(actor: string, address: string): Promise<void>;
  startAfresh(actor: string, address?: string): Promise<void>;
  moveActor(actor: string, side: 'wasm'): Promise<void>;
  onChange(listener: (change: { readonly type: string; readonly report?: unknown }) => void): unknown;
}

/** @returns a function that is told of each system that has started */
export function goOnWithSavedCode(hot: Hot): (system: EditedSystem) => void {
  const page = new EditedPage(hot);
  hot.on<Replacement>(REPLACE_EVENT, (replacement) => page.take(replacement));
  hot.on<string>(LOCATED_EVENT, (text) => console.warn(text));
  Object.assign(globalThis, { tandem: { startAfresh: (actor: string) => page.startAfresh(actor) } });
  return (system) => page.started(system);
}

class EditedPage {
  /** One after another: two would load and replace the same. */
  private last: Promise<void> = Promise.resolve();
  /** What could not go on, with the address of its code. */
  private readonly refused = new Map<string, { readonly reason: string; readonly address: string }>();
  private bar: HTMLElement | null = null;

  /** The running one; null before the start. */
  private system: EditedSystem | null = null;

  constructor(private readonly hot: Hot) {}

  started(system: EditedSystem): void {
    this.system = system;
    system.onChange(({ type, report }) => {
      if (type !== 'crash') return;
      const { party, reason, position } = report as Crash;
      this.hot.send(CRASHED_EVENT, { party, reason, position });
    });
  }

  take({ actors, module, mended }: Replacement): void {
    const { system } = this;
    if (!system) {
      if (mended) location.reload(); // it could not start with what was wrong
      return;
    }
    if (mended) for (const overlay of document.querySelectorAll('vite-error-overlay')) overlay.remove();
    const address = new URL(module, location.origin).href;
    for (const actor of actors) this.last = this.last.then(() => this.replace(system, actor, address));
  }

  private async replace(system: EditedSystem, { name, twins }: SavedActor, address: string): Promise<void> {
    try {
      await system.replaceActor(name, address);
      // Its guest crashed too often, and is another one now.
      if (twins.includes('wasm') && this.statusOf(system, name)?.circuit === 'open') await system.moveActor(name, 'wasm');
      this.refused.delete(name);
      const vm = this.statusOf(system, name)?.vm ?? '';
      const isHere = twins.some((twin) => twin === vm);
      console.info(
        isHere
          ? `[tandem] ${name} goes on with the code that was saved`
          : `[tandem] ${name} has the code that was saved for when it is in the other VM; it runs in ${vm}`,
      );
    } catch (error) {
      const reason = reasonOf(error);
      this.refused.set(name, { reason, address });
      console.warn(
        `[tandem] ${name} goes on with its former code: ${reason}. tandem.startAfresh('${name}') starts it with the new code, and without its state`,
      );
      this.hot.send(REFUSED_EVENT, { actor: name, reason });
    }
    this.show();
  }

  /** @throws Error before the start; what the system throws */
  async startAfresh(actor: string): Promise<void> {
    const { system } = this;
    if (!system) throw new Error('nothing has started yet');
    await system.startAfresh(actor, this.refused.get(actor)?.address);
    this.refused.delete(actor);
    this.show();
    console.info(`[tandem] ${actor} has begun afresh`);
  }

  private statusOf(system: EditedSystem, name: string) {
    return system.actors.find(({ actor }) => actor === name);
  }

  private show(): void {
    this.bar?.remove();
    this.bar = null;
    if (this.refused.size === 0) return;
    const bar = document.createElement('tandem-refused');
    Object.assign(bar.style, BAR);
    for (const [actor, { reason }] of this.refused) bar.append(this.lineOf(actor, reason));
    document.body.append(bar);
    this.bar = bar;
  }

  private lineOf(actor: string, reason: string): HTMLElement {
    const line = document.createElement('p');
    line.style.margin = '0.25em 0';
    const button = document.createElement('button');
    button.textContent = `Start ${actor} afresh`;
    button.onclick = () => {
      this.startAfresh(actor).catch((error) => {
        console.warn(`[tandem] ${actor} did not begin afresh: ${reasonOf(error)}`);
      });
    };
    line.append(`${actor} goes on with its former code: ${reason}. Mend it, or `, button, ' with the new code: its state is lost.');
    return line;
  }
}

const BAR: Partial<CSSStyleDeclaration> = {
  ...{ position: 'fixed', inset: 'auto 0 0 0', zIndex: '2147483647', padding: '0.5em 1em' },
  ...{ background: '#521', color: '#fff', font: '14px/1.5 system-ui, sans-serif' },
};

/** An error that was made of another has its text, too. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error && !message.includes(cause.message) ? `${message}: ${cause.message}` : message;
}
