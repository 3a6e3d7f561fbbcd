/**
 * History: the back stack. docs/HISTORY.md has the rules.
 *
 *   push, replace, back, reset --> attempt --no blocker left--> perform --> current
 *                                     |  ^
 *                          blocker asked  retry
 *
 * The catch: entries, blockers and attempts have numbers that are never reused, because the page answers later, when
 * another entry may be current or another attempt held.
 */
import { Actor, type Handlers } from '../actors/model/actor.js';
import type { MessageOf, PublicationOf, StateOf } from '../protocol/fields.js';
import { history } from '../protocol/generated/history.js';
import { page } from '../protocol/generated/page.js';
import { HISTORY_BLOCKERS_MAX, HISTORY_ENTRIES_MAX, HISTORY_PARAMETERS_BYTES_MAX } from '../protocol/messages/history.js';

type State = StateOf<typeof history>;
type Entry = State['entries'][number];
type Attempt = NonNullable<State['held']>;
type Destination = Attempt['destinations'][number];
type Blocker = State['blockers'][number];
type Action = PublicationOf<typeof history, 'current'>['action'];

/** nil in MessagePack: the parameters when there is no entry. */
const NO_PARAMETERS = Uint8Array.of(0xc0);

export class History extends Actor<typeof history> implements Handlers<typeof history> {
  private entries: Entry[] = [];
  private nextEntry = 1;
  private blockers: Blocker[] = [];
  private nextSerial = 1;
  private held: Attempt | null = null;
  private nextAttempt = 1;

  constructor() {
    super(history);
  }

  onPush(message: MessageOf<typeof history, 'push'>): void {
    if (this.isMeant(message)) this.attempt('push', [message]);
  }

  onReplace(message: MessageOf<typeof history, 'replace'>): void {
    if (this.isMeant(message)) this.attempt('replace', [message]);
  }

  onBack(): void {
    this.attempt('back', []);
  }

  onReset(message: MessageOf<typeof history, 'reset'>): void {
    if (message.entries.length > 0 && this.isMeant(message)) this.attempt('reset', message.entries);
  }

  onRemember(message: MessageOf<typeof history, 'remember'>): void {
    const entry = this.entries.find(({ entry }) => entry === message.entry);
    if (entry === undefined) return;
    entry.focus = message.focus;
    entry.scroll = message.scroll;
  }

  onBlock(message: MessageOf<typeof history, 'block'>): void {
    const blocker = this.blockers.find(({ blocker }) => blocker === message.blocker);
    if (blocker !== undefined) blocker.reason = message.reason;
    else if (this.blockers.length < HISTORY_BLOCKERS_MAX) {
      this.blockers.push({ blocker: message.blocker, serial: this.nextSerial++, reason: message.reason });
    }
  }

  onUnblock(message: MessageOf<typeof history, 'unblock'>): void {
    this.blockers = this.blockers.filter(({ blocker }) => message.blocker !== 0 && blocker !== message.blocker);
  }

  onRetry(message: MessageOf<typeof history, 'retry'>): void {
    const { held } = this;
    if (held !== null && held.attempt === message.attempt) this.proceed(held);
  }

  override onRefresh(_topic: number): void {
    this.announce('restored');
  }

  snapshot(): State {
    return {
      entries: this.entries,
      nextEntry: this.nextEntry,
      blockers: this.blockers,
      nextSerial: this.nextSerial,
      held: this.held,
      nextAttempt: this.nextAttempt,
    };
  }

  restore(state: State): void {
    this.entries = state.entries;
    this.nextEntry = state.nextEntry;
    this.blockers = state.blockers;
    this.nextSerial = state.nextSerial;
    this.held = state.held;
    this.nextAttempt = state.nextAttempt;
  }

  /** False for a navigation that was decided while another entry was current. */
  private isMeant({ whileEntry }: { readonly whileEntry: number | null }): boolean {
    return whileEntry === null || whileEntry === (this.entries.at(-1)?.entry ?? 0);
  }

  private attempt(navigation: Attempt['navigation'], destinations: Destination[]): void {
    this.proceed({ attempt: this.nextAttempt, navigation, destinations, asked: 0 });
  }

  /** Asks the next blocker, or navigates when none is left. An attempt held before is dropped. */
  private proceed(attempt: Attempt): void {
    const blocker = this.blockers.find(({ serial }) => serial > attempt.asked);
    if (blocker === undefined) {
      this.held = null;
      this.perform(attempt);
      return;
    }
    if (attempt.asked === 0) this.nextAttempt++;
    attempt.asked = blocker.serial;
    this.held = attempt;
    this.send(page.receives.navigationBlocked, {
      attempt: attempt.attempt,
      blocker: blocker.blocker,
      reason: blocker.reason,
      navigation: attempt.navigation,
      route: this.routeOf(attempt),
    });
  }

  /** The route to which the attempt leads; empty when it leaves the application. */
  private routeOf(attempt: Attempt): string {
    if (attempt.navigation !== 'back') return attempt.destinations[attempt.destinations.length - 1].route;
    return this.entries.length > 1 ? this.entries[this.entries.length - 2].route : '';
  }

  private perform({ navigation, destinations }: Attempt): void {
    if (navigation === 'back' && this.entries.length <= 1) {
      this.send(page.receives.leaveRequested, {});
      return;
    }
    if (navigation === 'reset') this.entries = [];
    else if (navigation !== 'push') this.entries.pop();
    for (const destination of destinations) this.entries.push(this.newEntry(destination));
    this.trim();
    this.announce(navigation);
  }

  private newEntry({ route, params }: Destination): Entry {
    return { entry: this.nextEntry++, route, params, focus: 0, scroll: [] };
  }

  /** Keeps the stack within its bounds: drops the oldest entries above the root, never the root or the current entry. */
  private trim(): void {
    let parameterBytes = 0;
    for (const { params } of this.entries) parameterBytes += params.length;
    while (this.entries.length > 2 && (this.entries.length > HISTORY_ENTRIES_MAX || parameterBytes > HISTORY_PARAMETERS_BYTES_MAX)) {
      parameterBytes -= this.entries[1].params.length;
      this.entries.splice(1, 1);
    }
  }

  private announce(action: Action): void {
    const depth = Math.max(0, this.entries.length - 1);
    const current = this.entries[depth];
    if (current === undefined) {
      this.publishFresh(history.publishes.current, { entry: 0, depth, route: '', params: NO_PARAMETERS, focus: 0, scroll: [], action });
    } else {
      const { entry, route, params, focus, scroll } = current;
      this.publishFresh(history.publishes.current, { entry, depth, route, params, focus, scroll, action });
    }
  }
}
