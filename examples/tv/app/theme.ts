/** Sizes in pixels of the scene, colours as 0xRRGGBBAA. */
export const SCREEN_WIDTH = 1280;
export const SCREEN_HEIGHT = 720;
export const MARGIN = 48;

export const BACKGROUND = 0x0b0f1aff;
export const INK = 0xf4f6fbff;
export const FAINT = 0x9aa6c0ff;
export const PLACEHOLDER = 0x1c2436ff;
export const RING = 0xffd166ff;
/** Colour of the text on a focused button. */
export const ON_RING = 0x101522ff;
export const CLEAR = 0x00000000;
export const BUTTON = 0x263250ff;

export const CARD_WIDTH = 176;
export const CARD_HEIGHT = 236;
const CARD_GAP = 20;
export const CARD_STEP = CARD_WIDTH + CARD_GAP;
/** Width of the focus ring around a card's picture. */
export const CARD_RING = 4;
export const RAIL_HEIGHT = 330;
export const RAIL_TITLE_HEIGHT = 40;
export const RAILS_TOP = 150;
