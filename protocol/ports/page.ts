/** The page port: the application's own code, which builds the scene and decides what the viewer's actions mean. */
import { focus } from '../messages/focus.js';
import { history } from '../messages/history.js';
import { choice, message, port, str, u32 } from '../schema.js';

export const page = port({
  name: 'page',
  address: 34,
  receives: {
    /** Enter was pressed on the focused node. */
    activated: message({ kind: 0x1201, lane: 'interactive', fields: { node: u32, group: u32 } }),
    /** An arrow led nowhere from `node`. Sent once for a held key, until focus has moved again. */
    edge: message({
      kind: 0x1202,
      lane: 'interactive',
      fields: { direction: choice('EdgeDirection', ['left', 'right', 'up', 'down']), node: u32, group: u32 },
    }),
    /** Back was pressed at the root of history: the page may leave the application. */
    leaveRequested: message({ kind: 0x1203, lane: 'interactive', fields: {} }),
    /** A navigation is held until `history.retry` with this attempt. `route` is its destination; empty for leaving the application. */
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
    /** Back was pressed while a layer is open: the page may pop the layer. */
    dismissRequested: message({ kind: 0x1205, lane: 'interactive', fields: { layer: u32 } }),
    /** Back was pressed while no layer is open. It goes through focus like Enter, so that a quick Back leaves the screen that Enter has opened. */
    backRequested: message({ kind: 0x1206, lane: 'interactive', fields: {} }),
  },
  passesOn: { backRequested: 'history.back' },
  uses: [focus, history],
  follows: ['focus.focused', 'history.current'],
  sendsTo: ['scene', 'focus', 'history', 'metrics', 'network', 'timer'],
});
