/** A range of the time of a run, and what of it fits a filter. */
import type { MessageFilter } from './filter.js';

/** Times at which messages were sent, in microseconds, both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What fits, of what was sent in a range of the time; null is the whole run. */
export function within(fits: MessageFilter, range: Range | null): MessageFilter {
  if (!range) return fits;
  const { from, to } = range;
  return (message) => {
    const at = message.sentAt ?? message.begunAt ?? 0;
    return at >= from && at <= to && fits(message);
  };
}
