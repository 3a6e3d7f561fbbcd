/**
 * Joins steps into messages: what was emitted, arrived, and was handled or rejected, as one value for each frame and target.
 *
 *   steps ──> open: emitted, not handled yet ──> ready: in the order in which they were handled ──> messages
 *
 * A message is ready when it was handled or has become a dead letter. What never is comes out once the window is full, and at the end.
 *
 * The catch: steps of different VMs come as they were collected, so that one may be handled before it is known to have been emitted. It waits
 * for that a little, and those after it with it; not at all once nothing is on its way, as in an application that stands.
 */

import type { ErrorCode } from '../protocol/errors.js';
import { CAUSE_SEQUENCE_OFFSET, CAUSE_SOURCE_OFFSET, LENGTH_BYTES, NOBODY, readU16, readU53, SENT_AT_OFFSET } from '../protocol/frame.js';
import type { Address, Epoch, Frame, Kind, Microseconds, Sequence, VmName } from '../protocol/names.js';
import { inOrder, NOTHING_COMES_HERE, type Placed } from './order.js';
import type { RecordingFacts } from './recording.js';
import type { Arrived, Emitted, Ended, Handled, MessageId, Poisoned, Rejected, TraceStep } from './step.js';

/** Messages that are emitted and not handled: more than all mailboxes of a system hold. */
const OPEN_MAX = 65_536;
/** Bytes of their frames. */
const OPEN_BYTES_MAX = 32 << 20;
/** What stays when the window is full. */
const KEPT_SHARE = 0.75;
/** Messages that wait for one of them to be known as emitted. */
const HELD_MAX = 4096;
/** How long they wait: a collector reads every VM several times in it. */
const HELD_MICROS_MAX = 1_000_000;

/** handledAgain: after a restart or a move, with its output held back. open: nobody has been seen to handle it. */
export type Outcome = 'handled' | 'handledAgain' | 'rejected' | 'poisoned' | 'open';

/** One frame on its way to one target. What the steps do not tell is null. */
export interface TracedMessage extends MessageId {
  /** Its place in the order in which actors handled messages, from 1; 0 when no actor has handled it, or not for the first time. */
  readonly number: number;
  readonly target: Address;
  readonly kind: Kind;
  /** Incarnations. */
  readonly sourceEpoch: Epoch | null;
  readonly targetEpoch: Epoch | null;
  readonly sourceVm: VmName | null;
  readonly targetVm: VmName | null;
  /** The message whose handling emitted it; null when there is none, or none is known. */
  readonly cause: MessageId | null;
  readonly sentAt: Microseconds | null;
  /** Over a link; null within one VM. */
  readonly arrivedAt: Microseconds | null;
  readonly begunAt: Microseconds | null;
  readonly endedAt: Microseconds | null;
  /** From `sentAt` to `begunAt`: on its way and in the mailbox, in microseconds. Never below 0, whatever the clocks say. */
  readonly waited: number | null;
  /** From `begunAt` to `endedAt`, in microseconds. */
  readonly handling: number | null;
  /** Length of the frame, header included. */
  readonly bytes: number | null;
  readonly digest: number | null;
  readonly frame: Frame | null;
  readonly outcome: Outcome;
  /** Why it was rejected. */
  readonly code: ErrorCode | null;
  /** An end of its target at it: a trap, a hang. */
  readonly trap: Ended | null;
  /** What it was joined from. */
  readonly steps: readonly TraceStep[];
}

/** A message whose way is not over. */
interface Open {
  readonly id: MessageId & { readonly target: Address; readonly kind: Kind };
  emitted: Emitted | null;
  arrived: Arrived | null;
  trap: Ended | null;
  end: Handled | Rejected | Poisoned | null;
  number: number;
}

const keyOf = (source: Address, sequence: Sequence, target: Address): string => `${source} ${sequence} ${target}`;

export class MessageJoin {
  private readonly open = new Map<string, Open>();
  private openBytes = 0;
  /** In the order of their ends. The first may wait for its emission. */
  private held: Open[] = [];
  private ready: TracedMessage[] = [];
  private newest: Microseconds = 0;

  /** @param number of a handled step, as `inOrder` gives it */
  add(step: TraceStep, number = 0): void {
    if (step.at > this.newest) this.newest = step.at;
    switch (step.type) {
      case 'emitted':
        this.addEmitted(step);
        break;
      case 'arrived':
        this.of(step).arrived = step;
        break;
      case 'handled':
      case 'rejected':
      case 'poisoned':
        this.end(step, number);
        break;
      case 'ended':
        this.addTrap(step);
        break;
      default:
    }
    this.bound();
  }

  /** @returns what is ready, and was not given back before */
  take(): readonly TracedMessage[] {
    const late = this.newest - HELD_MICROS_MAX;
    let count = 0;
    for (const { emitted, end } of this.held) {
      const isKnown = emitted !== null || (end!.type === 'handled' && end!.again);
      if (!isKnown && end!.at > late && this.held.length - count <= HELD_MAX) break;
      count++;
    }
    this.release(count);
    const { ready } = this;
    this.ready = [];
    return ready;
  }

  /** Nothing is on its way: what has been handled waits for no emission. */
  settle(): void {
    this.release(this.held.length);
  }

  /** There are no more steps: what is open comes out as well. */
  finish(): void {
    this.settle();
    for (const each of this.open.values()) this.ready.push(message(each));
    this.open.clear();
    this.openBytes = 0;
  }

  private release(count: number): void {
    for (const each of this.held.splice(0, count)) {
      this.remove(each);
      this.ready.push(message(each));
    }
  }

  private of({ source, sequence, target, kind }: Open['id']): Open {
    const key = keyOf(source, sequence, target);
    let open = this.open.get(key);
    if (!open) {
      open = { id: { source, sequence, target, kind }, emitted: null, arrived: null, trap: null, end: null, number: 0 };
      this.open.set(key, open);
    }
    return open;
  }

  private remove(open: Open): void {
    const { source, sequence, target } = open.id;
    const key = keyOf(source, sequence, target);
    if (this.open.get(key) !== open) return;
    this.open.delete(key);
    this.openBytes -= open.emitted?.frame?.length ?? 0;
  }

  private addEmitted(step: Emitted): void {
    const open = this.of(step);
    this.openBytes += (step.frame?.length ?? 0) - (open.emitted?.frame?.length ?? 0);
    open.emitted = step;
  }

  private end(step: Handled | Rejected | Poisoned, number: number): void {
    const open = step.type === 'handled' && step.again ? null : this.of(step);
    if (!open || open.end) {
      // Handled again; a second end of the same message is told as it is, too.
      this.held.push({ id: step, emitted: open?.emitted ?? null, arrived: null, trap: null, end: step, number });
      return;
    }
    open.end = step;
    open.number = number;
    this.held.push(open);
  }

  private addTrap(step: Ended): void {
    const { message: blamed, party } = step;
    const open = blamed && this.open.get(keyOf(blamed.source, blamed.sequence, party));
    if (open) open.trap = step;
  }

  /** The oldest leave when there are too many. */
  private bound(): void {
    if (this.held.length > 2 * HELD_MAX) this.ready.push(...this.take());
    if (this.open.size > OPEN_MAX || this.openBytes > OPEN_BYTES_MAX) this.evict();
  }

  /** Many at once: to find the oldest of a Map costs as much as what was removed before it. */
  private evict(): void {
    this.release(this.held.length);
    for (const oldest of this.open.values()) {
      if (this.open.size <= OPEN_MAX * KEPT_SHARE && this.openBytes <= OPEN_BYTES_MAX * KEPT_SHARE) return;
      this.remove(oldest);
      this.ready.push(message(oldest));
    }
  }
}

function message({ id, emitted, arrived, trap, end, number }: Open): TracedMessage {
  const handled = end?.type === 'handled' ? end : null;
  const frame = emitted?.frame ?? (end && 'frame' in end ? end.frame : null);
  const header = frame && frame.length > SENT_AT_OFFSET + 8 ? frame : null;
  const sentAt = handled?.sentAt ?? emitted?.at ?? (header && readU53(header, SENT_AT_OFFSET));
  return {
    number,
    source: id.source,
    sequence: id.sequence,
    target: id.target,
    kind: id.kind,
    sourceEpoch: emitted?.epoch ?? null,
    targetEpoch: handled?.epoch ?? null,
    sourceVm: emitted?.vm ?? null,
    targetVm: end?.vm ?? arrived?.vm ?? null,
    cause: emitted ? emitted.cause : header && causeIn(header),
    sentAt,
    arrivedAt: arrived?.at ?? null,
    begunAt: handled?.at ?? null,
    endedAt: handled?.endedAt ?? null,
    waited: handled && sentAt !== null ? Math.max(0, handled.at - sentAt) : null,
    handling: handled ? Math.max(0, handled.endedAt - handled.at) : null,
    bytes: emitted?.bytes ?? frame?.length ?? null,
    digest: emitted?.digest ?? null,
    frame: frame && frame.length > LENGTH_BYTES ? frame : null,
    outcome: outcomeOf(end),
    code: end?.type === 'rejected' ? end.code : null,
    trap,
    steps: [emitted, arrived, trap, end].filter((step) => step !== null),
  };
}

function outcomeOf(end: Open['end']): Outcome {
  if (end === null) return 'open';
  return end.type === 'handled' && end.again ? 'handledAgain' : end.type;
}

function causeIn(frame: Frame): MessageId | null {
  const source = readU16(frame, CAUSE_SOURCE_OFFSET);
  return source === NOBODY ? null : { source, sequence: readU53(frame, CAUSE_SEQUENCE_OFFSET) };
}

/** Messages of steps in their places: those that actors handled by ascending numbers. */
export async function* joinMessages(places: AsyncIterable<readonly Placed[]>): AsyncGenerator<readonly TracedMessage[]> {
  const join = new MessageJoin();
  for await (const placed of places) {
    for (const { step, number } of placed) join.add(step, number);
    if (placed === NOTHING_COMES_HERE) join.settle();
    const messages = join.take();
    if (messages.length > 0) yield messages;
  }
  join.finish();
  yield join.take();
}

/** All messages of a recording. No more is in memory than what is open, and a chunk. */
export const messagesOf = (recording: {
  readonly facts: Pick<RecordingFacts, 'parties' | 'placement'>;
  steps(): AsyncIterable<readonly TraceStep[]>;
}): AsyncGenerator<readonly TracedMessage[]> => joinMessages(inOrder(recording));
