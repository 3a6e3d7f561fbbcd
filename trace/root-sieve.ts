/**
 * Decides about messages whose chain of causes leads from one VM into another: here the steps of all VMs come together. The steps of one VM
 * keep their order, so what follows an undecided one waits with it.
 *
 *   js:    key (from a root) ──> focused ──┐
 *   wasm:                    focused ──> moved: open until the step `focused` of the other VM is here
 *
 * The catch: of a chain through a VM that is not traced by the same filter, or through steps that are lost, the rest is left out.
 */
import type { VmName } from '../protocol/names.js';
import { RecentMap } from './recent-map.js';
import { CHAIN_ONLY, type DecodedRecord, FROM_ROOT, OPEN_CHAIN } from './record.js';
import { chainKey } from './root-chains.js';
import type { TraceStep } from './step.js';

/** Messages from a root that are known: all that VMs can have written between two readings. */
const ROOTED_MAX = 65_536;
/** All VMs have been read so often before a chain has no root: once after the step, and once more for those that send what they traced. */
const ROUNDS = 3;
/** Steps of one VM that wait; beyond that the oldest is decided. */
const HELD_MAX = 65_536;

interface Held {
  readonly step: TraceStep;
  readonly mark: number;
  /** The round in which it came. */
  readonly round: number;
  isOpen: boolean;
}

export class RootSieve {
  private readonly held = new Map<VmName, Held[]>();
  private readonly rooted = new RecentMap<number, true>(ROOTED_MAX);
  private round = 0;

  /** @returns the steps that are decided now: not only of this VM */
  sift(vm: VmName, records: readonly DecodedRecord[]): readonly TraceStep[] {
    if (this.held.size === 0 && records.every(({ mark }) => mark === 0)) return records.map(({ step }) => step);
    const held = this.held.get(vm) ?? [];
    this.held.set(vm, held);
    for (const { step, mark } of records) {
      held.push({ step, mark, round: this.round, isOpen: (mark & OPEN_CHAIN) !== 0 });
      if (mark & FROM_ROOT) this.note(step);
    }
    return this.decided(ROUNDS);
  }

  /** All VMs were read since the last call. @returns what is decided by that */
  nextRound(): readonly TraceStep[] {
    this.round++;
    return this.decided(ROUNDS);
  }

  /** Nothing more comes. @returns the rest */
  end(): readonly TraceStep[] {
    return this.decided(0);
  }

  private note(step: TraceStep): void {
    if ('sequence' in step && 'source' in step) this.rooted.set(chainKey(step.source, step.sequence), true);
  }

  private decided(rounds: number): readonly TraceStep[] {
    this.followChains();
    const steps: TraceStep[] = [];
    for (const [vm, held] of this.held) {
      let next = 0;
      for (; next < held.length; next++) {
        const { step, mark, round, isOpen } = held[next];
        if (isOpen && this.round - round < rounds && held.length - next <= HELD_MAX) break;
        if (!isOpen && (mark & CHAIN_ONLY) === 0) steps.push(step);
      }
      if (next === held.length) this.held.delete(vm);
      else held.splice(0, next);
    }
    return steps;
  }

  /** As often as a chain leads from a VM into another that was read before. */
  private followChains(): void {
    for (let found = true; found; ) {
      found = false;
      for (const held of this.held.values()) {
        for (const one of held) {
          if (!one.isOpen || !this.isRooted(one.step)) continue;
          one.isOpen = false;
          this.note(one.step);
          found = true;
        }
      }
    }
  }

  private isRooted(step: TraceStep): boolean {
    if (!('sequence' in step && 'source' in step)) return false;
    if (this.rooted.has(chainKey(step.source, step.sequence))) return true;
    return step.type === 'emitted' && step.cause !== null && this.rooted.has(chainKey(step.cause.source, step.cause.sequence));
  }
}
