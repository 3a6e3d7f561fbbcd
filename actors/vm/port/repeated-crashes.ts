/** A port that fails the same way at each picture would report sixty crashes a second: the same one is told once a second, with how often it was. */
import { beginningOf } from '../../../bus/beginning.js';
import { CRASH_REASON_CHARACTERS_MAX, CRASH_REPEAT_MS } from '../../../protocol/limits.js';
import type { CrashReport } from '../../contract/events.js';

export class RepeatedCrashes {
  private last: CrashReport | null = null;
  private untold = 0;

  /** @returns what is to be told; null when that is nothing new */
  admit(report: CrashReport): CrashReport | null {
    const { last, untold } = this;
    const passed = last ? report.at - last.at : 0;
    const isSame = last !== null && last.reason === report.reason && last.position === report.position;
    if (isSame && passed >= 0 && passed < CRASH_REPEAT_MS * 1000) {
      this.untold++;
      return null;
    }
    this.last = report;
    this.untold = 0;
    if (!isSame || untold === 0) return report;
    return { ...report, reason: `${beginningOf(report.reason, CRASH_REASON_CHARACTERS_MAX - 40)} (and ${untold} times before)` };
  }
}
