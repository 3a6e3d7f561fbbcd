/**
 * Answers a VM that asks which crash made a request fail.
 *
 *   report of a crash ──> kept, with its position once that is known ──┬──> answers questions about that incarnation, earlier ones too
 *   a VM is lost ───────> kept for each party that was in it ──────────┴──> answers what a party has ended by since a time
 *
 * The catch: a failure may arrive before the report, which takes another way. Then the answer waits: until the report comes, until the
 * VM is lost from which it would come, or until everything ends; and at most `CONTROL_DEADLINE_MS`, since a VM may have been lost before
 * it could report.
 */

import { beginningOf } from '../../bus/beginning.js';
import type { CrashCause } from '../../protocol/errors.js';
import type { EndReason } from '../../protocol/generated/system.js';
import { CONTROL_DEADLINE_MS, CRASH_REASON_CHARACTERS_MAX, CRASHES_KNOWN_MAX } from '../../protocol/limits.js';
import type { Address, Epoch, Microseconds } from '../../protocol/names.js';
import type { CrashQuestion, CrashReport } from '../contract/events.js';
import type { Clock, Timers } from '../contract/host.js';
import type { Directory } from './directory.js';

interface Crash {
  readonly address: Address;
  readonly epoch: Epoch;
  /** Time in microseconds since the Unix epoch. */
  readonly at: Microseconds;
  readonly cause: Promise<CrashCause>;
}

/** Reasons to end that are no crash. */
const BY_ORDER: readonly (EndReason | undefined)[] = ['restarted', 'moved', 'finished', 'stopped', undefined];

interface Waiting {
  readonly question: CrashQuestion;
  readonly settle: (crash: Crash | undefined) => void;
}

export class CrashCauses {
  /** Crashes by address and epoch, newest last. */
  private readonly crashes = new Map<string, Crash>();
  /** By address: the last incarnation of which a crash was reported. No report of an earlier one will come. */
  private readonly heard = new Map<number, number>();
  private waiting: readonly Waiting[] = [];
  private ended = false;

  constructor(
    private readonly directory: Directory,
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {}

  /** @param position resolves when it is known, or cannot be found. Never rejects */
  crashed({ party, address, epoch, reason, at }: CrashReport, position: Promise<string>): void {
    const cause = position.then((position) => ({ party, epoch, reason, position }));
    this.note({ address, epoch, at, cause });
  }

  /** The VM of a party is lost: whatever the party did, its incarnation has ended by that. */
  vmLost({ party, address, epoch }: { readonly party: string; readonly address: Address; readonly epoch: Epoch }, why: string): void {
    const reason = beginningOf(why, CRASH_REASON_CHARACTERS_MAX);
    const crash = { address, epoch, at: this.clock.nowMicros(), cause: Promise.resolve({ party, epoch, reason, position: '' }) };
    // If it had crashed before, and was to be started again, that crash is the answer.
    if (!this.crashes.has(keyOf(address, epoch))) this.note(crash);
    // No crash will be reported from there any more.
    this.settle(({ party }) => party === address, crash);
  }

  /** @returns null when it was no crash */
  async of(question: CrashQuestion): Promise<CrashCause | null> {
    const crash = question.epoch === null ? this.since(question) : await this.named(question, question.epoch);
    return crash ? crash.cause : null;
  }

  /** No more reports will come. */
  end(): void {
    this.ended = true;
    this.settle(() => true, undefined);
  }

  private note(crash: Crash): void {
    const { address } = crash;
    this.crashes.delete(keyOf(address, crash.epoch));
    this.crashes.set(keyOf(address, crash.epoch), crash);
    if (this.crashes.size > CRASHES_KNOWN_MAX) this.crashes.delete([...this.crashes.keys()][0]);
    this.heard.set(address, Math.max(crash.epoch, this.heard.get(address) ?? 0));
    this.settle(({ party, epoch }) => party === address && epoch === crash.epoch, crash);
  }

  private settle(answers: (question: CrashQuestion) => boolean, crash: Crash | undefined): void {
    const answered = this.waiting.filter(({ question }) => answers(question));
    this.waiting = this.waiting.filter((each) => !answered.includes(each));
    for (const { settle } of answered) settle(crash);
  }

  /** The crash of one incarnation. */
  private async named(question: CrashQuestion, epoch: Epoch): Promise<Crash | undefined> {
    const { party } = question;
    const known = this.crashes.get(keyOf(party, epoch));
    if (known || this.ended || epoch <= (this.heard.get(party) ?? 0)) return known;
    return new Promise((answer) => {
      const overdue = this.timers.set(CONTROL_DEADLINE_MS, () => this.settle((asked) => asked === question, undefined));
      const settle = (crash: Crash | undefined) => {
        this.timers.clear(overdue);
        answer(crash);
      };
      this.waiting = [...this.waiting, { question, settle }];
    });
  }

  /**
   * A party that is down has crashed before the request; any other has crashed since. The requests that an actor works on survive the loss
   * of its VM: if they end and no crash is named, somebody stopped the actor.
   */
  private since({ party: address, code, askedAt }: CrashQuestion): Crash | undefined {
    const last = [...this.crashes.values()].findLast((crash) => crash.address === address);
    const party = this.directory.at(address);
    if (code === 'unreachable') return BY_ORDER.includes(party?.down ? party.end : undefined) ? undefined : last;
    if (code === 'ended' && !party?.losesRequests) return undefined;
    return last && last.at >= askedAt ? last : undefined;
  }
}

const keyOf = (address: Address, epoch: Epoch): string => `${address} ${epoch}`;
