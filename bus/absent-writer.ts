/** The link to a VM that is not there, or not yet. It takes nothing, so every frame waits at its sender. */
import type { LinkWriter } from './link.js';

export const openAbsentWriter = (): LinkWriter => ({
  write: () => false,
  flush() {},
  onRoom: null,
  stats: { frames: 0, bytes: 0, refused: 0, doorbells: 0 },
  closed: false,
  close() {},
  detach() {},
});
