/**
 * Where a VM says what happens in it: each frame, batch, incarnation and snapshot passes here once, at the moment it happens.
 *
 *   router ── emitted, arrived, rejected, discarded ──────────┐
 *   cells ─── taken, begun, frame, handled, done, ended, ... ─┼──> always kept: causes, counts per pair, dead letters, signs of life
 *   VM ────── checkpoint, moved, report ──────────────────────┘ └─> whoever listens: reports to the host, metrics, durability, a tracer
 *
 * The way of one frame: emitted ─> arrived (in the other VM, if it came over a link) ─> taken from its mailbox ─> begun ─> handled ─> done.
 * The way of an incarnation: started ─> ended. One that is lost with its VM has no end here: it is `hung`, or the next begins.
 *
 * The catch: listeners are called in the middle of things, with bytes that are valid during the call. What a listener throws changes nothing
 * of what the VM does: it is reported once, and that listener hears no more.
 */

import { DeadLetters } from '../../../bus/dead-letters.js';
import type { Discard, FrameTap } from '../../../bus/router.js';
import { PairCounter, TraceRing } from '../../../bus/trace.js';
import type { ErrorCode } from '../../../protocol/errors.js';
import { frameLength, readU16, readU53, SEQUENCE_OFFSET, SOURCE_OFFSET } from '../../../protocol/frame.js';
import type { Address, Epoch, Frame, Position, Sequence } from '../../../protocol/names.js';
import type { Beginning } from '../../../trace/step.js';
import type { CrashReport, RefusedReport, VmEvent } from '../../contract/events.js';
import { isOrdered } from '../../contract/fault.js';
import type { ActorTrap } from '../../contract/instance.js';
import { reasonOf } from '../../contract/thrown.js';
import type { Progress } from './progress.js';

/** Steps of a move, in the VM that takes them. */
export type MoveStep = 'suspended' | 'handedOver' | 'adopted' | 'forgotten' | 'resumed';

/** A listener is told what it has a method for. A party is given by its address; `bytes` are valid during the call. */
export interface TapListener {
  /** A frame of a party here has left: into a mailbox here, or into a link. */
  emitted?(bytes: Uint8Array, at: number): void;
  /** A frame has come over a link, and will not come again. It is in a mailbox here, unless it was rejected or discarded just before. */
  arrived?(bytes: Uint8Array, at: number): void;
  /** A frame has become a dead letter. */
  rejected?(code: ErrorCode, bytes: Uint8Array, at: number, length: number): void;
  /** A frame is in no mailbox, or not any more, and no dead letter either: as is meant for such a frame. */
  discarded?(why: Discard, bytes: Uint8Array, at: number): void;
  /** A party has sent a frame that goes nowhere. */
  refused?(code: RefusedReport['code'], bytes: Uint8Array, at: number): void;
  /** The frames in `bytes[0, length)` have left the mailbox of a party. */
  taken?(party: Address, bytes: Uint8Array, length: number): void;
  /**
   * A party enters the handlers of these frames.
   * @param again whether they were handled before: then what they emit is held back
   * @param position of the first in the journal; negative for those of a port, which are in none
   */
  begun?(party: Address, bytes: Uint8Array, length: number, again: boolean, position: Position): void;
  /** The frame with this number, counted from `begun`, is next. Not called for the first. */
  frame?(index: number): void;
  /** The first `frames` since `begun` were handled: what they emitted leaves next, or has left before. */
  handled?(party: Address, bytes: Uint8Array, frames: number, again: boolean): void;
  /** What was begun, and is not handled again, is finished, to its end or up to a trap; what was emitted has left. */
  done?(party: Address, micros: number): void;
  /** An incarnation runs from now on. @param begin what it begins with; null when it goes on from the one before, and for a port */
  started?(party: Address, epoch: Epoch, begin: Beginning | null): void;
  /** An incarnation has ended. @param report null when its supervisor ended it, or it goes on in another VM */
  ended?(party: Address, epoch: Epoch, report: CrashReport | null, trap: ActorTrap | null): void;
  /** The source position of a crash is known, as far as it ever will be. */
  located?(report: CrashReport): void;
  /** A snapshot of an actor is kept. @param sequence the last that the actor had sent */
  snapshot?(party: Address, bytes: Uint8Array, sequence: Sequence): void;
  /** A checkpoint of the VM was made. */
  checkpoint?(bytes: Uint8Array): void;
  moved?(party: Address, step: MoveStep): void;
  /**
   * The host is told something. The end of an incarnation is told to it after `ended`: if the next is here by permit, after its work.
   * @param trap of a crash in this incarnation of the VM
   */
  report?(event: VmEvent, trap: ActorTrap | null): void;
}

type Event = keyof TapListener;

/** A method of a listener, whatever it is told. No event has more to say. */
type Told = (a?: unknown, b?: unknown, c?: unknown, d?: unknown, e?: unknown) => void;

const toNobody: Told = () => {};

/** Calls all of them, in order. */
function toAll(listeners: readonly Told[]): Told {
  if (listeners.length <= 1) return listeners[0] ?? toNobody;
  return (a, b, c, d, e) => {
    for (const tell of listeners) tell(a, b, c, d, e);
  };
}

export class Tap implements FrameTap {
  /** Headers of the last frames: the chain of causes in a crash report is read from them. */
  readonly trace = new TraceRing();
  /** Frames emitted, for each pair. */
  readonly sent = new PairCounter();
  /** Frames taken from mailboxes, for each pair. */
  readonly received = new PairCounter();
  readonly deadLetters: DeadLetters;
  /** Tells whoever listens. By itself it is for what the tap keeps nothing of. */
  readonly tell: Required<TapListener> = {
    emitted: toNobody,
    arrived: toNobody,
    rejected: toNobody,
    discarded: toNobody,
    refused: toNobody,
    taken: toNobody,
    begun: toNobody,
    frame: toNobody,
    handled: toNobody,
    done: toNobody,
    started: toNobody,
    ended: toNobody,
    located: toNobody,
    snapshot: toNobody,
    checkpoint: toNobody,
    moved: toNobody,
    report: toNobody,
  };
  private readonly listeners = new Map<Event, readonly Told[]>();

  /**
   * @param progress where the host reads signs of life
   * @param now in microseconds since the Unix epoch
   */
  constructor(
    readonly progress: Progress,
    readonly now: () => number,
  ) {
    this.deadLetters = new DeadLetters(undefined, now);
  }

  /**
   * Calls listeners in the order in which they were added. One that throws is told of, and hears no more.
   * @returns a function that removes this one
   */
  listen(listener: TapListener): () => void {
    return this.listenWith(listener, (tell, end) => this.guarded(listener, tell, end));
  }

  /** For what the VM itself consists of: a throw in it is a defect of the VM, which is lost by it and recovers. */
  attach(listener: TapListener): void {
    this.listenWith(listener, (tell) => tell.bind(listener));
  }

  private listenWith(listener: TapListener, wrap: (tell: Told, end: () => void) => Told): () => void {
    const ends: (() => void)[] = [];
    const end = () => {
      for (const remove of ends) remove();
    };
    for (const event of Object.keys(this.tell) as Event[]) {
      const tell = listener[event] as Told | undefined;
      if (tell) ends.push(this.add(event, wrap(tell, end)));
    }
    return end;
  }

  private add(event: Event, tell: Told): () => void {
    this.set(event, [...(this.listeners.get(event) ?? []), tell]);
    return () => this.set(event, this.listeners.get(event)?.filter((other) => other !== tell) ?? []);
  }

  private set(event: Event, listeners: readonly Told[]): void {
    this.listeners.set(event, listeners);
    this.tell[event] = toAll(listeners);
  }

  /** @param end removes the listener */
  private guarded(listener: TapListener, tell: Told, end: () => void): Told {
    return (a, b, c, d, e) => {
      try {
        tell.call(listener, a, b, c, d, e);
      } catch (error) {
        if (isOrdered(error)) throw error;
        end();
        this.report({ type: 'listenerFailed', reason: reasonOf(error) });
      }
    };
  }

  /** Nobody hears anything any more: the VM is gone, and what still runs in its thread is not for those who listen. */
  end(): void {
    for (const event of this.listeners.keys()) this.set(event, []);
  }

  emitted(bytes: Uint8Array, at: number, target: Address): void {
    this.trace.record(bytes, at);
    this.sent.add(readU16(bytes, at + SOURCE_OFFSET), target);
    this.tell.emitted(bytes, at);
  }

  arrived(bytes: Uint8Array, at: number): void {
    this.trace.record(bytes, at);
    this.tell.arrived(bytes, at);
  }

  rejected(code: ErrorCode, detail: string, bytes: Uint8Array, at: number, length: number): void {
    this.deadLetters.add(code, detail, bytes, at, length);
    this.tell.rejected(code, bytes, at, length);
  }

  discarded(why: Discard, bytes: Uint8Array, at: number): void {
    this.tell.discarded(why, bytes, at);
  }

  /** @returns how many frames there are in `bytes[0, length)` */
  taken(party: Address, bytes: Uint8Array, length: number): number {
    let frames = 0;
    for (let at = 0; at < length; at += frameLength(bytes, at)) {
      this.received.add(readU16(bytes, at + SOURCE_OFFSET), party);
      frames++;
    }
    this.tell.taken(party, bytes, length);
    return frames;
  }

  /** An actor enters frames that are in the journal from `position` on. @param attempts earlier attempts at the first of them */
  begun(party: Address, bytes: Uint8Array, length: number, position: Position, attempts: number, again: boolean): void {
    this.progress.atFrames(party, position, attempts);
    this.tell.begun(party, bytes, length, again, position);
  }

  /** A port enters a frame. */
  begunAtPort(party: Address, frame: Frame): void {
    this.progress.atPortFrame(party, readU16(frame, SOURCE_OFFSET), readU53(frame, SEQUENCE_OFFSET));
    this.tell.begun(party, frame, frameLength(frame, 0), false, -1);
  }

  readonly frame = (index: number): void => {
    this.progress.frame(index);
    this.tell.frame(index);
  };

  report(event: VmEvent, trap: ActorTrap | null = null): void {
    this.tell.report(event, trap);
  }
}
