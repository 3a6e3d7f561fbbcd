/**
 * The corner of the screen: for each actor, and for the page, its VM, state and restarts, and the last crash. Keys 1 to 6 choose one, C
 * crashes it.
 * It is plain HTML over the canvas, so that it stays readable when the scene itself is down.
 */
import type { Application } from '../../../actors/application.js';
import type { CrashReport } from '../../../actors/control.js';
import type { System } from '../../../actors/system.js';

/** Of an actor or port. */
type Status = Pick<System['actors'][number], 'vm' | 'restarts'> & { readonly name: string; readonly state: string };

interface Tile {
  readonly name: string;
  readonly element: HTMLElement;
  readonly vm: HTMLElement;
  readonly state: HTMLElement;
  readonly restarts: HTMLElement;
}

export interface PanelOptions {
  readonly application: Application;
  readonly window: Window;
  readonly list: HTMLElement;
  readonly crash: HTMLElement;
}

export class Panel {
  private readonly tiles: readonly Tile[];
  private selected = 0;

  constructor(private readonly options: PanelOptions) {
    const { application, window, list } = options;
    const statuses = this.statuses();
    this.tiles = statuses.map(({ name }, index) => createTile(list, name, index + 1));
    for (const status of statuses) this.show(status);
    this.select(0);
    application.onChange((change) => {
      if (change.type === 'actor') this.show({ ...change, name: change.actor });
      if (change.type === 'port') this.show({ ...change, name: change.port });
      if (change.type === 'crash') this.report(change.report, 'crashed');
      if (change.type === 'poisoned') this.report(change.report, 'gave up a message');
    });
    window.addEventListener('keydown', (event) => this.onKey(event));
  }

  /** The ports in the host's thread are the platform's. */
  private statuses(): readonly Status[] {
    const { actors, ports } = this.options.application.system;
    const pages = ports.filter(({ vm }) => vm !== 'host');
    return [...actors.map((status) => ({ ...status, name: status.actor })), ...pages.map((status) => ({ ...status, name: status.port }))];
  }

  private onKey(event: KeyboardEvent): void {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key >= '1' && event.key <= String(this.tiles.length)) this.select(Number(event.key) - 1);
    if (event.key.toLowerCase() === 'c') void this.crashOne(this.tiles[this.selected]);
  }

  private select(index: number): void {
    this.selected = index;
    for (const [i, { element }] of this.tiles.entries()) element.toggleAttribute('data-selected', i === index);
  }

  /**
   * The order stands until the next message, which scene has at once, the page with the next move of focus, and history with the next
   * navigation.
   */
  private async crashOne({ name, state }: Tile): Promise<void> {
    const { application, crash } = this.options;
    try {
      state.textContent = 'crashing';
      await application.system.crash(name);
    } catch (error) {
      crash.textContent = error instanceof Error ? error.message : String(error);
      const status = this.statuses().find((candidate) => candidate.name === name);
      if (status) this.show(status);
    }
  }

  private show({ name, vm, state, restarts }: Status): void {
    const tile = this.tiles.find((candidate) => candidate.name === name);
    if (!tile) return;
    Object.assign(tile.element.dataset, { vm, state, restarts });
    tile.vm.textContent = vm;
    tile.state.textContent = state;
    tile.restarts.textContent = String(restarts);
  }

  private report({ actor, message, position, reason }: CrashReport, what: string): void {
    const { crash } = this.options;
    crash.textContent = `${actor} ${what} at ${message.kindName}${position && ` in ${position}`}: ${reason}`;
    crash.dataset.actor = actor;
    crash.dataset.position = position;
    const element = this.tiles.find((tile) => tile.name === actor)?.element;
    if (!element) return;
    // Taken away and put back, with a layout between, so that a second crash flashes again.
    element.classList.remove('crashed');
    void element.offsetWidth;
    element.classList.add('crashed');
  }
}

function createTile(list: HTMLElement, party: string, number: number): Tile {
  const element = list.appendChild(document.createElement('li'));
  element.dataset.actor = party;
  const name = add(element, 'div', 'name');
  const label = add(name, 'span', 'label');
  add(label, 'span', 'number').textContent = String(number);
  label.append(party);
  const vm = add(name, 'span', 'vm');
  const standing = add(element, 'div', 'standing');
  const state = add(standing, 'span', 'state');
  const restarts = add(standing, 'span', 'restarts');
  restarts.append('restarts ');
  return { name: party, element, vm, state, restarts: add(restarts, 'b', 'count') };
}

function add(parent: HTMLElement, tag: string, className: string): HTMLElement {
  const element = parent.appendChild(document.createElement(tag));
  element.className = className;
  return element;
}
