/**
 * The page: the application's own code between history, focus and scene. It asks history for a route and shows the entry that history says is
 * current; it asks for focus and shows where focus is. It is supervised: when it throws, or its VM is lost, a new one shows the current entry, and
 * the former picture stays until the new one is complete.
 *
 *   openPage(vm, { width: 1280, height: 720, home: 'films' }, (page) => ({
 *     films() {
 *       const films = rail({ ... });
 *       page.screen.add(column({ padding: 48, gap: 24 }, [text('Films'), films]));
 *       page.focus(films);
 *       return {
 *         focused: (node) => films.focused(node),
 *         activated: (node) => page.push('details', { film: films.itemOf(node)?.id }),
 *       };
 *     },
 *     details({ params }) { ... },
 *   }));
 *
 * What a screen changes while it is shown, focused or activated leaves when that is done; what it changes later, when it calls `screen.flush()`.
 */
import type { Port, Vm } from '../../actors/index.js';
import type { PortHandlers } from '../../actors/model/author.js';
import { decodeDynamic, encodeDynamic } from '../../protocol/dynamic.js';
import type { MessageOf, PublicationOf } from '../../protocol/fields.js';
import { focus } from '../../protocol/generated/focus.js';
import { history } from '../../protocol/generated/history.js';
import { metrics } from '../../protocol/generated/metrics.js';
import { page } from '../../protocol/generated/page.js';
import { system } from '../../protocol/generated/system.js';
import { timer } from '../../protocol/generated/timer.js';
import type { Colour } from './properties.js';
import { SceneNode, Screen } from './screen.js';

/** How long the former page's picture stays while the new one is not complete; after that the new one appears as it is. */
const HELD_MS = 400;
/** Number of the page's own timer. */
const HELD_TIMER = 1;
const LOG_LENGTH_MAX = 200;
const WHOLE: SafeArea = { left: 0, top: 0, right: 0, bottom: 0 };

export interface PageOptions {
  /** Size of the picture, in pixels of the scene. */
  readonly width: number;
  readonly height: number;
  /** Colour of the background. */
  readonly colour?: Colour;
  /** Strips at the edges that stay free but for the background, in pixels of the scene: a set may cut off what is there. None when not given. */
  readonly safeArea?: SafeArea;
  /** Route that is shown when history has no entry yet, and for an entry whose route is unknown. */
  readonly home: string;
  /** How long a former page's picture may stay; 400 when not given. */
  readonly heldMs?: number;
  /** Called when Back was pressed at the root of history. */
  readonly leave?: (page: Page) => void;
}

export interface SafeArea {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A place in a list that scrolls, under a key of the page's choice. */
export interface Scroll {
  readonly key: number;
  readonly offset: number;
}

/** What history says is to be shown. */
export interface Entry {
  readonly route: string;
  /** What `push` was given. It may come from storage, and so from another version of the page: undefined when it cannot be read. */
  readonly params: unknown;
  /** What `remember` was given, for an entry that is shown again; else 0 and nothing. */
  readonly focus: number;
  readonly scroll: readonly Scroll[];
}

/** The screen of an entry. What it has put into the picture is removed when another entry is shown. */
export interface Shown {
  /** Resolves when the picture is complete, or as complete as it will be; at once when not given. A restarted page appears then. */
  readonly ready?: Promise<unknown>;
  /** Focus has moved to this node. Afterwards it has its ring. */
  focused?(node: SceneNode): void;
  /** Enter was pressed on this node. */
  activated?(node: SceneNode): void;
  /** An arrow led nowhere from this node. */
  edge?(direction: 'left' | 'right' | 'up' | 'down', node: SceneNode): void;
  /** A navigation is held by a blocker until `retry` is called. It is called at once when there is no such method. */
  blocked?(retry: () => void): void;
  /** Another entry is shown. */
  close?(): void;
}

export type Screens = Readonly<Record<string, (entry: Entry) => Shown>>;

export interface ModalOptions {
  /** The node in it that gets focus; the first when not given. */
  readonly focus?: SceneNode;
  /** Enter was pressed on a node while it is the topmost. */
  readonly activated?: (node: SceneNode) => void;
  /** It was closed, by Back or by `close`. */
  readonly closed?: () => void;
}

export interface Modal {
  /** Removes it, and focus returns to where it was. Nothing when it is closed. */
  readonly close: () => void;
}

export interface Page {
  readonly screen: Screen;
  /** Size of what may be used of the picture: all of it but the strips of `safeArea`. What is added without a parent is in there. */
  readonly area: { readonly width: number; readonly height: number };
  /** For all other messages. Its timer 1 is the page's own. */
  readonly port: Port<typeof page>;
  /** Asks for focus, as `screen.focus`. */
  focus(node: SceneNode | null): void;
  /** Puts a node on top of all others, and keeps focus in it until it is closed: by Back, by `close`, or as another entry is shown. */
  modal(node: SceneNode, options?: ModalOptions): Modal;
  /** Goes on to another screen, from the one that is shown: nothing happens when another is current by then. @param params any dynamic value */
  push(route: string, params?: unknown): void;
  /** Like `push`, in place of the one that is shown. */
  replace(route: string, params?: unknown): void;
  back(): void;
  /** What the entry that is shown is to be given when it is shown again. `focus` is a key of the page's choice; 0 for none. */
  remember(focus: number, scroll?: readonly Scroll[]): void;
  /** A record in metrics' log, of at most 200 characters. */
  log(level: 'info' | 'error', text: string): void;
}

/**
 * Opens the page in its VM. It starts once all its partners run.
 * @param screens called for each incarnation
 * @throws RangeError for a safe area in which nothing is left
 */
export function openPage(vm: Vm, options: PageOptions, screens: (page: Page) => Screens): void {
  areaOf(options);
  vm.openSupervisedPort(page, (port) => new OpenPage(port, options, screens));
}

function areaOf({ width, height, safeArea = WHOLE }: PageOptions): Page['area'] {
  const { left, top, right, bottom } = safeArea;
  const area = { width: width - left - right, height: height - top - bottom };
  if (Math.min(left, top, right, bottom) >= 0 && area.width > 0 && area.height > 0) return area;
  throw new RangeError(
    `a safe area cannot leave out ${left} left, ${top} top, ${right} right and ${bottom} bottom of ${width} by ${height}`,
  );
}

class OpenPage implements Page, PortHandlers<typeof page> {
  readonly screen: Screen;
  readonly area: Page['area'];
  private readonly screens: Screens;
  private shown: Shown | null = null;
  private entry = 0;
  /** Bottom first. */
  private readonly modals: { readonly node: SceneNode; readonly options: ModalOptions }[] = [];
  private wished: SceneNode | null = null;

  constructor(
    readonly port: Port<typeof page>,
    private readonly options: PageOptions,
    screens: (page: Page) => Screens,
  ) {
    this.screen = new Screen(port);
    this.area = areaOf(options);
    this.screens = screens(this);
    if (!Object.hasOwn(this.screens, options.home)) throw new Error(`the page has no screen ${options.home}, which is its home`);
    port.onTimer(HELD_TIMER, () => this.screen.release());
  }

  /** This may be a restart: history then says where the page was, and the scene may still hold the former page's picture. */
  onOpen(): void {
    const { port, screen, options } = this;
    const topic = history.publishes.current.kind;
    port.sendTo(history.address, system.receives.refresh, { topic, follower: page.address });
    const again = port.epoch > 1;
    screen.replaceAll(again);
    if (again) port.send(timer.receives.start, { timer: HELD_TIMER, delayMs: options.heldMs ?? HELD_MS });
    screen.set(screen.root, { width: options.width, height: options.height, colour: options.colour });
    if (!options.safeArea) return;
    const { left, top } = options.safeArea;
    const safe = new SceneNode('view', { x: left, y: top, ...this.area });
    screen.add(safe, screen.root);
    screen.top = safe;
  }

  onHistoryCurrent({ entry, ...current }: PublicationOf<typeof history, 'current'>): void {
    if (entry === 0) this.push(this.options.home, null);
    if (entry === 0 || entry === this.entry) return;
    this.leave();
    this.entry = entry;
    const shown = this.screenOf(current.route)({ ...current, params: this.paramsIn(current.params) });
    this.shown = shown;
    this.showFocus();
    this.screen.flush();
    if (this.screen.still) void this.reveal(shown);
  }

  private leave(): void {
    const { screen } = this;
    for (const { node } of [...this.modals].reverse()) this.closeModal(node);
    this.shown?.close?.();
    this.shown = null;
    this.wished = null;
    for (const node of screen.childrenOf(screen.top)) screen.remove(node);
  }

  private screenOf(route: string): Screens[string] {
    if (Object.hasOwn(this.screens, route)) return this.screens[route];
    this.log('error', `an entry of history has the route ${route}, which this page does not know`);
    return this.screens[this.options.home];
  }

  /** History is kept in storage: what another version of the page has written must not crash this one at each start. */
  private paramsIn(bytes: Uint8Array): unknown {
    try {
      return decodeDynamic(bytes);
    } catch (error) {
      this.log('error', `an entry of history cannot be read: ${error}`);
      return undefined;
    }
  }

  private async reveal(shown: Shown): Promise<void> {
    await shown.ready;
    if (this.shown === shown) this.screen.release();
  }

  focus(node: SceneNode | null): void {
    this.wished = node;
    this.screen.focus(node);
    this.showFocus();
  }

  /** Before a restarted page's picture is complete, its focus is where it has asked for it. */
  private showFocus(): void {
    const { wished, screen, shown } = this;
    if (!screen.still || !wished || !shown || !screen.has(wished)) return;
    shown.focused?.(wished);
    screen.mark(wished);
  }

  onFocusFocused({ node: handle }: PublicationOf<typeof focus, 'focused'>): void {
    const { screen, shown } = this;
    // Nothing is sent before the first picture, and until then focus is about nodes of the former page.
    if (!shown || screen.still) return;
    const node = screen.nodeOf(handle);
    if (node) {
      shown.focused?.(node);
      if (screen.has(node)) screen.mark(node);
    }
    screen.flush();
  }

  onActivated({ node: handle }: MessageOf<typeof page, 'activated'>): void {
    const { screen, shown, modals } = this;
    const node = screen.nodeOf(handle);
    if (!shown || screen.still || !node) return;
    const modal = modals.at(-1);
    if (modal) modal.options.activated?.(node);
    else shown.activated?.(node);
    screen.flush();
  }

  onEdge({ direction, node: handle }: MessageOf<typeof page, 'edge'>): void {
    const { screen, shown } = this;
    const node = screen.nodeOf(handle);
    if (!shown || screen.still || !node) return;
    shown.edge?.(direction, node);
    screen.flush();
  }

  onLeaveRequested(): void {
    this.options.leave?.(this);
  }

  onNavigationBlocked({ attempt }: MessageOf<typeof page, 'navigationBlocked'>): void {
    const retry = () => this.port.send(history.receives.retry, { attempt });
    if (this.shown?.blocked) this.shown.blocked(retry);
    else retry();
    this.screen.flush();
  }

  onDismissRequested({ layer }: MessageOf<typeof page, 'dismissRequested'>): void {
    const node = this.screen.nodeOf(layer);
    if (node && this.modals.some((modal) => modal.node === node)) this.closeModal(node);
    else this.port.send(focus.receives.popLayer, { group: layer });
    this.screen.flush();
  }

  modal(node: SceneNode, options: ModalOptions = {}): Modal {
    this.screen.add(node);
    this.screen.openLayer(node, options.focus);
    this.modals.push({ node, options });
    return { close: () => this.closeModal(node) };
  }

  private closeModal(node: SceneNode): void {
    const index = this.modals.findIndex((modal) => modal.node === node);
    if (index < 0) return;
    const [{ options }] = this.modals.splice(index, 1);
    this.screen.remove(node);
    options.closed?.();
  }

  push(route: string, params: unknown = null): void {
    this.port.send(history.receives.push, { route, params: encodeDynamic(params), whileEntry: this.entry });
  }

  replace(route: string, params: unknown = null): void {
    this.port.send(history.receives.replace, { route, params: encodeDynamic(params), whileEntry: this.entry });
  }

  back(): void {
    this.port.send(history.receives.back, {});
  }

  remember(focus: number, scroll: readonly Scroll[] = []): void {
    this.port.send(history.receives.remember, { entry: this.entry, focus, scroll: [...scroll] });
  }

  log(level: 'info' | 'error', text: string): void {
    this.port.send(metrics.receives.log, { level, source: 'page', text: text.slice(0, LOG_LENGTH_MAX), attributes: [] });
  }
}
