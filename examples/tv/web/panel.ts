/**
 * The corner of the screen: for each actor, and for the page, its VM, condition and restarts, the lengths of its mailbox and journal, and
 * its last crash, or why it does not run in Wasm. Keys 1 to 6 choose one, C crashes it.
 * Conditions are updated at once; the lengths are asked for once a second, while the page is visible. A tile always has all its rows of
 * one line each, so that nothing moves when a text appears.
 * It is plain HTML over the canvas, so that it stays readable when the scene itself is down.
 */
import type { ActorStatus, Application, CrashReport, System, SystemHealth } from 'tandem';

/** Interval of asking the VMs: often enough for a person, and negligible beside the frames of a second. */
const ASK_MS = 1_000;

/** Shown for ports, and for actors whose VM does not answer. */
const NOT_KNOWN = '–';

/** Status of an actor or port. */
type Status = Pick<System['actors'][number], 'vm' | 'restarts' | 'condition' | 'lastCrash'> & {
  /** Only for an actor. */
  readonly twin?: ActorStatus['twin'];
  readonly name: string;
  readonly state: string;
};

interface Tile {
  readonly name: string;
  readonly element: HTMLElement;
  readonly vm: HTMLElement;
  readonly condition: HTMLElement;
  readonly restarts: HTMLElement;
  readonly mailbox: HTMLElement;
  readonly journal: HTMLElement;
  readonly lastCrash: HTMLElement;
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
  private asking = false;

  constructor(private readonly options: PanelOptions) {
    const { application, window, list } = options;
    const statuses = this.statuses();
    this.tiles = statuses.map(({ name }, index) => createTile(list, name, index + 1));
    for (const status of statuses) this.show(status);
    this.select(0);
    application.onChange((change) => {
      if (change.type === 'application') for (const status of this.statuses()) this.show(status);
      if (change.type === 'actor') this.showAgain(change.actor);
      if (change.type === 'port') this.showAgain(change.port);
      if (change.type === 'crash') this.report(change.report, 'crashed');
      if (change.type === 'poisoned') this.report(change.report, 'has a poison message');
    });
    window.addEventListener('keydown', (event) => this.onKey(event));
    window.document.addEventListener('visibilitychange', () => this.ask());
    this.ask();
  }

  /** Asks one question at a time, and none while the page is hidden; a page that is shown again asks again. */
  private ask(): void {
    const { window } = this.options;
    if (this.asking || window.document.hidden) return;
    this.asking = true;
    window.setTimeout(async () => {
      const { actors } = await this.options.application.system.health();
      for (const { actor, load } of actors) this.showLoad(actor, load);
      this.asking = false;
      this.ask();
    }, ASK_MS);
  }

  private showLoad(name: string, load: SystemHealth['actors'][number]['load']): void {
    const tile = this.tileOf(name);
    if (!tile) return;
    write(tile.mailbox, load ? String(load.mailboxFrames) : NOT_KNOWN);
    write(tile.journal, load ? String(load.journalFrames) : NOT_KNOWN);
  }

  private tileOf(name: string): Tile | undefined {
    return this.tiles.find((tile) => tile.name === name);
  }

  /** The actors, and the application's own ports: those in the host's thread and with the painter belong to the platform. */
  private statuses(): readonly Status[] {
    const { actors, ports } = this.options.application.system;
    const pages = ports.filter(({ vm }) => vm === 'js');
    return [...actors.map((status) => ({ ...status, name: status.actor })), ...pages.map((status) => ({ ...status, name: status.port }))];
  }

  private onKey(event: KeyboardEvent): void {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    const key = characterOf(event);
    if (key >= '1' && key <= String(this.tiles.length)) this.select(Number(key) - 1);
    if (key === 'c') void this.crashOne(this.tiles[this.selected]);
  }

  private select(index: number): void {
    this.selected = index;
    for (const [i, { element }] of this.tiles.entries()) element.toggleAttribute('data-selected', i === index);
  }

  /**
   * Takes effect with the next message: at once for scene, with the next move of focus for the page, with the next navigation for
   * history.
   */
  private async crashOne({ name, condition }: Tile): Promise<void> {
    const { application, crash } = this.options;
    try {
      condition.textContent = 'crashing';
      await application.system.crash(name);
    } catch (error) {
      crash.textContent = error instanceof Error ? error.message : String(error);
      this.showAgain(name);
    }
  }

  private showAgain(name: string): void {
    const status = this.statuses().find((candidate) => candidate.name === name);
    if (status) this.show(status);
  }

  private show({ name, vm, twin, state, condition, restarts, lastCrash }: Status): void {
    const tile = this.tileOf(name);
    if (!tile) return;
    Object.assign(tile.element.dataset, { vm, state, condition, restarts });
    Object.assign(tile.element.dataset, { twin: twin?.side ?? '', why: twin?.why ?? '' });
    write(tile.vm, twin && twin.side !== vm ? `${vm}, ${twin.side} twin` : vm);
    write(tile.condition, condition);
    write(tile.restarts, String(restarts));
    tile.lastCrash.toggleAttribute('data-crashed', lastCrash !== null || Boolean(twin?.detail));
    const crash = lastCrash && [lastCrash.kindName, lastCrash.reason].filter(Boolean).join(': ');
    write(tile.lastCrash, crash ?? (twin?.detail ? `${twin.side} twin: ${twin.detail}` : 'no crash'));
  }

  private report({ party, message, position, reason }: CrashReport, what: string): void {
    const { crash } = this.options;
    crash.textContent = `${party} ${what}${message.kindName && ` at ${message.kindName}`}${position && ` in ${position}`}: ${reason}`;
    crash.dataset.party = party;
    crash.dataset.position = position;
    this.showAgain(party);
    const element = this.tileOf(party)?.element;
    if (!element) return;
    // Removed and added again, with a layout between, so that a second crash flashes again.
    element.classList.remove('crashed');
    void element.offsetWidth;
    element.classList.add('crashed');
  }
}

/** Engines before 2015 do not name their keys. The numbers of letters and digits are their codes. */
const characterOf = ({ key, keyCode }: KeyboardEvent): string => (key ?? String.fromCharCode(keyCode)).toLowerCase();

function createTile(list: HTMLElement, party: string, number: number): Tile {
  const element = list.appendChild(document.createElement('li'));
  element.dataset.party = party;
  const name = add(element, 'div', 'name');
  const label = add(name, 'span', 'label');
  add(label, 'span', 'number').textContent = String(number);
  label.append(party);
  const vm = add(name, 'span', 'vm');
  const standing = add(element, 'div', 'standing');
  const condition = add(standing, 'span', 'condition');
  const restarts = figure(standing, 'restarts');
  const load = add(element, 'div', 'load');
  const [mailbox, journal] = [figure(load, 'mailbox'), figure(load, 'journal')];
  return { name: party, element, vm, condition, restarts, mailbox, journal, lastCrash: add(element, 'div', 'last-crash') };
}

/** Adds a number with its name. @returns the element of the number */
function figure(parent: HTMLElement, name: string): HTMLElement {
  const label = add(parent, 'span', name);
  label.append(`${name} `);
  const number = add(label, 'b', 'count');
  number.textContent = NOT_KNOWN;
  return number;
}

/** Leaves an equal text alone, so that nothing is laid out again. */
function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function add(parent: HTMLElement, tag: string, className: string): HTMLElement {
  const element = parent.appendChild(document.createElement(tag));
  element.className = className;
  return element;
}
