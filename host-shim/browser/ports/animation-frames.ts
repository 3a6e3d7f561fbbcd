import type { AnimationFrames } from '../../common/ports/frame-loop.js';

/** Those of the page, or of the worker. */
export const animationFrames: AnimationFrames = {
  ask: (onFrame) => requestAnimationFrame(onFrame),
  cancel: (asked) => cancelAnimationFrame(asked as number),
};
