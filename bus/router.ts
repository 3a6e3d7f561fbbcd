/**
 * The router of one VM: every frame that leaves or enters the VM passes `emit` or `arrive`.
 *
 *   party --emit--> permission --> followers --+--> local mailbox
 *                                              +--> link to the target's VM
 *   link --arrive--> header --> epoch --> duplicate --> permission of a new source --> local mailbox (or onward, when the target has moved)
 *
 * Nothing is dropped silently: a frame that is refused or cannot be delivered becomes a dead letter, and if it is a request, it is
 * answered with a typed error at once. A full must-deliver mailbox or link makes `emit` and `arrive` return false: the frame
 * stays where it is and is offered again. Until `begin`, the same goes for a frame whose target is not there yet.
 */

import { DecodeError, type ErrorCode } from '../protocol/errors.js';
import {
  checkFrame,
  EPOCH_OFFSET,
  frameLength,
  KIND_OFFSET,
  readU16,
  readU32,
  SEQUENCE_OFFSET,
  SOURCE_OFFSET,
  TARGET_OFFSET,
  u53At,
  writeU16,
} from '../protocol/frame.js';
import type { Address, Epoch, Kind, Sequence } from '../protocol/names.js';
import { fieldKey, requestNumber, withdrawnRequest } from './body.js';
import { CachedView } from './copier.js';
import type { KindFacts, Kinds } from './kinds.js';
import type { LinkWriter } from './link.js';
import { LANES, type Mailbox } from './mailbox.js';
import type { IncomingRequest, RequestLedger } from './requests.js';

/** A party that lives in this VM, as the router sees it. */
export interface LocalTarget {
  readonly address: Address;
  readonly mailbox: Mailbox;
  /** True while its own output waits for room. Then its mailbox takes frames over capacity, or two could wait for each other for ever. */
  readonly blocked: boolean;
  /** Highest sequence accepted per source and lane, at `source * LANES.length + lane`. */
  readonly seen: number[];
}

/** The way to another VM. */
export interface RemoteTarget {
  readonly vm: string;
  readonly writer: LinkWriter;
}

export interface RouterStats {
  duplicates: number;
  /** Frames of an older epoch. */
  fenced: number;
  /** Frames of a kind that their source may not send. */
  refused: number;
  /** Frames that a mailbox took over its capacity. */
  forced: number;
}

/** The known facts about a source's incarnations. */
interface Fence {
  readonly epoch: Epoch;
  /** Last sequence of the earlier incarnations. */
  readonly lastSequence: Sequence;
}

/** Told of every frame that passes. The bytes are valid during the call. */
export interface FrameTap {
  /** A party of this VM has sent a frame to `target`. */
  emitted(bytes: Uint8Array, at: number, target: Address): void;
  /** A frame has arrived over a link, and will not be offered again. */
  arrived(bytes: Uint8Array, at: number): void;
  /** A frame goes nowhere, and must be kept as a dead letter. */
  rejected(code: ErrorCode, detail: string, bytes: Uint8Array, at: number, length: number): void;
  /** A frame goes nowhere, as is meant for such a frame: told before it counts as emitted or arrived. */
  discarded(why: Discard, bytes: Uint8Array, at: number): void;
}

/**
 * dropped: a mailbox is full, and the kind says so. replaced: a newer frame of its key has taken its place in a mailbox. duplicate: it was
 * accepted before. muted: a lost VM's actor emits it again, for a port that has started anew. late: nobody waits for it any more.
 */
export type Discard = 'dropped' | 'replaced' | 'duplicate' | 'muted' | 'late';

export interface RouterOptions {
  readonly kinds: Kinds;
  readonly tap: FrameTap;
  readonly requests: RequestLedger;
  /** Called when a request could not be delivered: its requester must be told. */
  readonly bounce: (requester: Address, request: number, kind: Kind, code: ErrorCode) => void;
  /** Called when a request arrives from an ended incarnation of a port: its target must be told that nobody waits for the answer. */
  readonly orphaned: (request: IncomingRequest) => void;
}

export class Router {
  readonly stats: RouterStats = { duplicates: 0, fenced: 0, refused: 0, forced: 0 };
  private readonly local = new Map<number, LocalTarget>();
  private readonly remote = new Map<number, RemoteTarget>();
  private readonly fences = new Map<number, Fence>();
  private readonly kinds: Kinds;
  /** Frames emitted to these addresses are dropped. */
  private readonly muted = new Set<number>();
  /** Frames emitted to these addresses wait at their source. */
  private readonly held = new Set<number>();
  private silent = false;
  private holding = false;
  /** True once every actor runs or never will. From then on a frame without a target is refused; before, it waits. */
  private begun = false;
  private readonly kept = new CachedView();
  private readonly replaced = (bytes: Uint8Array, at: number): void => this.options.tap.discarded('replaced', bytes, at);

  constructor(private readonly options: RouterOptions) {
    this.kinds = options.kinds;
  }

  addLocal(target: LocalTarget): void {
    this.local.set(target.address, target);
  }

  removeLocal(address: Address): void {
    this.local.delete(address);
  }

  /** Sends frames for `address` to another VM from now on; null when no VM has it. A local party takes precedence over the route. */
  setRoute(address: Address, target: RemoteTarget | null): void {
    if (target) this.remote.set(address, target);
    else this.remote.delete(address);
  }

  /** Whether `address` has a route. A party that is moving from one VM to another has one, too. */
  hasRoute(address: Address): boolean {
    return this.local.has(address) || this.remote.has(address) || this.held.has(address);
  }

  /** Until `lift`, frames emitted to this address find no room. */
  hold(address: Address): void {
    this.held.add(address);
  }

  lift(address: Address): void {
    this.held.delete(address);
  }

  /** Frames from `source` with a lower epoch are refused from now on, unless they had left before it ended. */
  fence(source: Address, epoch: Epoch, lastSequence: Sequence): void {
    if (epoch > (this.fences.get(source)?.epoch ?? 0)) this.fences.set(source, { epoch, lastSequence });
  }

  /** Drops what parties emit to these addresses: frames that a lost VM's actors emit again are not for ports that have restarted. */
  mute(addresses: readonly number[]): void {
    this.muted.clear();
    for (const address of addresses) this.muted.add(address);
  }

  /** Holds frames between parties of this VM at their gates: until all have recovered, nobody knows which requests are open. */
  holdLocal(holds: boolean): void {
    this.holding = holds;
  }

  /** From now on every party that is meant to be there is there. */
  begin(): void {
    this.begun = true;
  }

  /** Lets nothing out or in: the VM was lost, and what still runs in its thread must not be heard, nor take what the next one needs. */
  silence(): void {
    this.silent = true;
  }

  /** Whether the party is here and takes messages of its runtime. */
  canBeTold(address: Address): boolean {
    return this.local.get(address)?.mailbox.hasForcedRoom(0) ?? false;
  }

  /** Records a frame that a party of this VM had accepted before the VM was lost. */
  acceptAgain(target: Address, bytes: Uint8Array, at: number): void {
    const facts = this.kinds.get(readU16(bytes, at + KIND_OFFSET));
    if (facts) this.noteAdmitted(target, facts, bytes, at);
  }

  /** Followers, perhaps none, of a publication that a local party emits. */
  followersOf(bytes: Uint8Array, at: number): readonly number[] {
    return (this.kinds.get(readU16(bytes, at + KIND_OFFSET))?.followers ?? []).filter((follower) => this.hasRoute(follower));
  }

  /** @returns false when the source may not send this kind; the frame has become a dead letter */
  permits(bytes: Uint8Array, at: number): boolean {
    const facts = this.kinds.get(readU16(bytes, at + KIND_OFFSET));
    const source = readU16(bytes, at + SOURCE_OFFSET);
    if (facts && (facts.senders === null || facts.senders.has(source))) return true;
    this.stats.refused++;
    this.reject('refused', facts ? `${this.kinds.partyName(source)} may not send ${facts.name}` : 'unknown kind', bytes, at);
    return false;
  }

  /**
   * Takes a stamped and permitted frame from a local party on its way to `target`, which is written into it.
   * @returns false when the target has no room: offer it again later
   */
  emit(bytes: Uint8Array, at: number, target: Address): boolean {
    if (this.silent || this.muted.has(target)) return this.leaveOut(bytes, at);
    if (this.held.has(target) || (this.holding && this.local.has(target))) return false;
    if (!this.begun && !this.hasRoute(target)) return false;
    writeU16(bytes, at + TARGET_OFFSET, target);
    const accepted = this.place(target, bytes, at);
    if (accepted) this.options.tap.emitted(bytes, at, target);
    return accepted;
  }

  private leaveOut(bytes: Uint8Array, at: number): true {
    this.options.tap.discarded('muted', bytes, at);
    return true;
  }

  /** Takes a frame from a link. @returns false when its target has no room, or the VM is silent: it must stay in the link */
  arrive(bytes: Uint8Array, at: number, end: number): boolean {
    if (this.silent) return false;
    try {
      checkFrame(bytes, at, end);
    } catch (error) {
      this.options.tap.rejected('undecodable', error instanceof DecodeError ? error.message : String(error), bytes, at, end - at);
      return true;
    }
    const target = readU16(bytes, at + TARGET_OFFSET);
    const accepted = this.place(target, bytes, at);
    if (accepted) this.options.tap.arrived(bytes, at);
    return accepted;
  }

  private place(target: Address, bytes: Uint8Array, at: number): boolean {
    const local = this.local.get(target);
    return local ? this.deliver(local, bytes, at) : this.forward(target, bytes, at);
  }

  private deliver(target: LocalTarget, bytes: Uint8Array, at: number): boolean {
    const view = this.kept.of(bytes);
    const source = view.getUint16(at + SOURCE_OFFSET);
    const epoch = view.getUint32(at + EPOCH_OFFSET);
    const sequence = u53At(view, at + SEQUENCE_OFFSET);
    const fence = this.fences.get(source);
    if (fence !== undefined && epoch < fence.epoch && sequence > fence.lastSequence) {
      this.stats.fenced++;
      this.reject('refused', `epoch ${epoch} of ${this.kinds.partyName(source)} is older than ${fence.epoch}`, bytes, at);
      return true;
    }
    const facts = this.kinds.of(bytes, at);
    if (!facts) {
      this.reject('undecodable', 'unknown kind', bytes, at);
      return true;
    }
    const key = source * LANES.length + facts.lane;
    const seen = target.seen[key] ?? 0;
    if (sequence <= seen) {
      this.stats.duplicates++;
      this.options.tap.discarded('duplicate', bytes, at);
      return true;
    }
    // Checked once for each source: its own VM has checked every frame, so only a damaged header fails here.
    if (seen === 0 && !this.permits(bytes, at)) return true;
    const answers = facts.role === 'reply' || facts.role === 'failure';
    if (answers && !this.expects(target.address, facts, bytes, at)) return true;
    if (facts.role === 'withdrawal' && !this.isInHand(target.address, bytes, at)) return true;
    const admission = this.admit(target, facts, bytes, at);
    if (admission === 'full') return false;
    if (admission === 'in') this.noteAdmitted(target.address, facts, bytes, at);
    if (fence === undefined || epoch > fence.epoch) this.fences.set(source, { epoch, lastSequence: sequence - 1 });
    target.seen[key] = sequence;
    return true;
  }

  private noteAdmitted(target: Address, facts: KindFacts, bytes: Uint8Array, at: number): void {
    const answers = facts.role === 'reply' || facts.role === 'failure';
    if (answers) this.options.requests.settled(target, requestNumber(bytes, at, at + frameLength(bytes, at)));
    else if (facts.role === 'request') this.noteRequest(target, facts.kind, bytes, at);
    else if (facts.role === 'withdrawal') this.noteWithdrawal(target, bytes, at);
  }

  /** Records a request. One without a number cannot be answered: its body is malformed, as its target will find. */
  private noteRequest(target: Address, kind: Kind, bytes: Uint8Array, at: number): void {
    const request = requestNumber(bytes, at, at + frameLength(bytes, at));
    if (request < 0) return;
    const requester = readU16(bytes, at + SOURCE_OFFSET);
    const entry = { target, requester, request, kind, epoch: readU32(bytes, at + EPOCH_OFFSET) };
    this.options.requests.accepted(entry);
    if (this.isOrphaned(entry)) this.options.orphaned(entry);
  }

  /** Whether the requester is a port whose incarnation has ended, so that the next one does not remember the request. */
  isOrphaned({ requester, epoch }: Pick<IncomingRequest, 'requester' | 'epoch'>): boolean {
    return epoch < (this.fences.get(requester)?.epoch ?? 0) && this.kinds.party(requester).forgets;
  }

  /** False when a withdrawal has come too late to matter: its request has been answered, or the target does not have it. */
  private isInHand(target: Address, bytes: Uint8Array, at: number): boolean {
    const withdrawn = withdrawnRequest(bytes, at);
    if (withdrawn !== null && this.options.requests.holds({ target, ...withdrawn })) return true;
    this.options.tap.discarded('late', bytes, at);
    return false;
  }

  /** Records a withdrawal: an answer is refused from now on. */
  private noteWithdrawal(target: Address, bytes: Uint8Array, at: number): void {
    const withdrawn = withdrawnRequest(bytes, at);
    if (withdrawn) this.options.requests.answered(target, withdrawn.requester, withdrawn.request, withdrawn.kind);
  }

  /** False for an answer to a request that has already settled: it is refused, so that nothing is answered twice. */
  private expects(requester: Address, facts: KindFacts, bytes: Uint8Array, at: number): boolean {
    if (this.options.requests.isOpen(requester, requestNumber(bytes, at, at + frameLength(bytes, at)))) return true;
    if (facts.role === 'reply') this.reject('refused', 'reply to a request that has settled', bytes, at);
    else this.options.tap.discarded('late', bytes, at);
    return false;
  }

  /**
   * While its own party waits for room, a mailbox takes frames over its bounds, up to larger bounds that stop parties which flood each
   * other or themselves. Failures always get in: they are bounded by the requests in flight, and nobody else would report them.
   */
  private admit(target: LocalTarget, facts: KindFacts, bytes: Uint8Array, at: number): 'in' | 'full' | 'rejected' {
    const length = frameLength(bytes, at);
    const key = facts.overflow === 'latest' ? conflationKey(facts, bytes, at, length) : null;
    const admission = target.mailbox.offer(bytes, at, length, facts, key, this.replaced);
    if (admission === 'dropped') this.options.tap.discarded('dropped', bytes, at);
    if (admission !== 'full') return 'in';
    if (!target.blocked) return 'full';
    if (facts.role !== 'failure' && !target.mailbox.hasForcedRoom(length)) {
      const name = this.kinds.partyName(target.address);
      this.reject('overloaded', `the mailbox of ${name} is full over all bounds, and ${name} itself waits for room`, bytes, at);
      return 'rejected';
    }
    this.stats.forced++;
    target.mailbox.offer(bytes, at, length, facts, key, this.replaced, true);
    return 'in';
  }

  private forward(target: Address, bytes: Uint8Array, at: number): boolean {
    const remote = this.remote.get(target);
    if (remote) return remote.writer.write(bytes, at, frameLength(bytes, at));
    if (!this.begun) return false;
    this.reject('unreachable', `no route to ${this.kinds.partyName(target)}`, bytes, at);
    return true;
  }

  /** Keeps a frame as a dead letter, and answers it if it is a request. */
  reject(code: ErrorCode, detail: string, bytes: Uint8Array, at: number): void {
    this.discard(code, detail, bytes, at);
    this.answerWithError(code, bytes, at);
  }

  /** Keeps a frame as a dead letter, and answers nobody. */
  discard(code: ErrorCode, detail: string, bytes: Uint8Array, at: number): void {
    this.options.tap.rejected(code, detail, bytes, at, frameLength(bytes, at));
  }

  /** If the frame is a request, tells the requester that no reply will come. A requester that no longer waits refuses this. */
  answerWithError(code: ErrorCode, bytes: Uint8Array, at: number): void {
    const kind = readU16(bytes, at + KIND_OFFSET);
    if (this.kinds.get(kind)?.role !== 'request') return;
    const request = requestNumber(bytes, at, at + frameLength(bytes, at));
    if (request < 0) return;
    const requester = readU16(bytes, at + SOURCE_OFFSET);
    this.options.requests.answered(readU16(bytes, at + TARGET_OFFSET), requester, request, kind);
    this.options.bounce(requester, request, kind, code);
  }
}

function conflationKey(facts: KindFacts, bytes: Uint8Array, at: number, length: number): string | number {
  const base = readU16(bytes, at + SOURCE_OFFSET) * 0x1_0000 + facts.kind;
  if (facts.keyIndex < 0) return base;
  return `${base} ${fieldKey(bytes, at, at + length, facts.keyIndex) ?? ''}`;
}
