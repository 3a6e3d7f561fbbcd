/** How the system was at each moment, as its supervisor knew it: what a recording tells on change, put together again. */
import type { Microseconds } from '../../protocol/names.js';
import { type SystemStatus, withChanges } from '../../trace/status.js';
import type { StatusNoted, TraceStep } from '../../trace/step.js';

export class Statuses {
  /** In the order in which they were noted, by one clock. The first is whole. */
  private readonly noted: StatusNoted[] = [];

  /** Takes in a step. */
  note(step: TraceStep): void {
    // What has changed since something that is missing says too little.
    if (step.type === 'status' && (step.whole || this.noted.length > 0)) this.noted.push(step);
  }

  /** @returns null when the recording does not tell; before its beginning, as it was then */
  at(time: Microseconds): SystemStatus | null {
    const { noted } = this;
    if (noted.length === 0) return null;
    let last = noted.findLastIndex(({ at }) => at <= time);
    if (last < 0) last = 0;
    let first = last;
    while (!noted[first].whole) first--;
    return noted.slice(first + 1, last + 1).reduce((before, { status }) => withChanges(before, status), noted[first].status);
  }
}
