/**
 * The corner of the screen: for each actor its VM, state and restarts, and the last crash. Keys 1 to 5 choose an actor, C crashes it.
 * It is plain HTML over the canvas, so that it stays readable when the scene itself is down.
 */
import type { CrashReport } from '../../../actors/control.js';
import type { System } from '../../../actors/system.js';

type ActorStatus = System['actors'][number];

interface Tile {
  readonly actor: string;
  readonly element: HTMLElement;
  readonly vm: HTMLElement;
  readonly state: HTMLElement;
  readonly restarts: HTMLElement;
}

export interface PanelOptions {
  readonly system: System;
  readonly window: Window;
  readonly list: HTMLElement;
  readonly crash: HTMLElement;
}

export class Panel {
  private readonly tiles: readonly Tile[];
  private selected = 0;

  constructor(private readonly options: PanelOptions) {
    const { system, window, list } = options;
    this.tiles = system.actors.map(({ actor }, index) => createTile(list, actor, index + 1));
    for (const status of system.actors) this.show(status);
    this.select(0);
    system.onChange((change) => {
      if (change.type === 'actor') this.show(change);
      if (change.type === 'crash') this.report(change.report, 'crashed');
      if (change.type === 'poisoned') this.report(change.report, 'gave up a message');
    });
    window.addEventListener('keydown', (event) => this.onKey(event));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key >= '1' && event.key <= String(this.tiles.length)) this.select(Number(event.key) - 1);
    if (event.key.toLowerCase() === 'c') void this.crashOrStart(this.tiles[this.selected]);
  }

  private select(index: number): void {
    this.selected = index;
    for (const [i, { element }] of this.tiles.entries()) element.toggleAttribute('data-selected', i === index);
  }

  /**
   * One that is down, for it has crashed too often, is started again. An order to crash stands until the actor's next message, which
   * scene has at once and history with the next navigation.
   */
  private async crashOrStart({ actor, element, state }: Tile): Promise<void> {
    const { system, crash } = this.options;
    try {
      if (element.dataset.state === 'exhausted') return await system.startActor(actor);
      state.textContent = 'crashing';
      await system.crash(actor);
    } catch (error) {
      crash.textContent = error instanceof Error ? error.message : String(error);
      const status = system.actors.find((candidate) => candidate.actor === actor);
      if (status) this.show(status);
    }
  }

  private show({ actor, vm, state, restarts }: ActorStatus): void {
    const tile = this.tiles.find((candidate) => candidate.actor === actor);
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
    const element = this.tiles.find((tile) => tile.actor === actor)?.element;
    if (!element) return;
    // Taken away and put back, with a layout between, so that a second crash flashes again.
    element.classList.remove('crashed');
    void element.offsetWidth;
    element.classList.add('crashed');
  }
}

function createTile(list: HTMLElement, actor: string, number: number): Tile {
  const element = list.appendChild(document.createElement('li'));
  element.dataset.actor = actor;
  const name = add(element, 'div', 'name');
  const label = add(name, 'span', 'label');
  add(label, 'span', 'number').textContent = String(number);
  label.append(actor);
  const vm = add(name, 'span', 'vm');
  const standing = add(element, 'div', 'standing');
  const state = add(standing, 'span', 'state');
  const restarts = add(standing, 'span', 'restarts');
  restarts.append('restarts ');
  return { actor, element, vm, state, restarts: add(restarts, 'b', 'count') };
}

function add(parent: HTMLElement, tag: string, className: string): HTMLElement {
  const element = parent.appendChild(document.createElement(tag));
  element.className = className;
  return element;
}
