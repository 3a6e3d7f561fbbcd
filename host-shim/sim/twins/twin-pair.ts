/**
 * Two implementations of an actor side by side: the same messages go into both, and what comes out, what they are afterwards, and where they trap
 * must be the same, byte for byte. What traps is left out by both, as poison is, and they go on from where they were before.
 */

import { type ActorInstance, ActorTrap } from '../../../actors/contract/instance.js';
import { isA, reasonOf } from '../../../actors/contract/thrown.js';
import { OutboxBuilder } from '../../../actors/model/outbox-builder.js';
import { frameLength, SEQUENCE_OFFSET, SOURCE_OFFSET, writeU16, writeU53 } from '../../../protocol/frame.js';
import type { Address, Microseconds, SnapshotBytes } from '../../../protocol/names.js';
import { REQUESTER, type TwinMessage } from './random-messages.js';

/** A message is handed in. */
export interface HandStep {
  readonly type: 'message';
  readonly message: TwinMessage;
  readonly sentAt: Microseconds;
  /** In a batch with the one before. */
  readonly joins: boolean;
}

/** One thing that is done to the twins. Swap: each, or only the second, goes on in a new instance, from the other's snapshot. */
export type TwinStep = HandStep | { readonly type: 'swap' };

/** What two twins made of the same. */
export interface TwinFinding {
  readonly what: 'output' | 'snapshot' | 'trap' | 'malformed' | 'restored';
  /** Number of the last message, from 1. */
  readonly at: number;
  /** What the first and the second twin made: frames, a snapshot, or words. */
  readonly first: Uint8Array | string;
  readonly second: Uint8Array | string;
}

export type MakeTwin = () => ActorInstance;

/** What an instance made of a batch. */
interface Made {
  readonly output: Uint8Array;
  readonly malformed: string;
  readonly left: number;
  readonly trap: ActorTrap | null;
}

/** The snapshots of both twins. */
type Snapshots = readonly [Uint8Array, Uint8Array];

/** A batch of frames, and the offset of each. */
interface Batch {
  readonly bytes: Uint8Array;
  readonly starts: readonly number[];
}

export class TwinPair {
  /** Messages that were handed in. */
  handed = 0;
  traps = 0;
  private emitted: Uint8Array[] = [];
  /** What both were after the last batch. */
  private settled: Snapshots | null = null;
  private twins: readonly [ActorInstance, ActorInstance];
  private readonly builder = new OutboxBuilder();
  private readonly sequences = new Map<number, number>();

  /** @param swaps who goes on in a new instance: one twin that is compared with itself goes on once as it is, and once anew */
  constructor(
    private readonly address: Address,
    private readonly makers: readonly [MakeTwin, MakeTwin],
    private readonly swaps: 'both' | 'second' = 'both',
  ) {
    this.twins = [makers[0](), makers[1]()];
  }

  /** @returns what differs; null when nothing does */
  play(steps: readonly TwinStep[]): TwinFinding | null {
    for (let from = 0; from < steps.length; ) {
      const step = steps[from];
      if (step.type === 'swap') {
        from++;
        const found = this.swap();
        if (found) return found;
        continue;
      }
      let to = from + 1;
      for (let next = steps[to]; next?.type === 'message' && next.joins; next = steps[to]) to++;
      const found = this.hand(steps.slice(from, to) as readonly HandStep[]);
      if (found) return found;
      from = to;
    }
    return null;
  }

  /** @returns what both have emitted since the last call */
  takeOutput(): readonly Uint8Array[] {
    const { emitted } = this;
    this.emitted = [];
    return emitted;
  }

  /** Hands in one batch. */
  hand(steps: readonly HandStep[]): TwinFinding | null {
    const batch = this.batchOf(steps);
    const before = this.settled ?? this.snapshots();
    this.handed += steps.length;
    return this.handle(batch, before) ?? this.compareSnapshots();
  }

  private batchOf(steps: readonly HandStep[]): Batch {
    const { builder } = this;
    builder.begin();
    const starts: number[] = [];
    for (const { message: one, sentAt } of steps) {
      const { message, fields, source = REQUESTER, first = 0, fresh = false } = one;
      const at = builder.length;
      starts.push(at);
      const sequence = (this.sequences.get(source) ?? 0) + 1;
      this.sequences.set(source, sequence);
      builder.causedBy(0, 0, sentAt);
      builder.append(message as never, this.address, fields as never, first, fresh);
      writeU16(builder.bytes, at + SOURCE_OFFSET, source);
      writeU53(builder.bytes, at + SEQUENCE_OFFSET, sequence);
    }
    return { bytes: builder.bytes.slice(0, builder.length), starts };
  }

  private handle({ bytes, starts }: Batch, before: Snapshots): TwinFinding | null {
    const [first, second] = this.twins.map((twin) => made(twin, bytes)) as [Made, Made];
    const at = this.handed;
    if (trapAt(first) !== trapAt(second)) return { what: 'trap', at, first: trapText(first), second: trapText(second) };
    if (!isEqual(first.output, second.output)) return { what: 'output', at, first: first.output, second: second.output };
    if (first.malformed !== second.malformed) return { what: 'malformed', at, first: first.malformed, second: second.malformed };
    this.emitted.push(first.output);
    if (first.trap) return this.goOnWithout({ bytes, starts }, first.trap.handled, before);
    if (first.left > 0) return this.handle(rest({ bytes, starts }, starts.length - first.left), before);
    return null;
  }

  /** Both begin again from before the batch, and handle it without the message that traps. */
  private goOnWithout({ bytes, starts }: Batch, index: number, before: Snapshots): TwinFinding | null {
    this.traps++;
    this.renew(before);
    const end = starts[index] + frameLength(bytes, starts[index]);
    const kept = new Uint8Array(bytes.length - (end - starts[index]));
    kept.set(bytes.subarray(0, starts[index]));
    kept.set(bytes.subarray(end), starts[index]);
    if (kept.length === 0) return null;
    const others = [...starts.slice(0, index), ...starts.slice(index + 1).map((start) => start - (end - starts[index]))];
    return this.handle({ bytes: kept, starts: others }, before);
  }

  private renew([first, second]: Snapshots): void {
    for (const twin of this.twins) twin.dispose();
    this.twins = [this.makers[0](), this.makers[1]()];
    this.twins[0].restore(first);
    this.twins[1].restore(second);
  }

  private swap(): TwinFinding | null {
    const [first, second] = this.snapshots();
    if (this.swaps === 'both') this.renew([second, first]);
    else this.renewSecond(first);
    const [, restored] = this.snapshots();
    if (!isEqual(first, restored)) return { what: 'restored', at: this.handed, first, second: restored };
    return this.compareSnapshots();
  }

  private renewSecond(snapshot: SnapshotBytes): void {
    this.twins[1].dispose();
    this.twins = [this.twins[0], this.makers[1]()];
    this.twins[1].restore(snapshot);
  }

  private snapshots(): Snapshots {
    return [this.twins[0].snapshot().slice(), this.twins[1].snapshot().slice()];
  }

  private compareSnapshots(): TwinFinding | null {
    this.settled = this.snapshots();
    const [first, second] = this.settled;
    return isEqual(first, second) ? null : { what: 'snapshot', at: this.handed, first, second };
  }

  dispose(): void {
    for (const twin of this.twins) twin.dispose();
  }
}

function made(twin: ActorInstance, bytes: Uint8Array): Made {
  let trap: ActorTrap | null = null;
  try {
    twin.handle(bytes, 0, bytes.length);
  } catch (error) {
    if (!isA(error, ActorTrap)) throw error;
    trap = error;
  }
  const { output, malformed, left } = twin;
  const words = malformed.map(({ frame, error }) => `${frame}: ${error.message}`).join('; ');
  return { output: output.bytes.slice(output.start, output.end), malformed: words, left: trap ? 0 : left, trap };
}

const trapAt = ({ trap }: Made): number => (trap ? trap.handled : -1);
const trapText = ({ trap }: Made): string => (trap ? `traps: ${reasonOf(trap.cause)}` : 'handles it');

function rest({ bytes, starts }: Batch, from: number): Batch {
  return { bytes: bytes.slice(starts[from]), starts: starts.slice(from).map((start) => start - starts[from]) };
}

function isEqual(first: Uint8Array, second: Uint8Array): boolean {
  return first.length === second.length && first.every((byte, index) => byte === second[index]);
}
