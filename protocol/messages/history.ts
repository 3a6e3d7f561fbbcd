/**
 * History: the back stack. Each entry keeps a route, its parameters, and the focus and scroll to come back to. docs/HISTORY.md has the
 * rules in prose.
 *
 *   page --push, replace, reset--> history     the page asks, and shows what `current` says
 *   page --back--> history                     the Back key, which the page passes on
 *   page --remember--> history                 what to restore in an entry, whenever it changes
 *   history ~~current~~> followers             the entry to show, and how it was reached
 *   history --leaveRequested--> page           back at the root
 *
 *   page --block--> history                    from now on:
 *   page --push--> history --navigationBlocked--> page      held, the blocker is asked
 *   page --retry--> history ~~current~~>                    it agrees; or never answers, and nothing happens
 */

import { actor, choice, dynamic, f64, list, message, optional, publication, str, struct, u32 } from '../schema.js';

/** Entries of the back stack: nobody presses Back so often. The oldest above the root goes. */
export const HISTORY_ENTRIES_MAX = 64;
/** Bytes of parameters in all entries together: a snapshot stays small. The oldest above the root goes, the current entry stays. */
export const HISTORY_PARAMETERS_BYTES_MAX = 256 << 10;
/** Scroll offsets of one entry: rails of a screen. */
export const HISTORY_SCROLL_MAX = 64;
/** Parties of one page that hold navigation: forms with unsaved input. Further ones are passed over. */
export const HISTORY_BLOCKERS_MAX = 16;

const route = str(2048);

const scroll = list(
  struct('ScrollOffset', {
    /** Chosen by the page, as `focus` below. */
    key: u32,
    offset: f64,
  }),
  HISTORY_SCROLL_MAX,
);

const destination = { route, params: dynamic };
/** The entry that must be current, else nothing happens: what was decided on one screen is not done on another. Null for any. */
const whileEntry = optional(u32);
const destinations = list(struct('HistoryDestination', destination), HISTORY_ENTRIES_MAX);

const entryState = struct('HistoryEntry', { entry: u32, ...destination, focus: u32, scroll });

const navigation = choice('HistoryNavigation', ['push', 'replace', 'back', 'reset']);

/** A navigation that waits for a blocker to agree. */
const attemptState = struct('HistoryAttempt', {
  attempt: u32,
  navigation,
  destinations,
  /** Serial of the blocker that was asked last. Those before it have agreed. */
  asked: u32,
});

export const history = actor({
  name: 'history',
  address: 3,
  state: struct('HistoryState', {
    /** Root first, current last. */
    entries: list(entryState, HISTORY_ENTRIES_MAX),
    nextEntry: u32,
    /** In the order of their registration, which is that of their serials. */
    blockers: list(struct('HistoryBlocker', { blocker: u32, serial: u32, reason: str(256) }), HISTORY_BLOCKERS_MAX),
    nextSerial: u32,
    held: optional(attemptState),
    nextAttempt: u32,
  }),
  receives: {
    push: message({ kind: 0x0301, lane: 'interactive', fields: { ...destination, whileEntry } }),
    /** A new entry takes the place of the current one: nothing is remembered in it. */
    replace: message({ kind: 0x0302, lane: 'interactive', fields: { ...destination, whileEntry } }),
    back: message({ kind: 0x0303, lane: 'interactive', fields: {} }),
    /** These entries, root first, instead of all: none leaves everything as it is. */
    reset: message({ kind: 0x0304, lane: 'interactive', fields: { entries: destinations, whileEntry } }),
    /**
     * What to restore when `entry` (of `current`) is come back to. `focus` is a key of the page's own choice and not a node handle,
     * for the page makes new nodes when it comes back; 0 for none. An entry that has gone is passed over.
     */
    remember: message({ kind: 0x0305, lane: 'interactive', fields: { entry: u32, focus: u32, scroll } }),
    /** Holds every navigation until this blocker agrees (`retry`) or is gone. `blocker` is a number of the page's choice; the same one again changes its reason. */
    block: message({ kind: 0x0306, lane: 'interactive', fields: { blocker: u32, reason: str(256) } }),
    /** 0 for all blockers. An attempt that is held stays held: retry it. */
    unblock: message({ kind: 0x0307, lane: 'interactive', fields: { blocker: u32 } }),
    /** The blocker that was asked agrees: the next one is asked, or the navigation is done. Only the latest attempt can be retried. */
    retry: message({ kind: 0x0308, lane: 'interactive', fields: { attempt: u32 } }),
  },
  publishes: {
    /** Whole each time. Entry 0: the stack is empty. */
    current: publication({
      kind: 0x0340,
      lane: 'interactive',
      fields: {
        /** Names the entry: never reused. */
        entry: u32,
        /** Entries below it; 0 at the root. */
        depth: u32,
        ...destination,
        focus: u32,
        scroll,
        /** `restored`: nothing moved, a follower asked. */
        action: choice('HistoryAction', ['push', 'replace', 'back', 'reset', 'restored']),
      },
    }),
  },
  sendsTo: ['page'],
});
