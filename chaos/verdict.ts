/**
 * Compares a run with faults to the same run without: what was lost, doubled, put out of order, and whatever else is not as it should be.
 */
import type { CourierState, Ending } from './ending.js';
import { flawedPairs, listenersOf } from './ending.js';
import type { Heard } from './hand.js';
import { deskPoisonOf, harmfulIn, type Plan } from './plan.js';

export interface Verdict {
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly divergent: number;
  /** One sentence for each finding; empty when all is well. */
  readonly problems: readonly string[];
}

class Comparison {
  lost = 0;
  duplicated = 0;
  reordered = 0;
  readonly problems: string[] = [];
  /** Messages that must become poison. */
  private readonly harmful: readonly number[];
  /** Messages of which less is promised: docs/RECOVERY.md, ports. */
  private readonly deskPoison: ReadonlySet<number>;

  constructor(
    plan: Plan,
    private readonly calm: Ending,
    private readonly faulty: Ending,
  ) {
    this.deskPoison = new Set(deskPoisonOf(plan));
    this.harmful = plan.steps.flatMap(({ commands }) => harmfulIn(commands));
  }

  verdict(): Verdict {
    this.problems.push(...this.calm.problems.map((problem) => `without faults: ${problem}`), ...this.faulty.problems);
    this.compareStreams();
    this.comparePairs();
    this.compareStates();
    this.compareAnswers();
    this.checkLetters();
    const { divergent, deaf } = this.faulty.counters;
    if (deaf > 0) this.problems.push(`a VM was deaf ${deaf} times`);
    if (divergent > 0) this.problems.push(`${divergent} replays gave other output than the first time`);
    const { lost, duplicated, reordered, problems } = this;
    return { lost, duplicated, reordered, divergent, problems };
  }

  private compareStreams(): void {
    const calm = listenersOf(this.calm);
    for (const { name, streams } of listenersOf(this.faulty)) {
      const expected = calm.find((listener) => listener.name === name)?.streams ?? new Map<number, Heard>();
      for (const label of new Set([...expected.keys(), ...streams.keys()]))
        this.compareStream(name, expected.get(label), streams.get(label));
    }
  }

  private compareStream(listener: string, calm: Heard | undefined, faulty: Heard | undefined): void {
    const expected = calm?.count ?? 0;
    const heard = faulty?.count ?? 0;
    if (expected === heard && calm?.digest === faulty?.digest) return;
    this.lost += Math.max(0, expected - heard);
    this.duplicated += Math.max(0, heard - expected);
    if (expected === heard) this.reordered++;
    this.problems.push(`${listener} heard ${heard} of ${expected} in a stream: ${firstDifference(calm?.ids ?? [], faulty?.ids ?? [])}`);
  }

  private comparePairs(): void {
    for (const { pair, sent, received, astray } of flawedPairs(this.faulty)) {
      if (sent === received) this.reordered += astray;
      this.problems.push(`${pair}: ${sent} sent, ${received} received, ${astray} of them not in order`);
    }
  }

  private compareStates(): void {
    for (const [name, state] of this.faulty.couriers) {
      const calm = this.calm.couriers.get(name);
      if (!calm) continue;
      const difference = Object.entries(comparable(calm)).find(([part, value]) => value !== comparable(state)[part]);
      if (difference) this.problems.push(`${name} ends with ${difference[0]} ${comparable(state)[difference[0]]}, not ${difference[1]}`);
    }
  }

  private compareAnswers(): void {
    const harmful = new Set(this.harmful);
    const { answers } = this.faulty.hand;
    for (const [id, answer] of this.calm.hand.answers)
      if (answers.get(id) !== answer) this.problems.push(`request ${id} ended as ${answers.get(id) ?? 'nothing'}, not as ${answer}`);
    for (const [id, answer] of answers)
      if (harmful.has(id) && answer !== 'poisoned') this.problems.push(`request ${id}, which kills, ended as ${answer}`);
    if (this.faulty.hand.asked > 0) this.problems.push(`${this.faulty.hand.asked} requests never settled`);
  }

  /** Each poison message is reported once, and is a dead letter once. No other message is. */
  private checkLetters(): void {
    const { deadLetters } = this.faulty;
    const ofCouriers = (ids: readonly number[]) => ids.filter((id) => !this.deskPoison.has(id));
    const poisoned = ofCouriers(this.faulty.poisoned);
    const letters = ofCouriers(deadLetters.filter(({ code }) => code === 'poisoned').map(({ id }) => id));
    for (const id of new Set([...this.harmful, ...poisoned, ...letters])) {
      const [expected, given, kept] = [this.harmful, poisoned, letters].map((ids) => ids.filter((one) => one === id).length);
      if (given !== expected) this.problems.push(`message ${id} was found to be poison ${given} times, not ${expected}`);
      if (kept !== expected) this.problems.push(`message ${id} is a dead letter ${kept} times, not ${expected}`);
    }
    const runs = [
      ['', deadLetters],
      ['without faults: ', this.calm.deadLetters],
    ] as const;
    for (const [when, letters] of runs) {
      const other = letters.find(({ code, repeated }) => code !== 'poisoned' && !repeated);
      if (other) this.problems.push(`${when}a dead letter that should not be: ${other.code}, ${other.detail}`);
    }
  }
}

/** What does not depend on how streams were mixed, as text. */
function comparable({ sum, notes, asked, waiting, failed, strays }: CourierState): Record<string, string> {
  const parts = { sum, notes, asked, waiting, failed, strays };
  return Object.fromEntries(Object.entries(parts).map(([part, value]) => [part, JSON.stringify(value)]));
}

export function firstDifference(calm: readonly number[], faulty: readonly number[]): string {
  const at = calm.findIndex((id, i) => faulty[i] !== id);
  if (at < 0) return faulty.length > calm.length ? `after message ${calm.at(-1) ?? 'none'} comes ${faulty[calm.length]}` : 'other contents';
  return `message ${calm[at]} is expected at ${at}, ${faulty[at] ?? 'nothing'} is there`;
}

export const judge = (plan: Plan, calm: Ending, faulty: Ending): Verdict => new Comparison(plan, calm, faulty).verdict();
