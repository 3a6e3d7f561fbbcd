/** The display: ticks the scene once per animation frame unless it rests, and paints the answer. docs/SCENE.md has the display list's layout. */
import { bin, bool, f64, list, message, port, str, struct, u32 } from '../schema.js';

/** Items of one display list: 48 bytes each, so that the list stays below the largest frame. */
export const DISPLAY_ITEMS_MAX = 16_384;
/** Clip rectangles of one display list, 20 bytes each. More clipping than this is a mistake. */
export const DISPLAY_CLIPS_MAX = 4096;
/** 32-bit words of an item. */
export const DISPLAY_ITEM_WORDS = 12;
/** 32-bit words of a clip. */
export const DISPLAY_CLIP_WORDS = 5;

/** Item type of a rectangle. */
export const VIEW_ITEM = 1;
/** Item type of a picture. Its source is the node's string. */
export const IMAGE_ITEM = 2;
/** Item type of a text, which is the node's string. */
export const TEXT_ITEM = 3;

export const display = port({
  name: 'display',
  address: 32,
  receives: {
    /** The whole visible picture, in paint order. Sent when it differs from the last one, after the strings that it needs. */
    displayList: message({
      kind: 0x1001,
      lane: 'interactive',
      overflow: 'latest',
      fields: {
        frame: u32,
        /** Size of the viewport, in pixels of the scene. */
        width: f64,
        height: f64,
        /** True while a visible animation runs or waits, so that the next ticks will change the picture. */
        animating: bool,
        /** Per item twelve words: node, style, clip, colour, x, y, width, height, opacity, radius, font size, line height. */
        items: bin(DISPLAY_ITEMS_MAX * DISPLAY_ITEM_WORDS * 4),
        /** Per clip five words: x, y, width, height, radius. Items refer to them by index. */
        clips: bin(DISPLAY_CLIPS_MAX * DISPLAY_CLIP_WORDS * 4),
        /** Number of visible items that did not fit. */
        omitted: u32,
      },
    }),
    /** Changed texts and image sources, by node. The display keeps them, and drops empty ones. */
    strings: message({
      kind: 0x1002,
      lane: 'interactive',
      fields: { strings: list(struct('DisplayString', { node: u32, value: str() })) },
    }),
    /** Answers a tick after which the scene rests: further ones would change nothing, until it says `due`. */
    rest: message({ kind: 0x1003, lane: 'interactive', fields: { frame: u32 } }),
    /** The scene rested, and something has changed: a tick is due. */
    due: message({ kind: 0x1004, lane: 'interactive', fields: {} }),
  },
  sendsTo: ['scene', 'metrics'],
  watches: ['scene'],
});
