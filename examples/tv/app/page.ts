/**
 * The application's own code: the page port. It asks history for a route, and shows the entry that history says is current; it asks for
 * focus, and shows where focus is. It lives in the JavaScript VM, beside the actors placed there, and is supervised: when it throws, or its
 * VM is lost, a new page is made, which shows the current entry of the history.
 */
import type { Port, Vm } from 'tandem';
import type { Message, PortHandlers, Publication } from 'tandem/actor';
import { decodeDynamic, encodeDynamic, focus, history, metrics, page, scene, system, timer } from 'tandem/protocol';
import type { PageOptions } from '../page-options.js';
import { Browse, type Restored } from './browse.js';
import { Details } from './details.js';
import { Films } from './films.js';
import { type NodeHandle, ROOT, Screen } from './screen.js';
import { BACKGROUND, SCREEN_HEIGHT, SCREEN_WIDTH } from './theme.js';

type Focused = Publication<typeof focus, 'focused'>;
type Current = Publication<typeof history, 'current'>;

/** How long the former page's picture stays while the catalogue does not answer; after that the new one appears with placeholders. */
const HELD_MS = 400;
const HELD_TIMER = 1;

/** Opens the page in its VM. It starts once all its partners run. */
export function openPage(vm: Vm, options: PageOptions = {}): void {
  vm.openSupervisedPort(page, (port) => new Page(port, options));
}

class Page implements PortHandlers<typeof page> {
  private readonly screen: Screen;
  private readonly films: Films;
  private shown: Browse | Details | null = null;
  private entry = 0;
  private wished: NodeHandle = ROOT;

  constructor(
    private readonly port: Port<typeof page>,
    private readonly options: PageOptions,
  ) {
    this.screen = new Screen((commit) => port.send(scene.receives.commit, commit));
    this.films = new Films(port, options);
    port.onTimer(HELD_TIMER, () => this.release());
  }

  /** This may be a restart: history then says where the page was, and the scene may still hold the former page's picture. */
  onOpen(): void {
    const topic = history.publishes.current.kind;
    this.port.sendTo(history.address, system.receives.refresh, { topic, follower: page.address });
    const again = this.port.epoch > 1;
    this.screen.replaceAll(again);
    if (again) this.port.send(timer.receives.start, { timer: HELD_TIMER, delayMs: this.options.heldMs ?? HELD_MS });
    this.screen.set(ROOT, { width: SCREEN_WIDTH, height: SCREEN_HEIGHT, colour: BACKGROUND });
  }

  onEdge(): void {}

  onLeaveRequested(): void {
    this.log('info', 'the viewer wants to leave');
  }

  onNavigationBlocked({ attempt }: Message<typeof page, 'navigationBlocked'>): void {
    this.port.send(history.receives.retry, { attempt });
  }

  onDismissRequested({ layer }: Message<typeof page, 'dismissRequested'>): void {
    this.port.send(focus.receives.popLayer, { group: layer });
  }

  onHistoryCurrent({ entry, route, params, focus: key, scroll }: Current): void {
    if (entry === 0) this.navigate('browse', null);
    if (entry === 0 || entry === this.entry) return;
    this.shown?.close();
    this.entry = entry;
    const film = route === 'details' ? this.filmIn(params) : null;
    this.shown = film === null ? this.browse({ focus: key, scroll }) : this.details(film, key);
    this.screen.flush();
    if (this.screen.still) void this.reveal(this.shown);
  }

  private async reveal(shown: Browse | Details): Promise<void> {
    await shown.ready;
    if (this.shown === shown) this.release();
  }

  /** Sends the new picture first and focus after it, because a handle means another node from here on. */
  private release(): void {
    if (!this.screen.still) return;
    this.screen.release();
    this.wish(this.wished);
  }

  private wish(node: NodeHandle): void {
    this.wished = node;
    if (!this.screen.still) this.port.send(focus.receives.focus, { node });
  }

  private browse(restored: Restored): Browse {
    return new Browse(this.screen, this.films, restored, {
      onMove: ({ focus: key, scroll }) => this.port.send(history.receives.remember, { entry: this.entry, focus: key, scroll: [...scroll] }),
      wish: (node) => this.wish(node),
      remember: (group) => this.port.send(focus.receives.configureGroup, { group, trap: 'none', remember: true, preferred: 0 }),
      forget: (group) => this.port.send(focus.receives.forgetGroup, { group }),
      onError: (error) => this.log('error', String(error)),
    });
  }

  /** History is kept in storage, so its parameters may come from another version of the page. They must not crash this one at each start. */
  private filmIn(params: Uint8Array): number | null {
    try {
      const { film } = decodeDynamic(params) as { readonly film: unknown };
      if (typeof film === 'number') return film;
      this.log('error', 'an entry of history names no film');
    } catch (error) {
      this.log('error', `an entry of history cannot be read: ${error}`);
    }
    return null;
  }

  private details(id: number, restored: number): Details {
    return new Details(this.screen, this.films, id, restored, {
      onMove: (key) => this.port.send(history.receives.remember, { entry: this.entry, focus: key, scroll: [] }),
      wish: (node) => this.wish(node),
      onError: (error) => this.log('error', String(error)),
    });
  }

  onFocusFocused({ node }: Focused): void {
    // Nothing is sent before the first picture, and until then focus is about nodes of the former page.
    if (!this.shown || this.screen.still) return;
    this.shown.focused(node);
    this.screen.flush();
  }

  onActivated({ node }: Message<typeof page, 'activated'>): void {
    if (!this.shown || this.screen.still) return;
    this.shown.activated(node);
    const film = this.shown instanceof Browse ? this.shown.filmOf(node) : undefined;
    if (film) this.navigate('details', { film: film.id });
    this.screen.flush();
  }

  /** Navigates from the screen that is shown. A key that was meant for it but arrives when another screen is current has no effect. */
  private navigate(route: string, params: unknown): void {
    this.port.send(history.receives.push, { route, params: encodeDynamic(params), whileEntry: this.entry });
  }

  private log(level: 'info' | 'error', text: string): void {
    this.port.send(metrics.receives.log, { level, source: 'page', text: text.slice(0, 200), attributes: [] });
  }
}
