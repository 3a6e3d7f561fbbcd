/**
 * Focus: which node the viewer is on, and where the remote control takes it. docs/FOCUS.md says how a move is decided.
 *
 *   scene ~~layout~~> focus           where the focusable nodes and groups are; a move is decided from this replica alone
 *   input --key--> focus              arrows move; Enter: focus --activated--> page; Back: focus --backRequested--> page
 *   page --focus, configureGroup, pushLayer, popLayer--> focus
 *   focus ~~focused~~> followers      the node, where focus came from, and why it moved
 *   focus --edge--> page              an arrow that leads nowhere
 *
 * A group is a node that scene publishes with `isGroup`; 0 is the root of all. The catch: a node that the page has just committed is
 * known only after the next tick, so a wish for it (`focus`) waits for its rectangle.
 */
import { actor, bool, choice, f64, list, message, optional, publication, struct, u32, u53 } from '../schema.js';

/** Layers over each other: dialogs on dialogs; a viewer is lost at three. */
export const FOCUS_LAYERS_MAX = 16;
/** Groups with rules: half of what scene publishes at most. The rules of further ones are passed over. */
export const FOCUS_GROUPS_MAX = 4096;
/** Groups in each other, and steps up to a common one. What lies deeper counts as a member of the root. */
export const FOCUS_DEPTH_MAX = 32;
/** A wish for a node that has not appeared by then is dropped: the viewer has gone elsewhere meanwhile. */
export const FOCUS_WISH_MS = 5_000;
/** The page is ahead of what scene has laid out by a frame or two: so long a wish that was granted stands for the next bearer of its number. */
export const FOCUS_WISH_AHEAD_MS = 250;
/** A key held this long repeats: shorter, and a slow press counts twice. */
export const FOCUS_REPEAT_DELAY_MS = 400;
/** Time between the first repeats: a viewer can still stop at a card. */
export const FOCUS_REPEAT_INTERVAL_MS = 180;
/** Time between repeats at full speed: about as fast as a rail can scroll. */
export const FOCUS_REPEAT_INTERVAL_MIN_MS = 60;
/** From the first repeat to full speed. */
export const FOCUS_REPEAT_ACCELERATION_MS = 1_500;

const key = choice('Key', ['left', 'right', 'up', 'down', 'enter', 'back']);

/** Which arrows cannot leave a group. */
const trap = choice('FocusTrap', ['none', 'horizontal', 'vertical', 'both']);

/**
 * Why focus changed: an arrow; a wish of the page; there was no focus and now something can have it; the focused node went away;
 * a layer came or went.
 */
const cause = choice('FocusCause', ['move', 'wish', 'entered', 'lost', 'layer']);

/** As scene publishes it. */
const rectangle = struct('FocusRectangle', {
  node: u32,
  group: u32,
  focusable: bool,
  x: f64,
  y: f64,
  width: f64,
  height: f64,
  order: u32,
  isGroup: bool,
});

const groupRules = {
  group: u32,
  trap,
  /** Coming back to the group goes to the member that had focus last. */
  remember: bool,
  /** Member (node or group) that is entered when nothing is remembered; 0 for the one that lies nearest. */
  preferred: u32,
};

/** Rules of a group, kept also while the group is not on the screen. */
const groupState = struct('FocusGroup', {
  ...groupRules,
  /** Node in the group that had focus last; 0 for none. */
  last: u32,
  /** It has gone, and its number may be another's: its place is remembered instead. */
  placed: bool,
  /** Its middle, from the group's corner. */
  placeX: f64,
  placeY: f64,
});

const layerState = struct('FocusLayer', {
  group: u32,
  preferred: u32,
  /** Focused node when the layer came, to go back to when it goes; 0 for none. */
  returnTo: u32,
  /** It has gone: what stands at its place in this group is gone back to. */
  placed: bool,
  placeGroup: u32,
  placeX: f64,
  placeY: f64,
});

export const focus = actor({
  name: 'focus',
  address: 2,
  state: struct('FocusState', {
    rectangles: list(rectangle),
    groups: list(groupState),
    /** Bottom first; the last is the one that arrows stay in. */
    layers: list(layerState),
    focused: u32,
    /** Of the last publication. */
    previous: u32,
    cause,
    /** Node or group that the page wants, not known yet; 0 for none. */
    wanted: u32,
    wantedSince: u53,
    /** The key that is down. */
    held: optional(key),
    heldSince: u53,
    /** When the held key last counted. */
    countedAt: u53,
    /** The held key has already reported an edge. */
    edgeReported: bool,
    /** What the last wish named that was granted, until focus moves; 0 for none. */
    granted: u32,
  }),
  receives: {
    /** `repeat` comes from the platform while a key is held, as often as it likes; focus counts only some. */
    key: message({ kind: 0x0201, lane: 'interactive', fields: { key, phase: choice('KeyPhase', ['down', 'repeat', 'up']) } }),
    /** Replaces the rules of a group. Its memory stays. */
    configureGroup: message({ kind: 0x0202, lane: 'interactive', fields: groupRules }),
    /** Back to no rules and no memory. */
    forgetGroup: message({ kind: 0x0203, lane: 'interactive', fields: { group: u32 } }),
    /** Wishes focus to a node, or into a group. One that is below the top layer gets it when the layers above are gone. 0 takes a wish back. */
    focus: message({ kind: 0x0204, lane: 'interactive', fields: { node: u32 } }),
    /** Nothing outside this group can have focus until the layer is popped. `preferred` as in `configureGroup`. */
    pushLayer: message({ kind: 0x0205, lane: 'interactive', fields: { group: u32, preferred: u32 } }),
    /** Focus goes back to where it was when the layer came. */
    popLayer: message({ kind: 0x0206, lane: 'interactive', fields: { group: u32 } }),
  },
  publishes: {
    /** Whole each time. Node 0: nothing has focus. */
    focused: publication({
      kind: 0x0240,
      lane: 'interactive',
      fields: {
        node: u32,
        previous: u32,
        /** Of the node. */
        group: u32,
        cause,
      },
    }),
  },
  follows: ['scene.layout'],
  sendsTo: ['page'],
});
