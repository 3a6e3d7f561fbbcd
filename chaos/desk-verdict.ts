/**
 * What the desk heard, against what ports are promised (docs/RECOVERY.md) and no more: without a loss of its VM every frame once, and once
 * more the one at which an incarnation ended; with one, each frame under the same source and sequence, and everything that was sent
 * after the last recovery.
 */
import type { DeskEntry } from './desk.js';
import { listenersOf } from './ending.js';
import { commandsIn, deskPoisonOf, type Plan } from './plan.js';
import { desk } from './protocol/generated/index.js';
import type { SimEnding } from './sim-run.js';
import { firstDifference } from './verdict.js';

/** A frame, as one entry for each time that its handling began. */
type Frame = readonly DeskEntry[];

const identityOf = ({ source, sequence }: Pick<DeskEntry, 'source' | 'sequence'>): string => `${source} ${sequence}`;
const contentsOf = ({ lane, id, label, number, digest }: DeskEntry): string => `${lane} ${id} ${label} ${number} ${digest}`;

function grouped<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

class DeskComparison {
  readonly problems: string[] = [];
  private readonly frames: readonly Frame[];

  constructor(
    private readonly plan: Plan,
    private readonly calm: SimEnding,
    private readonly faulty: SimEnding,
  ) {
    this.frames = [...grouped(faulty.desk.entries, identityOf).values()];
  }

  compare(): void {
    this.checkIdentity();
    this.checkOrder();
    for (const frame of this.frames) this.checkTimes(frame);
    this.compareStreams();
    this.checkNumbers();
    this.checkLast();
    this.compareAnswers();
    this.checkLetters();
  }

  private get wasLost(): boolean {
    return this.faulty.desk.vms > 1;
  }

  /** Source and sequence stand for one message, and one message has no other. */
  private checkIdentity(): void {
    for (const frame of this.frames) {
      const contents = new Set(frame.map(contentsOf));
      if (contents.size > 1)
        this.problems.push(`frame ${identityOf(frame[0])} had other contents when it came again: ${[...contents].join(', ')}`);
    }
    const numbered = this.frames.filter(([{ number }]) => number > 0);
    for (const [key, frames] of grouped(numbered, ([{ source, lane, number }]) => `${source} ${lane} ${number}`))
      if (frames.length > 1) this.problems.push(`message ${key} came as frames ${frames.map(([entry]) => identityOf(entry)).join(', ')}`);
  }

  /** In one VM what a source sends in a lane is begun in its order. */
  private checkOrder(): void {
    for (const [key, entries] of grouped(this.faulty.desk.entries, ({ vm, source, lane }) => `${vm} ${source} ${lane}`)) {
      const known = new Set<number>();
      let last = 0;
      for (const { sequence } of entries) {
        if (known.has(sequence)) continue;
        known.add(sequence);
        if (sequence < last) this.problems.push(`frame ${sequence} came after ${last} in VM, source and lane ${key}`);
        last = sequence;
      }
    }
  }

  /** A frame comes again as an incarnation has ended at it, and for nothing else while its VM lives. */
  private checkTimes(frame: Frame): void {
    const { crashes, vmOf, vms } = this.faulty.desk;
    const ends = crashes.filter((crash) => identityOf(crash) === identityOf(frame[0]));
    for (const [vm, entries] of grouped(frame, (entry) => entry.vm)) {
      const ended = ends.filter(({ epoch }) => vmOf.get(epoch) === vm).length;
      const times = entries.length;
      const isGivenUp = ended > 1 && times === ended;
      const isCutOff = vm < vms && times === ended;
      if (times !== ended + 1 && !isGivenUp && !isCutOff)
        this.problems.push(
          `frame ${identityOf(frame[0])} (message ${frame[0].id}) was begun ${times} times, and ${ended} incarnations ended at it`,
        );
    }
  }

  private compareStreams(): void {
    const heard = grouped(
      this.frames.map(([first]) => first).filter(({ number }) => number > 0),
      ({ label }) => label,
    );
    const expected = grouped(this.calm.desk.entries, ({ label }) => label);
    for (const label of new Set([...expected.keys(), ...heard.keys()])) {
      const calm = (expected.get(label) ?? []).map(({ id }) => id);
      const entries = (heard.get(label) ?? []).sort((a, b) => a.sequence - b.sequence);
      if (this.wasLost) this.checkPart(calm, entries);
      else this.checkWhole(calm, entries);
    }
  }

  private checkWhole(calm: readonly number[], entries: readonly DeskEntry[]): void {
    const ids = entries.map(({ id }) => id);
    if (ids.length !== calm.length || ids.some((id, i) => id !== calm[i]))
      this.problems.push(`the desk heard ${ids.length} of ${calm.length} in a stream: ${firstDifference(calm, ids)}`);
  }

  private checkPart(calm: readonly number[], entries: readonly DeskEntry[]): void {
    let at = 0;
    for (const { id } of entries) {
      at = calm.indexOf(id, at) + 1;
      if (at > 0) continue;
      this.problems.push(`the desk heard message ${id}, which does not come there in its stream`);
      return;
    }
  }

  private checkLast(): void {
    const ids = new Set(this.frames.map(([{ id }]) => id));
    for (const { to, id } of commandsIn(this.plan.desk?.last ?? []))
      if (to === desk.name && !ids.has(id)) this.problems.push(`message ${id} was sent to the desk when all was at rest, and did not come`);
  }

  /**
   * Every source says how many it has sent. Frames on their way when the VM was lost may be missing, so none after a frame that was sent
   * later.
   */
  private checkNumbers(): void {
    const { recoveredAt } = this.faulty.desk;
    const numbered = this.frames.map(([first]) => first).filter(({ number }) => number > 0);
    const ofPair = grouped(numbered, ({ source, lane }) => `${source} ${lane}`);
    for (const { name, address, pairs } of listenersOf(this.faulty)) {
      for (const { party, lane, sent } of pairs) {
        if (party !== desk.address) continue;
        const entries = ofPair.get(`${address} ${lane}`) ?? [];
        const certain = this.wasLost ? entries.filter(({ sentAt }) => sentAt > recoveredAt) : entries;
        const first = this.wasLost ? Math.min(sent + 1, ...certain.map(({ number }) => number)) : 1;
        const received = certain.filter(({ number }) => number >= first).length;
        if (received !== sent + 1 - first)
          this.problems.push(`${name} sent the desk frames ${first} to ${sent} in lane ${lane}, and ${received} of them came`);
      }
    }
  }

  private compareAnswers(): void {
    const poison = new Set(deskPoisonOf(this.plan));
    const mayEnd = this.faulty.desk.vmOf.size > 1;
    const { deskAnswers } = this.faulty.hand;
    for (const id of this.calm.hand.deskAnswers.keys()) {
      const answer = deskAnswers.get(id);
      if (answer !== id && !(answer === 'ended' && mayEnd)) this.problems.push(`request ${id} to the desk ended as ${answer ?? 'nothing'}`);
    }
    for (const [id, answer] of deskAnswers)
      if (poison.has(id) && answer !== 'poisoned' && !(answer === 'ended' && this.wasLost))
        this.problems.push(`request ${id}, which kills the desk, ended as ${answer}`);
  }

  /** A poison message on its way when the VM was lost may be missing, or be handled and become poison again. */
  private checkLetters(): void {
    const { poisoned, deadLetters, desk: record } = this.faulty;
    for (const id of deskPoisonOf(this.plan)) {
      const given = poisoned.filter((one) => one === id).length;
      const kept = deadLetters.filter((letter) => letter.code === 'poisoned' && letter.id === id).length;
      const [least, most] = this.wasLost ? [0, record.vms] : [1, 1];
      if (given !== kept || given < least || given > most)
        this.problems.push(
          `message ${id}, which kills the desk, was found to be poison ${given} times, and is a dead letter ${kept} times`,
        );
    }
  }
}

/** @returns one sentence for each promise to ports that was broken */
export function judgeDesk(plan: Plan, calm: SimEnding, faulty: SimEnding): string[] {
  if (!plan.desk) return [];
  const comparison = new DeskComparison(plan, calm, faulty);
  comparison.compare();
  return comparison.problems;
}
