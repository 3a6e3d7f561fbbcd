/**
 * History: the back stack. Each entry keeps a route, its parameters, and the focus and scroll to restore. docs/HISTORY.md has the
 * rules in prose.
 *
 *   page --push, replace, reset--> history     the page asks, and shows the entry in `current`
 *   page --back--> history                     the Back key, which the page passes on
 *   page --remember--> history                 what to restore in an entry, whenever it changes
 *   history ~~current~~> followers             the entry to show, and how it was reached
 *   history --leaveRequested--> page           back at the root
 *
 *   page --block--> history                    from now on:
 *   page --push--> history --navigationBlocked--> page      held, the blocker is asked
 *   page --retry--> history ~~current~~>                    it agrees; if it never does, nothing happens
 */

import { actor, choice, dynamic, f64, list, message, optional, publication, str, struct, u32 } from '../schema.js';

/** Entries of the back stack: no viewer presses Back more often. Beyond it the oldest above the root is dropped. */
export const HISTORY_ENTRIES_MAX = 64;
/** Bytes of parameters in all entries, so that a snapshot stays small. Beyond it the oldest above the root is dropped, never the current entry. */
export const HISTORY_PARAMETERS_BYTES_MAX = 256 << 10;
/** Scroll offsets of one entry: one for each rail of a screen. */
export const HISTORY_SCROLL_MAX = 64;
/** Blockers of navigation, such as forms with unsaved input. Further ones are ignored. */
export const HISTORY_BLOCKERS_MAX = 16;

const route = str(2048);

const scroll = list(
  struct('ScrollOffset', {
    /** Chosen by the page, like `focus` below. */
    key: u32,
    offset: f64,
  }),
  HISTORY_SCROLL_MAX,
);

const destination = { route, params: dynamic };
/** The entry that must be current, else nothing happens: a decision on one screen must not take effect on another. Null for any. */
const whileEntry = optional(u32);
const destinations = list(struct('HistoryDestination', destination), HISTORY_ENTRIES_MAX);

const entryState = struct('HistoryEntry', { entry: u32, ...destination, focus: u32, scroll });

const navigation = choice('HistoryNavigation', ['push', 'replace', 'back', 'reset']);

/** A navigation that waits for a blocker to agree. */
const attemptState = struct('HistoryAttempt', {
  attempt: u32,
  navigation,
  destinations,
  /** Serial of the blocker that was asked last. The ones before it have agreed. */
  asked: u32,
});

export const history = actor({
  name: 'history',
  address: 3,
  state: struct('HistoryState', {
    /** Root first, current last. */
    entries: list(entryState, HISTORY_ENTRIES_MAX),
    nextEntry: u32,
    /** In the order of their registration and of their serials. */
    blockers: list(struct('HistoryBlocker', { blocker: u32, serial: u32, reason: str(256) }), HISTORY_BLOCKERS_MAX),
    nextSerial: u32,
    held: optional(attemptState),
    nextAttempt: u32,
  }),
  receives: {
    push: message({ kind: 0x0301, lane: 'interactive', fields: { ...destination, whileEntry } }),
    /** A new entry replaces the current one, and takes over none of its memory. */
    replace: message({ kind: 0x0302, lane: 'interactive', fields: { ...destination, whileEntry } }),
    back: message({ kind: 0x0303, lane: 'interactive', fields: {} }),
    /** Replaces all entries by these, root first. An empty list changes nothing. */
    reset: message({ kind: 0x0304, lane: 'interactive', fields: { entries: destinations, whileEntry } }),
    /**
     * What to restore when the viewer returns to `entry` (of `current`). `focus` is a key of the page's own choice and not a node handle,
     * because the page makes new nodes when it comes back; 0 for none. Ignored when the entry is gone.
     */
    remember: message({ kind: 0x0305, lane: 'interactive', fields: { entry: u32, focus: u32, scroll } }),
    /** Holds every navigation until this blocker agrees (`retry`) or is gone. `blocker` is a number of the page's choice; the same one again changes its reason. */
    block: message({ kind: 0x0306, lane: 'interactive', fields: { blocker: u32, reason: str(256) } }),
    /** 0 for all blockers. A held attempt stays held: retry it. */
    unblock: message({ kind: 0x0307, lane: 'interactive', fields: { blocker: u32 } }),
    /** The blocker that was asked agrees: the next one is asked, or the navigation is performed. Only the latest attempt can be retried. */
    retry: message({ kind: 0x0308, lane: 'interactive', fields: { attempt: u32 } }),
  },
  publishes: {
    /** Always the whole state. Entry 0 means that the stack is empty. */
    current: publication({
      kind: 0x0340,
      lane: 'interactive',
      fields: {
        /** Number of the entry. Never reused. */
        entry: u32,
        /** Number of entries below it; 0 at the root. */
        depth: u32,
        ...destination,
        focus: u32,
        scroll,
        /** `restored` means that nothing moved: a follower asked. */
        action: choice('HistoryAction', ['push', 'replace', 'back', 'reset', 'restored']),
      },
    }),
  },
  sendsTo: ['page'],
});
