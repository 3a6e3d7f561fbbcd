/**
 * Focus: which node the viewer is on, and where the remote control takes it. docs/FOCUS.md says how a move is decided.
 *
 *   scene ~~layout~~> focus           where the focusable nodes and groups are; moves are decided from this replica alone
 *   input --key--> focus              arrows move; Enter: focus --activated--> page; Back: focus --backRequested--> page
 *   input --pointer--> focus          a mouse, a finger or a magic remote: hover moves, press moves and activates, a wheel goes along the group
 *   page --focus, configureGroup, pushLayer, popLayer--> focus
 *   focus ~~focused~~> followers      the node, where focus was before, and why it moved
 *   focus --edge--> page              an arrow that leads nowhere
 *
 * A group is a node that scene publishes with `isGroup`; group 0 is the root. The catch: a node that the page has just committed is
 * known only after the next tick, so a wish for it (`focus`) waits for its rectangle.
 */
import { actor, bool, choice, f64, list, message, optional, publication, struct, u32, u53 } from '../schema.js';
import { scene } from './scene.js';

/** Layers on top of each other, such as dialogs on dialogs: a viewer is lost at three. */
export const FOCUS_LAYERS_MAX = 16;
/** Groups with rules: half of the most that scene publishes. Rules of further groups are ignored. */
export const FOCUS_GROUPS_MAX = 4096;
/** Depth of groups in groups, and steps up to a common one. Anything deeper counts as a member of the root. */
export const FOCUS_DEPTH_MAX = 32;
/** A wish for a node that has not appeared after this time is dropped: the viewer has gone elsewhere meanwhile. */
export const FOCUS_WISH_MS = 5_000;
/** How long a granted wish still applies to the next node of that number: the page is a frame or two ahead of scene's layout. */
export const FOCUS_WISH_AHEAD_MS = 250;
/** Keys that wait for the first node of a screen. A viewer who presses more does so because nothing happens: those further ones do nothing. */
export const FOCUS_KEYS_WAITING_MAX = 8;
/** A key that has waited longer does nothing: the viewer would not know any more what it was for. */
export const FOCUS_KEY_WAITS_MS = 5_000;
/** A key repeats when it is held this long. If it were shorter, a slow press would count twice. */
export const FOCUS_REPEAT_DELAY_MS = 400;
/** Time between the first repeats: slow enough to stop at a card. */
export const FOCUS_REPEAT_INTERVAL_MS = 180;
/** Time between repeats at full speed: about as fast as a rail can scroll. */
export const FOCUS_REPEAT_INTERVAL_MIN_MS = 60;
/** Time from the first repeat to full speed. */
export const FOCUS_REPEAT_ACCELERATION_MS = 1_500;

const key = choice('Key', ['left', 'right', 'up', 'down', 'enter', 'back']);

/** Which arrows cannot leave a group. */
const trap = choice('FocusTrap', ['none', 'horizontal', 'vertical', 'both']);

/**
 * Why focus changed: an arrow; a wish of the page; nothing had focus and now something can; the focused node was removed;
 * a layer came or went.
 */
const cause = choice('FocusCause', ['move', 'wish', 'entered', 'lost', 'layer']);

/** A rectangle as scene publishes it. */
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
  /** When the group is entered again, the member that had focus last gets it. */
  remember: bool,
  /** Member (node or group) that is entered when nothing is remembered; 0 for the nearest. */
  preferred: u32,
};

/** Rules of a group, kept also while the group is not on the screen. */
const groupState = struct('FocusGroup', {
  ...groupRules,
  /** Node in the group that had focus last; 0 for none. */
  last: u32,
  /** True when that node was removed and its number may be reused: then its place is remembered instead. */
  placed: bool,
  /** The middle of that node, relative to the group's corner. */
  placeX: f64,
  placeY: f64,
});

const layerState = struct('FocusLayer', {
  group: u32,
  preferred: u32,
  /** The node that had focus when the layer came. It gets focus back when the layer goes; 0 for none. */
  returnTo: u32,
  /** True when that node was removed: then focus returns to the node at its place in this group. */
  placed: bool,
  placeGroup: u32,
  placeX: f64,
  placeY: f64,
});

/** A key that was pressed while nothing could have focus. */
const waitingKey = struct('FocusWaitingKey', { key, since: u53 });

export const focus = actor({
  name: 'focus',
  address: 2,
  state: struct('FocusState', {
    rectangles: list(rectangle),
    groups: list(groupState),
    /** Bottom first. Arrows stay in the last one. */
    layers: list(layerState),
    focused: u32,
    /** `previous` of the last publication. */
    previous: u32,
    cause,
    /** Node or group that the page wants focused but that is not known yet; 0 for none. */
    wanted: u32,
    wantedSince: u53,
    /** The key that is down. */
    held: optional(key),
    heldSince: u53,
    /** When the held key last counted. */
    countedAt: u53,
    /** Whether the held key has reported an edge already. */
    edgeReported: bool,
    /** Target of the last granted wish, until focus moves; 0 for none. */
    granted: u32,
    /** The first one first. */
    waiting: list(waitingKey),
    /** Keys that did nothing, because too many waited or because they had waited too long. */
    expired: u32,
  }),
  receives: {
    /** The platform sends `repeat` while a key is held, at any rate; focus counts only some of them. */
    key: message({ kind: 0x0201, lane: 'interactive', fields: { key, phase: choice('KeyPhase', ['down', 'repeat', 'up']) } }),
    /** Replaces the rules of a group and keeps its memory. */
    configureGroup: message({ kind: 0x0202, lane: 'interactive', fields: groupRules }),
    /** Removes the rules and the memory of a group. */
    forgetGroup: message({ kind: 0x0203, lane: 'interactive', fields: { group: u32 } }),
    /** Asks for focus on a node or in a group; below the top layer it is given when the layers above are gone. 0 withdraws the wish. */
    focus: message({ kind: 0x0204, lane: 'interactive', fields: { node: u32 } }),
    /** Nothing outside this group can have focus until the layer is popped. `preferred` is as in `configureGroup`. */
    pushLayer: message({ kind: 0x0205, lane: 'interactive', fields: { group: u32, preferred: u32 } }),
    /** Focus returns to where it was when the layer came. 0 for all layers: a restarted page does not know those of the former one. */
    popLayer: message({ kind: 0x0206, lane: 'interactive', fields: { group: u32 } }),
    /** A pointer is over a place of the screen, in pixels of the scene. Where nothing can have focus, it means nothing. */
    pointer: message({
      kind: 0x0207,
      lane: 'interactive',
      fields: { action: choice('PointerAction', ['hover', 'press', 'forward', 'backward']), x: f64, y: f64 },
    }),
  },
  publishes: {
    /** Always the whole state. Node 0 means that nothing has focus. */
    focused: publication({
      kind: 0x0240,
      lane: 'interactive',
      fields: {
        node: u32,
        previous: u32,
        /** Group of the node. */
        group: u32,
        cause,
      },
    }),
  },
  uses: [scene],
  follows: ['scene.layout'],
  sendsTo: ['page'],
});
