/**
 * History: the back stack: the twin of js-actors/history.ts. docs/HISTORY.md has the rules.
 *
 *   push, replace, back, reset --> attempt --no blocker left--> perform --> current
 *                                     |  ^
 *                          blocker asked  retry
 *
 * The catch: entries, blockers and attempts have numbers that are never reused, because the page answers later, when
 * another entry may be current or another attempt held.
 */
import { Reader } from '../protocol/assembly/reader';
import { Dynamic, List, Text } from '../protocol/assembly/values';
import {
  dispatchHistory,
  HISTORY_ADDRESS,
  HISTORY_FOLLOWED_OWNERS,
  HISTORY_FOLLOWS,
  HISTORY_PUBLISHES,
  HistoryAction,
  HistoryAttempt,
  HistoryBack,
  HistoryBlock,
  HistoryBlocker,
  HistoryCurrent,
  HistoryDestination,
  HistoryEntry,
  HistoryHandlers,
  HistoryNavigation,
  HistoryPush,
  HistoryRemember,
  HistoryReplace,
  HistoryReset,
  HistoryRetry,
  HistoryState,
  HistoryUnblock,
  ScrollOffset,
  HISTORY_BLOCKERS_MAX,
  HISTORY_ENTRIES_MAX,
  HISTORY_PARAMETERS_BYTES_MAX,
} from '../protocol/generated/assembly/history';
import { BlockedNavigation, PageLeaveRequested, PageNavigationBlocked } from '../protocol/generated/assembly/page';
import { Actor, start } from './kit/actor';

/** nil in MessagePack: parameters that were left out. */
const NIL: u8 = 0xc0;

class History extends Actor<HistoryState> implements HistoryHandlers {
  private entries: HistoryEntry[] = [];
  private nextEntry: u32 = 1;
  private blockers: HistoryBlocker[] = [];
  private nextSerial: u32 = 1;
  private held: HistoryAttempt | null = null;
  private nextAttempt: u32 = 1;

  private readonly state: HistoryState = new HistoryState();
  private readonly current: HistoryCurrent = new HistoryCurrent();
  private readonly navigationBlocked: PageNavigationBlocked = new PageNavigationBlocked();
  private readonly leaveRequested: PageLeaveRequested = new PageLeaveRequested();

  constructor() {
    super('history', HISTORY_ADDRESS, HISTORY_PUBLISHES, HISTORY_FOLLOWS, HISTORY_FOLLOWED_OWNERS);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchHistory(this, kind, reader);
  }

  onPush(message: HistoryPush): void {
    if (message.hasWhileEntry && !this.isCurrent(message.whileEntry)) return;
    const attempt = this.newAttempt(HistoryNavigation.Push);
    addDestination(attempt.destinations, message.route, message.params);
    this.proceed(attempt);
  }

  onReplace(message: HistoryReplace): void {
    if (message.hasWhileEntry && !this.isCurrent(message.whileEntry)) return;
    const attempt = this.newAttempt(HistoryNavigation.Replace);
    addDestination(attempt.destinations, message.route, message.params);
    this.proceed(attempt);
  }

  onBack(message: HistoryBack): void {
    this.proceed(this.newAttempt(HistoryNavigation.Back));
  }

  onReset(message: HistoryReset): void {
    if (message.entries.length === 0) return;
    if (message.hasWhileEntry && !this.isCurrent(message.whileEntry)) return;
    const attempt = this.newAttempt(HistoryNavigation.Reset);
    for (let i = 0; i < message.entries.length; i++) {
      const destination = message.entries.at(i);
      addDestination(attempt.destinations, destination.route, destination.params);
    }
    this.proceed(attempt);
  }

  onRemember(message: HistoryRemember): void {
    for (let i = 0; i < this.entries.length; i++) {
      const entry = this.entries[i];
      if (entry.entry !== message.entry) continue;
      entry.focus = message.focus;
      copyScroll(entry.scroll, message.scroll);
      return;
    }
  }

  onBlock(message: HistoryBlock): void {
    for (let i = 0; i < this.blockers.length; i++) {
      if (this.blockers[i].blocker !== message.blocker) continue;
      this.blockers[i].reason.text = message.reason.text;
      return;
    }
    if (this.blockers.length === HISTORY_BLOCKERS_MAX) return;
    const blocker = new HistoryBlocker();
    blocker.blocker = message.blocker;
    blocker.serial = this.nextSerial++;
    blocker.reason.text = message.reason.text;
    this.blockers.push(blocker);
  }

  onUnblock(message: HistoryUnblock): void {
    const kept: HistoryBlocker[] = [];
    for (let i = 0; i < this.blockers.length; i++) {
      if (message.blocker !== 0 && this.blockers[i].blocker !== message.blocker) kept.push(this.blockers[i]);
    }
    this.blockers = kept;
  }

  onRetry(message: HistoryRetry): void {
    const held = this.held;
    if (held !== null && held.attempt === message.attempt) this.proceed(held);
  }

  onRefresh(topic: u16): void {
    this.announce(HistoryAction.Restored);
  }

  saveState(): HistoryState {
    const state = this.state;
    state.entries.clear();
    for (let i = 0; i < this.entries.length; i++) state.entries.push(this.entries[i]);
    state.nextEntry = this.nextEntry;
    state.blockers.clear();
    for (let i = 0; i < this.blockers.length; i++) state.blockers.push(this.blockers[i]);
    state.nextSerial = this.nextSerial;
    state.held = this.held;
    state.nextAttempt = this.nextAttempt;
    return state;
  }

  loadState(state: HistoryState): void {
    this.entries = [];
    for (let i = 0; i < state.entries.length; i++) {
      const entry = state.entries.at(i);
      keepText(entry.route);
      keepParameters(entry.params);
      this.entries.push(entry);
    }
    this.nextEntry = state.nextEntry;
    this.blockers = [];
    for (let i = 0; i < state.blockers.length; i++) {
      keepText(state.blockers.at(i).reason);
      this.blockers.push(state.blockers.at(i));
    }
    this.nextSerial = state.nextSerial;
    this.held = state.held;
    const held = state.held;
    if (held !== null) {
      for (let i = 0; i < held.destinations.length; i++) {
        keepText(held.destinations.at(i).route);
        keepParameters(held.destinations.at(i).params);
      }
    }
    this.nextAttempt = state.nextAttempt;
  }

  /** The current entry is 0 while the stack is empty. */
  private isCurrent(entry: u32): bool {
    const count = this.entries.length;
    return entry === (count > 0 ? this.entries[count - 1].entry : 0);
  }

  private newAttempt(navigation: HistoryNavigation): HistoryAttempt {
    const attempt = new HistoryAttempt();
    attempt.attempt = this.nextAttempt;
    attempt.navigation = navigation;
    return attempt;
  }

  /** Asks the next blocker, or navigates when none is left. An attempt held before is dropped. */
  private proceed(attempt: HistoryAttempt): void {
    const blocker = this.blockerAfter(attempt.asked);
    if (blocker === null) {
      this.held = null;
      this.perform(attempt);
      return;
    }
    if (attempt.asked === 0) this.nextAttempt++;
    attempt.asked = blocker.serial;
    this.held = attempt;
    this.navigationBlocked.attempt = attempt.attempt;
    this.navigationBlocked.blocker = blocker.blocker;
    this.navigationBlocked.reason.copy(blocker.reason);
    this.navigationBlocked.navigation = <BlockedNavigation>attempt.navigation;
    this.navigationBlocked.route.text = this.routeOf(attempt);
    this.send(this.navigationBlocked);
  }

  private blockerAfter(serial: u32): HistoryBlocker | null {
    for (let i = 0; i < this.blockers.length; i++) {
      if (this.blockers[i].serial > serial) return this.blockers[i];
    }
    return null;
  }

  /** The route to which the attempt leads; empty when it leaves the application. */
  private routeOf(attempt: HistoryAttempt): string {
    if (attempt.navigation !== HistoryNavigation.Back) return attempt.destinations.at(attempt.destinations.length - 1).route.text;
    return this.entries.length > 1 ? this.entries[this.entries.length - 2].route.text : '';
  }

  private perform(attempt: HistoryAttempt): void {
    const navigation = attempt.navigation;
    if (navigation === HistoryNavigation.Back && this.entries.length <= 1) {
      this.send(this.leaveRequested);
      return;
    }
    if (navigation === HistoryNavigation.Reset) this.entries = [];
    else if (navigation !== HistoryNavigation.Push && this.entries.length > 0) this.entries.pop();
    for (let i = 0; i < attempt.destinations.length; i++) this.entries.push(this.newEntry(attempt.destinations.at(i)));
    this.trim();
    this.announce(<HistoryAction>navigation);
  }

  private newEntry(destination: HistoryDestination): HistoryEntry {
    const entry = new HistoryEntry();
    entry.entry = this.nextEntry++;
    entry.route.copy(destination.route);
    entry.params.copy(destination.params);
    return entry;
  }

  /** Keeps the stack within its bounds: drops the oldest entries above the root, never the root or the current entry. */
  private trim(): void {
    let parameterBytes = 0;
    for (let i = 0; i < this.entries.length; i++) parameterBytes += this.entries[i].params.length;
    while (this.entries.length > 2 && (this.entries.length > HISTORY_ENTRIES_MAX || parameterBytes > HISTORY_PARAMETERS_BYTES_MAX)) {
      parameterBytes -= this.entries[1].params.length;
      this.entries.splice(1, 1);
    }
  }

  private announce(action: HistoryAction): void {
    const current = this.current;
    const count = this.entries.length;
    const entry = count > 0 ? this.entries[count - 1] : new HistoryEntry();
    current.entry = entry.entry;
    current.depth = <u32>max(0, count - 1);
    current.route.copy(entry.route);
    current.params.copy(entry.params);
    current.focus = entry.focus;
    copyScroll(current.scroll, entry.scroll);
    current.action = action;
    this.publishFresh(current);
  }
}

function addDestination(destinations: List<HistoryDestination>, route: Text, params: Dynamic): void {
  const destination = destinations.add();
  destination.route.text = route.text;
  destination.params.copy(params);
  keepParameters(destination.params);
}

/** Copies a text out of the frame. */
function keepText(text: Text): void {
  text.text = text.text;
}

/** Copies parameters out of the frame. */
function keepParameters(params: Dynamic): void {
  const bytes = params.toArray();
  params.set(bytes.length > 0 ? bytes : nil());
}

function nil(): Uint8Array {
  const bytes = new Uint8Array(1);
  bytes[0] = NIL;
  return bytes;
}

function copyScroll(target: List<ScrollOffset>, source: List<ScrollOffset>): void {
  target.clear();
  for (let i = 0; i < source.length; i++) {
    const offset = target.add();
    offset.key = source.at(i).key;
    offset.offset = source.at(i).offset;
  }
}

start(new History());
export * from './kit/exports';
