/** The way to a VM that is not there, or not yet: what is to go to it waits where it is. */
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
