/** The page port: the application's own code, which builds the scene and decides what the viewer's actions mean. */
import { choice, message, port, str, u32 } from '../schema.js';

export const page = port({
  name: 'page',
  address: 34,
  receives: {
    /** Enter on the focused node. */
    activated: message({ kind: 0x1201, lane: 'interactive', fields: { node: u32, group: u32 } }),
    /** An arrow that led nowhere from `node`; once for a key that is held, until focus has moved again. */
    edge: message({
      kind: 0x1202,
      lane: 'interactive',
      fields: { direction: choice('EdgeDirection', ['left', 'right', 'up', 'down']), node: u32, group: u32 },
    }),
    /** Back at the root of history: the page leaves the application, or not. */
    leaveRequested: message({ kind: 0x1203, lane: 'interactive', fields: {} }),
    /** A navigation is held until `history.retry` with this attempt. `route` is where it leads; empty for leaving the application. */
    navigationBlocked: message({
      kind: 0x1204,
      lane: 'interactive',
      fields: {
        attempt: u32,
        blocker: u32,
        reason: str(256),
        navigation: choice('BlockedNavigation', ['push', 'replace', 'back', 'reset']),
        route: str(2048),
      },
    }),
    /** Back while a layer is open: the page pops it, or not. */
    dismissRequested: message({ kind: 0x1205, lane: 'interactive', fields: { layer: u32 } }),
    /** Back while none is. It takes the way of Enter, so that what Enter has led to is left, and not what was there before it. */
    backRequested: message({ kind: 0x1206, lane: 'interactive', fields: {} }),
  },
  passesOn: { backRequested: 'history.back' },
  follows: ['focus.focused', 'history.current'],
  sendsTo: ['scene', 'focus', 'history', 'metrics', 'network', 'timer'],
});
