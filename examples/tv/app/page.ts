/**
 * The application's own code: the page port. It asks history for a route and shows what history says is current; it wishes focus
 * and shows where focus is. It lives in the JavaScript VM, beside the actors placed there, and is supervised: when it throws, or its VM is
 * lost, another is made, which shows the entry that history is at.
 */
import type { Port, PortHandlers, Vm } from 'tandem';
import {
  decodeDynamic,
  encodeDynamic,
  focus,
  history,
  type MessageOf,
  metrics,
  type PublicationOf,
  page,
  scene,
  system,
  timer,
} from 'tandem/protocol';
import type { PageOptions } from '../page-options.js';
import { Browse, type Restored } from './browse.js';
import { Details } from './details.js';
import { Films } from './films.js';
import { type NodeHandle, ROOT, Screen } from './screen.js';
import { BACKGROUND, SCREEN_HEIGHT, SCREEN_WIDTH } from './theme.js';

type Focused = PublicationOf<typeof focus, 'focused'>;
type Current = PublicationOf<typeof history, 'current'>;

/** What the former page has left may stay for so long while the catalogue does not answer; then placeholders will do. */
const HELD_MS = 400;
const HELD_TIMER = 1;

/** Opens the page in its VM. It begins once everything that it talks to runs. */
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

  /** The page may have been here before: history says where it was, and the scene may still hold what it had shown. */
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

  onNavigationBlocked({ attempt }: MessageOf<typeof page, 'navigationBlocked'>): void {
    this.port.send(history.receives.retry, { attempt });
  }

  onDismissRequested({ layer }: MessageOf<typeof page, 'dismissRequested'>): void {
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

  /** The new picture, and then focus: a handle means another node from here on. */
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

  /** History is kept in storage: what lies in it may be from another version of the page, and must not end this one at each start. */
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
    // Nothing leaves before the first picture; and where focus is until then was said of the nodes of the former page.
    if (!this.shown || this.screen.still) return;
    this.shown.focused(node);
    this.screen.flush();
  }

  onActivated({ node }: MessageOf<typeof page, 'activated'>): void {
    if (!this.shown || this.screen.still) return;
    this.shown.activated(node);
    const film = this.shown instanceof Browse ? this.shown.filmOf(node) : undefined;
    if (film) this.navigate('details', { film: film.id });
    this.screen.flush();
  }

  /** From the screen that is shown: a key that was meant for it, and comes when another is current, leads nowhere. */
  private navigate(route: string, params: unknown): void {
    this.port.send(history.receives.push, { route, params: encodeDynamic(params), whileEntry: this.entry });
  }

  private log(level: 'info' | 'error', text: string): void {
    this.port.send(metrics.receives.log, { level, source: 'page', text: text.slice(0, 200), attributes: [] });
  }
}
