/**
 * The output gate of one party: whatever it emits leaves only here. Frames are stamped (source, sequence, epoch, time), checked for
 * permission and routed. Frames without room are kept in order, and block their party until they have left.
 *
 *   release ──> stamp ──> (too many refusals unheard: wait) ──> books, permission ──> router ──> (no room: wait) ──> away
 */

import { requestNumber, withdrawnRequest } from '../../../bus/body.js';
import { CachedView } from '../../../bus/copier.js';
import type { Kinds } from '../../../bus/kinds.js';
import type { RequestLedger } from '../../../bus/requests.js';
import type { Router } from '../../../bus/router.js';
import {
  EPOCH_OFFSET,
  FOLLOWERS,
  frameLength,
  KIND_OFFSET,
  readU16,
  SENT_AT_OFFSET,
  SEQUENCE_OFFSET,
  SOURCE_OFFSET,
  setU53,
  TARGET_OFFSET,
} from '../../../protocol/frame.js';
import { REFUSALS_IN_FLIGHT_MAX, REQUEST_DEADLINE_DEFAULT_MS, REQUESTS_IN_FLIGHT_MAX } from '../../../protocol/limits.js';
import type { Address, Epoch } from '../../../protocol/names.js';
import type { HeldFrame } from '../../contract/checkpoint.js';
import type { Tap } from '../tap/tap.js';

/** What a gate needs of the bus of its VM. */
export interface GateBus {
  readonly router: Router;
  readonly kinds: Kinds;
  readonly requests: RequestLedger;
  readonly tap: Tap;
  readonly lost: {
    /** A request was opened that must settle by `deadlineAt`, in microseconds. */
    watch(deadlineAt: number): void;
  };
}

/** Bound for the requests of one party that have not settled, including refused ones. */
const UNSETTLED_MAX = REQUESTS_IN_FLIGHT_MAX + REFUSALS_IN_FLIGHT_MAX;

/** Frames that an incarnation can send before the sequences of the next one begin. */
const SEQUENCES_PER_EPOCH = 2 ** 32;

/**
 * The sequence from which an incarnation without a saved state counts: greater than any that an earlier one can have sent, so that its
 * frames are not taken for duplicates.
 */
export const firstSequenceOf = (epoch: Epoch): number => (epoch - 1) * SEQUENCES_PER_EPOCH;

/** Frames that may have left before those after them are moved to the front. */
const LEFT_MAX = 1024;

/** Frames that wait to leave a gate, oldest first. Taking one costs the same however many wait. */
class HeldFrames {
  /** Total size of the frames. */
  bytes = 0;
  private frames: HeldFrame[] = [];
  private left = 0;

  get size(): number {
    return this.frames.length - this.left;
  }

  get first(): HeldFrame | undefined {
    return this.frames[this.left];
  }

  get all(): readonly HeldFrame[] {
    return this.frames.slice(this.left);
  }

  add(held: HeldFrame): void {
    this.frames.push(held);
    this.bytes += held.frame.length;
  }

  removeFirst(): void {
    this.bytes -= this.frames[this.left].frame.length;
    this.left++;
    if (this.left < LEFT_MAX && this.left < this.frames.length) return;
    this.frames = this.frames.slice(this.left);
    this.left = 0;
  }
}

export class Gate {
  /** Sequence of the last frame that left. Part of the party's saved state: it goes on across restarts. */
  sequence = 0;
  epoch = 1;
  /** True while the party moves to another VM: frames that wait stay here. */
  closed = false;
  /**
   * Waiting frames, oldest first, in one line or more: what a runtime says to one party does not wait for another party without room.
   * Otherwise a party that floods itself with failures would keep its neighbours from hearing theirs.
   */
  private readonly lines = new Map<number, HeldFrames>();
  /** A request that waits until its party has heard more refusals, and what was emitted after it: not in the books yet. */
  private readonly unasked = new HeldFrames();
  private readonly linePerTarget: boolean;
  private readonly kept = new CachedView();

  constructor(
    readonly address: Address,
    private readonly bus: GateBus,
  ) {
    this.linePerTarget = bus.kinds.isRuntime(address);
  }

  /** True while something that was emitted has not left. */
  get blocked(): boolean {
    return this.lines.size > 0 || this.unasked.size > 0;
  }

  get heldBytes(): number {
    return [...this.lines.values()].reduce((sum, { bytes }) => sum + bytes, this.unasked.bytes);
  }

  /** Frames that have not left, oldest first for each target. */
  get held(): readonly HeldFrame[] {
    return [...[...this.lines.values()].flatMap(({ all }) => all), ...this.unasked.all];
  }

  /** Takes back what had not left when the VM of the former incarnation was lost. */
  hold(held: readonly HeldFrame[]): void {
    for (const frame of held) {
      if (frame.unasked) this.unasked.add(frame);
      else this.wait(frame);
    }
  }

  /**
   * Stamps and routes the frames in `bytes[start, end)`, in place.
   * @param deadlineMs of requests among them, in place of what their schema says
   */
  release(bytes: Uint8Array, start: number, end: number, deadlineMs?: number): void {
    if (start === end) return;
    const now = this.bus.tap.now();
    const { address, epoch } = this;
    const view = this.kept.of(bytes);
    for (let at = start; at < end; at += frameLength(bytes, at)) {
      view.setUint16(at + SOURCE_OFFSET, address);
      setU53(view, at + SEQUENCE_OFFSET, ++this.sequence);
      view.setUint32(at + EPOCH_OFFSET, epoch);
      setU53(view, at + SENT_AT_OFFSET, now);
      if (this.unasked.size > 0 || this.mustHear(bytes, at)) this.waitUnasked(bytes, at);
      else this.pass(bytes, at, now, deadlineMs);
    }
  }

  private pass(bytes: Uint8Array, at: number, now: number, deadlineMs?: number): void {
    if (!this.note(bytes, at, now, deadlineMs)) return;
    if (this.bus.router.permits(bytes, at)) this.route(bytes, at);
    else this.bus.tap.tell.refused('refused', bytes, at);
  }

  private route(bytes: Uint8Array, at: number): void {
    if (readU16(bytes, at + TARGET_OFFSET) !== FOLLOWERS) this.place(bytes, at, readU16(bytes, at + TARGET_OFFSET));
    else for (const follower of this.bus.router.followersOf(bytes, at)) this.place(bytes, at, follower);
  }

  private place(bytes: Uint8Array, at: number, target: Address): void {
    if (!this.lines.has(this.lineOf(target)) && this.bus.router.emit(bytes, at, target)) return;
    this.wait({ frame: bytes.slice(at, at + frameLength(bytes, at)), target });
  }

  private lineOf(target: Address): number {
    return this.linePerTarget ? target : 0;
  }

  private wait(held: HeldFrame): void {
    const line = this.lines.get(this.lineOf(held.target));
    if (line) line.add(held);
    else this.openLine(this.lineOf(held.target)).add(held);
  }

  private openLine(number: number): HeldFrames {
    const line = new HeldFrames();
    this.lines.set(number, line);
    return line;
  }

  private waitUnasked(bytes: Uint8Array, at: number): void {
    this.unasked.add({ frame: bytes.slice(at, at + frameLength(bytes, at)), target: readU16(bytes, at + TARGET_OFFSET), unasked: true });
  }

  /**
   * Whether a request has to wait until its party has heard of others that were refused. Not if the party has no room to hear of those:
   * then it would wait for ever.
   */
  private mustHear(bytes: Uint8Array, at: number): boolean {
    const { kinds, requests, router } = this.bus;
    if (kinds.get(readU16(bytes, at + KIND_OFFSET))?.role !== 'request') return false;
    return requests.inFlight(this.address) >= UNSETTLED_MAX && router.canBeTold(this.address);
  }

  /**
   * Keeps the books of requests and replies.
   * @returns false for a reply without an open request: one that is given twice, or belongs to a request of another life, whose number may
   *   be in use again; and for the withdrawal of another party's request
   */
  private note(bytes: Uint8Array, at: number, now: number, deadlineMs?: number): boolean {
    const facts = this.bus.kinds.get(readU16(bytes, at + KIND_OFFSET));
    if (facts?.role === 'withdrawal') return this.noteWithdrawal(bytes, at);
    if (facts === undefined || (facts.role !== 'request' && facts.role !== 'reply')) return true;
    const request = requestNumber(bytes, at, at + frameLength(bytes, at));
    const target = readU16(bytes, at + TARGET_OFFSET);
    if (facts.role === 'reply') {
      const inHand = this.bus.requests.answered(this.address, target, request, facts.answers);
      if (!inHand) this.bus.router.reject('refused', 'answer to a request that is not in hand', bytes, at);
      return inHand;
    }
    if (request < 0) {
      this.bus.router.reject('undecodable', 'request without a number', bytes, at);
      return false;
    }
    const deadlineAt = now + (deadlineMs ?? facts.deadlineMs ?? REQUEST_DEADLINE_DEFAULT_MS) * 1000;
    const { requests, router, tap } = this.bus;
    const inFlight = requests.inFlight(this.address);
    const isOver = inFlight >= REQUESTS_IN_FLIGHT_MAX;
    if (inFlight >= UNSETTLED_MAX) {
      const detail = `more than ${REFUSALS_IN_FLIGHT_MAX} refused requests of one party that it has not heard of, and its mailbox is full over all bounds`;
      router.discard('overloaded', detail, bytes, at);
      tap.tell.refused('overloaded', bytes, at);
      return false;
    }
    requests.opened({ requester: this.address, request, target, kind: facts.kind, openedAt: now, deadlineAt, lost: isOver });
    if (isOver) router.reject('overloaded', `more than ${REQUESTS_IN_FLIGHT_MAX} requests of one party in flight`, bytes, at);
    else this.bus.lost.watch(deadlineAt);
    return !isOver;
  }

  /** A request that its own party withdraws is settled: neither a deadline nor a reply comes any more. */
  private noteWithdrawal(bytes: Uint8Array, at: number): boolean {
    const { kinds, requests, router } = this.bus;
    if (kinds.isRuntime(this.address)) return true;
    const withdrawn = withdrawnRequest(bytes, at);
    if (withdrawn?.requester === this.address) requests.settled(withdrawn.requester, withdrawn.request);
    else router.reject('refused', 'withdrawal of a request that is not its own', bytes, at);
    return withdrawn?.requester === this.address;
  }

  /** Offers waiting frames again. @returns true when none waits any more */
  retry(): boolean {
    if (this.closed) return false;
    for (const [number, line] of this.lines) this.retryLine(number, line);
    for (let held = this.nextUnasked; held; held = this.nextUnasked) {
      this.unasked.removeFirst();
      this.pass(held.frame, 0, this.bus.tap.now());
    }
    return !this.blocked;
  }

  private get nextUnasked(): HeldFrame | undefined {
    const { first } = this.unasked;
    return this.lines.size === 0 && first && !this.mustHear(first.frame, 0) ? first : undefined;
  }

  private retryLine(number: number, line: HeldFrames): void {
    for (let held = line.first; held && this.bus.router.emit(held.frame, 0, held.target); held = line.first) line.removeFirst();
    if (line.size === 0) this.lines.delete(number);
  }
}
