/** What is remembered of the crashes of each party: a few numbers that stay when the reports have made room for others. */
import type { CrashHistory } from '../contract/condition.js';
import type { CrashReport } from '../contract/events.js';

const NONE: CrashHistory = { lastCrash: null, poisoned: null };

/** The catch: a report that took long to complete may come after that of a later incarnation, and does not replace it. */
export class CrashHistories {
  private readonly histories = new Map<string, CrashHistory>();
  private readonly epochs = new Map<string, number>();

  of(party: string): CrashHistory {
    return this.histories.get(party) ?? NONE;
  }

  crashed(report: CrashReport): void {
    const { party, epoch, reason, position, message, attempt, at } = report;
    if (epoch < (this.epochs.get(party) ?? 0)) return;
    this.epochs.set(party, epoch);
    const lastCrash = { reason, position, kindName: message.kindName, attempt, at };
    this.histories.set(party, { ...this.of(party), lastCrash });
  }

  poisoned(report: CrashReport): void {
    this.crashed(report);
    const { party, at } = report;
    const { lastCrash, poisoned } = this.of(party);
    const messages = (poisoned?.messages ?? 0) + 1;
    this.histories.set(party, { lastCrash, poisoned: { messages, at: Math.max(at, poisoned?.at ?? 0) } });
  }
}
