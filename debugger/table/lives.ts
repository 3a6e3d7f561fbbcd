/**
 * What a recording tells of the lives of actors and ports: where each ran, and from when, how often it began again, at what it ended, and what did not
 * reach it.
 */
import type { Address, Epoch, Microseconds, VmName } from '../../protocol/names.js';
import type { RecordingFacts } from '../../trace/recording.js';
import type { Schemas } from '../../trace/schemas.js';
import type { TraceStep } from '../../trace/step.js';
import type { RunEvent } from './told.js';

export interface Place {
  readonly vm: VmName;
  /** Since the recording began; 0 for where it was then. */
  readonly after: Microseconds;
}

export interface Life {
  readonly party: string;
  /** In the order of time. Empty when the recording does not tell. */
  readonly places: readonly Place[];
  /** Epoch of its last incarnation; 0 when none begins in the recording. */
  readonly epoch: Epoch;
  readonly restarts: number;
  /** How often it ended by a trap, a hang, or with its VM. */
  readonly ends: number;
  /** Why the last time, and where; empty when it never did. */
  readonly why: string;
  /** Messages that did not reach it. */
  readonly undelivered: number;
}

interface Growing extends Life {
  readonly places: Place[];
  epoch: Epoch;
  restarts: number;
  ends: number;
  why: string;
  undelivered: number;
}

export class Lives {
  /** Who began again or moved, in the order of the recording. */
  readonly events: RunEvent[] = [];
  private readonly lives = new Map<Address, Growing>();
  /** Whose move was the last event; null when it was none. */
  private moved: Address | null = null;

  /** @param facts null when there is nothing yet */
  constructor(
    private readonly facts: Pick<RecordingFacts, 'placement' | 'parties' | 'startedAt'> | null,
    private readonly schemas: Schemas,
  ) {
    for (const { name, address } of facts?.parties ?? []) if (facts?.placement[name]) this.lifeOf(address);
  }

  /** Those that were placed when the recording began, and those of which something is told since. */
  get all(): readonly Life[] {
    return [...this.lives.values()];
  }

  /** Takes in a step. */
  note(step: TraceStep): void {
    if (step.type === 'rejected' || step.type === 'poisoned') this.lifeOf(step.target).undelivered++;
    else if (step.type === 'ended') this.ended(step);
    else if (step.type === 'started') this.started(step);
    else if (step.type === 'moved' && step.step === 'adopted') {
      this.placed(step);
      this.happened(step, 'move');
    }
  }

  private ended({ party, reason, position }: Extract<TraceStep, { readonly type: 'ended' }>): void {
    // Whom its supervisor ended has no reason of its own.
    if (reason === '') return;
    const life = this.lifeOf(party);
    life.ends++;
    life.why = position ? `${reason}, at ${position}` : reason;
  }

  private started(step: Extract<TraceStep, { readonly type: 'started' }>): void {
    const { party, epoch } = step;
    const life = this.lifeOf(party);
    life.epoch = epoch;
    this.placed(step);
    // Whoever has moved begins a new life there.
    if (epoch === 1 || this.moved === party) return;
    life.restarts++;
    this.happened(step, 'restart');
  }

  private happened({ party, at }: { readonly party: Address; readonly at: Microseconds }, what: 'move' | 'restart'): void {
    this.moved = what === 'move' ? party : null;
    this.events.push({ at, what, party: this.schemas.partyName(party) });
  }

  private placed({ party, vm, at }: { readonly party: Address; readonly vm: VmName; readonly at: Microseconds }): void {
    const { places } = this.lifeOf(party);
    if (places.at(-1)?.vm !== vm) places.push({ vm, after: Math.max(0, at - (this.facts?.startedAt ?? 0)) });
  }

  private lifeOf(address: Address): Growing {
    const known = this.lives.get(address);
    if (known) return known;
    const party = this.schemas.partyName(address);
    const vm = this.facts?.placement[party];
    const places = vm ? [{ vm, after: 0 }] : [];
    const made: Growing = { party, places, epoch: 0, restarts: 0, ends: 0, why: '', undelivered: 0 };
    this.lives.set(address, made);
    return made;
  }
}
