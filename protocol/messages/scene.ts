/**
 * The scene: the node tree, its layout and its animations. docs/SCENE.md says what layout does and how a display list reads.
 *
 *   page --commit--> scene            one atomic batch of changes to the tree
 *   display --tick--> scene           one animation frame: scene runs animations, lays out what changed, and answers with
 *   scene --strings, displayList--> display    ... the picture, when it differs from the last one
 *   scene --rest--> display           ... that nothing is left to do: no tick is needed until a change, which scene tells by `due`
 *   scene ~~layout~~> followers       ... where the focusable nodes are, when that changed
 *
 * A node is an integer that the application chooses: 0 is the root, which always exists, and others must be below
 * `SCENE_NODES_MAX`. A change that names a missing node or makes no sense is skipped and counted in the state's
 * `rejected`; the rest of its batch applies.
 */
import { DISPLAY_CLIP_WORDS, DISPLAY_CLIPS_MAX, DISPLAY_ITEM_WORDS, DISPLAY_ITEMS_MAX } from '../ports/display.js';
import { actor, bin, bool, choice, f64, i32, list, message, optional, publication, str, struct, u32, u53 } from '../schema.js';

/** Handles are direct indices into the tree's columns. The bound is 15 busy screens, and takes 8 MB of a snapshot's 16. */
export const SCENE_NODES_MAX = 32_768;
/**
 * Numbers of nodes that `tandem/screen` leaves to an overlay, two pictures of it: its next one replaces the last in one commit. They end where a small
 * picture's columns do, which grow by powers of two.
 */
export const OVERLAY_NODES = { first: 448, last: 511 } as const;
/** Length of all texts and sources, in UTF-16 code units of at most three bytes: one tick can send them with the largest picture. */
export const SCENE_STRING_LENGTH_MAX = 640 << 10;
/** Published focusable nodes and groups: all fit one frame. Further ones in document order cannot be focused. */
export const SCENE_FOCUSABLES_MAX = 8192;
/** Animations that run or wait at once: two for each node of a busy screen. */
export const SCENE_ANIMATIONS_MAX = 4096;

// biome-ignore format: the table reads by group
/** Numeric properties of a node, by wire number. Append only. Values are in pixels unless docs/SCENE.md says otherwise. */
export const SCENE_PROPERTIES = [
  'x', 'y', 'width', 'height', 'scale', 'opacity', 'colour', 'radius', 'clip', 'visible',
  'layout', 'absolute', 'grow', 'shrink', 'gap', 'paddingLeft', 'paddingTop', 'paddingRight', 'paddingBottom', 'justify', 'align',
  'fontSize', 'fontWeight', 'lineHeight', 'lines', 'textAlign', 'focusable', 'focusGroup',
] as const;
export type SceneProperty = (typeof SCENE_PROPERTIES)[number];

/** Values of the property `layout`, by number. */
export const SCENE_LAYOUTS = ['absolute', 'row', 'column'] as const;
/** Values of the property `justify`, by number. */
export const SCENE_JUSTIFIES = ['start', 'centre', 'end', 'space between', 'space around', 'space evenly'] as const;
/** Values of the property `align`, by number. */
export const SCENE_ALIGNS = ['stretch', 'start', 'centre', 'end'] as const;
/** Values of the property `textAlign`, by number. */
export const SCENE_TEXT_ALIGNS = ['start', 'centre', 'end'] as const;

const property = choice('SceneProperty', SCENE_PROPERTIES);

const nodeCreate = struct('NodeCreate', { node: u32, type: choice('NodeType', ['view', 'image', 'text']) });
/** `before` is a child of `parent`, or 0 to append. A node that is in the tree moves, with its subtree. */
const nodeInsert = struct('NodeInsert', { parent: u32, node: u32, before: u32 });
/** Sets a property, and ends its animation. */
const propertySet = struct('PropertySet', { node: u32, property, value: f64 });
/** The text of a text node or the source of an image. */
const nodeString = struct('NodeString', { node: u32, value: str() });

/** A node's property has one animation at a time: a later one replaces it. The clock starts at the next tick. */
const propertyAnimation = struct('PropertyAnimation', {
  node: u32,
  property,
  /** Start value; null for the property's value at the end of the delay. */
  from: optional(f64),
  to: f64,
  durationMs: f64,
  delayMs: f64,
  /** Control points of a CSS cubic-bezier; 0, 0, 1, 1 is linear. x1 and x2 lie in [0, 1]. */
  x1: f64,
  y1: f64,
  x2: f64,
  y2: f64,
  /** Number of repetitions after the first run; -1 for endless. */
  repeat: i32,
});
/** Ends an animation at its present value, or at its `to`. */
const animationCancel = struct('AnimationCancel', { node: u32, property, leave: choice('CancelLeave', ['current', 'end']) });

/**
 * The place of a focusable node or focus group on the screen once running movements have ended: the sums of laid-out places
 * and the targets of x and y. Scale is left out, so that a growing focused card does not count as moving.
 */
const layoutRect = struct('LayoutRect', {
  node: u32,
  /** Nearest ancestor that is a focus group; 0 is the root. */
  group: u32,
  focusable: bool,
  x: f64,
  y: f64,
  width: f64,
  height: f64,
  /** Place among the members of `group` in document order, from 0. */
  order: u32,
  isGroup: bool,
});

export const scene = actor({
  name: 'scene',
  address: 1,
  state: struct('SceneState', {
    /** Frame of the last tick. */
    frame: u32,
    timeMicros: u53,
    /** Number of changes skipped because they made no sense. */
    rejected: u32,
    layoutDirty: bool,
    focusablesDirty: bool,
    displayDirty: bool,
    /** `animating` of the last display list. */
    animatingShown: bool,
    /** Per node one byte: 0 free, 1 view, 2 image, 3 text. */
    types: bin(SCENE_NODES_MAX),
    /** Five columns of i32 LE, one entry per node: parent, first child, last child, next, previous; -1 is none. */
    links: bin(SCENE_NODES_MAX * 20),
    /** Per node a u32 LE: bit p is 1 when property p has been set, and 0 when it has its default. */
    given: bin(SCENE_NODES_MAX * 4),
    /** The values that have been set, as f64 LE, by node and then by property number. */
    values: bin(SCENE_NODES_MAX * SCENE_PROPERTIES.length * 8),
    strings: list(nodeString),
    /** Nodes whose string the display does not have yet. */
    stringsDirty: list(u32),
    /** Per animation thirteen f64 LE: the columns of js-actors/scene/animation.ts. */
    animations: bin(SCENE_ANIMATIONS_MAX * 13 * 8),
    /** Per published rectangle nine f64 LE, the fields of LayoutRect in order; 2 more in the last when the node was removed since. */
    focusables: bin(SCENE_FOCUSABLES_MAX * 9 * 8),
    /** The string that the display has, for each node of `stringsDirty`. */
    stringsShown: list(str()),
    /** The display's list, stored while `displayDirty`; width is -1 when there is none. Otherwise it follows from the rest. */
    shownWidth: f64,
    shownHeight: f64,
    shownItems: bin(DISPLAY_ITEMS_MAX * DISPLAY_ITEM_WORDS * 4),
    shownClips: bin(DISPLAY_CLIPS_MAX * DISPLAY_CLIP_WORDS * 4),
    shownOmitted: u32,
  }),
  receives: {
    /** Applied in the order of the fields, each list in its own order. */
    commit: message({
      kind: 0x0101,
      lane: 'interactive',
      fields: {
        creates: list(nodeCreate),
        inserts: list(nodeInsert),
        sets: list(propertySet),
        strings: list(nodeString),
        animations: list(propertyAnimation, SCENE_ANIMATIONS_MAX),
        cancels: list(animationCancel),
        /** Each with its subtree. The handles are free again after the batch. */
        removes: list(u32),
        /** Removes all nodes but the root before the rest is applied: for a restarted page, which knows no nodes, and its first picture. */
        replaces: bool,
      },
    }),
    /** `timeMicros` is the time of the frame on the display's clock. A late tick replaces the ones before it. */
    tick: message({ kind: 0x0102, lane: 'interactive', overflow: 'latest', fields: { frame: u32, timeMicros: u53 } }),
    /** Sent by an empty display: the next tick sends all strings and a display list. */
    redraw: message({ kind: 0x0103, lane: 'interactive', fields: {} }),
  },
  publishes: {
    /**
     * A change: new or different rectangles in document order, and removed nodes. A node in both was removed, and another one
     * has its number. A fresh publication has all rectangles.
     */
    layout: publication({
      kind: 0x0140,
      lane: 'interactive',
      fields: { frame: u32, changed: list(layoutRect), removed: list(u32) },
    }),
  },
  sendsTo: ['display'],
});
