/** A breakpoint in words, apart from what reads such words: that is loaded with the first breakpoint. */
import type { Breakpoint } from './breakpoint.js';

/** The reverse of `parseBreakpoint`. */
export function textOfBreakpoint({ kind = '*', actor, condition }: Breakpoint): string {
  return `${kind}${actor === undefined ? '' : ` to ${actor}`}${condition === undefined ? '' : ` if ${condition}`}`;
}
