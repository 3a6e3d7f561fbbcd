/** What is too long for a screen that shows 60 pictures a second. */

const FRAME_MICROS = 1_000_000 / 60;

/** Half of a frame: the other half is for whoever else has a part in it, and for painting. */
export const LONG_HANDLING_MICROS = 8_000;

/** A frame and a half: a picture that is later has missed its frame, and not only trembled. */
export const LATE_FRAME_MICROS = 1.5 * FRAME_MICROS;
