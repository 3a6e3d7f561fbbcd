/**
 * The application's own code: the page port. It asks history for a route and shows what history says is current; it wishes focus
 * and shows where focus is. It lives in the JavaScript VM, beside the actors placed there.
 */
import type { Port } from '../../../actors/port.js';
import type { Vm } from '../../../actors/vm.js';
import { decodeDynamic, encodeDynamic } from '../../../protocol/dynamic.js';
import { focus } from '../../../protocol/generated/focus.js';
import { history } from '../../../protocol/generated/history.js';
import { metrics } from '../../../protocol/generated/metrics.js';
import { page } from '../../../protocol/generated/page.js';
import { scene } from '../../../protocol/generated/scene.js';
import { system } from '../../../protocol/generated/system.js';
import type { PublicationOf } from '../../../protocol/schema.js';
import { Browse, type Restored } from './browse.js';
import { Details } from './details.js';
import { Films } from './films.js';
import { ROOT, Screen } from './screen.js';
import { BACKGROUND, SCREEN_HEIGHT, SCREEN_WIDTH } from './theme.js';

type Focused = PublicationOf<typeof focus, 'focused'>;
type Current = PublicationOf<typeof history, 'current'>;

/** Opens the page in its VM. It begins once everything that it talks to runs. */
export function openPage(vm: Vm): void {
  new Page(vm);
}

class Page {
  private readonly port: Port<typeof page>;
  private readonly screen: Screen;
  private readonly films: Films;
  private shown: Browse | Details | null = null;
  private entry = 0;

  constructor(vm: Vm) {
    this.port = vm.openPort(page, {
      onOpen: () => this.start(),
      onActivated: ({ node }) => this.activated(node),
      onEdge: () => {},
      onLeaveRequested: () => this.log('info', 'the viewer wants to leave'),
      onNavigationBlocked: ({ attempt }) => this.port.send(history.receives.retry, { attempt }),
      onDismissRequested: ({ layer }) => this.port.send(focus.receives.popLayer, { group: layer }),
      onFocusFocused: (fields: Focused) => this.focused(fields),
      onHistoryCurrent: (fields: Current) => this.show(fields),
    });
    this.screen = new Screen((commit) => this.port.send(scene.receives.commit, commit));
    this.films = new Films(this.port);
  }

  /** The page may have been here before: history says where it was, and the scene may still hold what it had shown. */
  private start(): void {
    const topic = history.publishes.current.kind;
    this.port.sendTo(history.address, system.receives.refresh, { topic, follower: page.address });
    this.screen.replaceAll();
    this.screen.set(ROOT, { width: SCREEN_WIDTH, height: SCREEN_HEIGHT, colour: BACKGROUND });
  }

  private show({ entry, route, params, focus: key, scroll }: Current): void {
    if (entry === 0) this.port.send(history.receives.push, { route: 'browse', params: encodeDynamic(null) });
    if (entry === 0 || entry === this.entry) return;
    this.shown?.close();
    this.entry = entry;
    this.shown = route === 'details' ? this.details(decodeDynamic(params)) : this.browse({ focus: key, scroll });
    this.screen.flush();
  }

  private browse(restored: Restored): Browse {
    return new Browse(this.screen, this.films, restored, {
      onMove: ({ focus: key, scroll }) => this.port.send(history.receives.remember, { entry: this.entry, focus: key, scroll: [...scroll] }),
      wish: (node) => this.port.send(focus.receives.focus, { node }),
      remember: (group) => this.port.send(focus.receives.configureGroup, { group, trap: 'none', remember: true, preferred: 0 }),
      onError: (error) => this.log('error', String(error)),
    });
  }

  private details(params: unknown): Details {
    const id = (params as { film: number }).film;
    return new Details(this.screen, this.films, id, {
      wish: (node) => this.port.send(focus.receives.focus, { node }),
      onError: (error) => this.log('error', String(error)),
    });
  }

  private focused({ node }: Focused): void {
    if (!this.shown) return; // nothing must leave before the first picture
    this.shown.focused(node);
    this.screen.flush();
  }

  private activated(node: number): void {
    if (!this.shown) return;
    this.shown.activated(node);
    const film = this.shown instanceof Browse ? this.shown.filmOf(node) : undefined;
    if (film) this.port.send(history.receives.push, { route: 'details', params: encodeDynamic({ film: film.id }) });
    this.screen.flush();
  }

  private log(level: 'info' | 'error', text: string): void {
    this.port.send(metrics.receives.log, { level, source: 'page', text: text.slice(0, 200), attributes: [] });
  }
}
