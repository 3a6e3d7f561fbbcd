/**
 * Where a VM says what happens in it: each frame, batch, end and snapshot passes here once, at the moment it happens.
 *
 *   router ── emitted, arrived, rejected ─────────────────────┐
 *   cells ─── taken, begun, frame, handled, done, ended, ... ─┼──> always kept: causes, counts per pair, dead letters, signs of life
 *   VM ────── checkpoint, moved, deaf ────────────────────────┘ └─> whoever listens: reports to the host, metrics, durability, a tracer
 *
 * The way of one frame: emitted ─> arrived (in the other VM, if it came over a link) ─> taken from its mailbox ─> begun ─> handled ─> done.
 *
 * The catch: listeners are called in the middle of things, with bytes that are valid during the call. A listener must not throw.
 */
import { DeadLetters } from '../../bus/dead-letters.js';
import { PairCounter } from '../../bus/pair-counter.js';
import type { FrameTap } from '../../bus/router.js';
import { TraceRing } from '../../bus/trace.js';
import type { ErrorCode } from '../../protocol/errors.js';
import { frameLength, readU16, readU53, SEQUENCE_OFFSET, SOURCE_OFFSET } from '../../protocol/frame.js';
import type { CrashReport, DeafReport, DivergenceReport, RefusedReport } from '../contract/events.js';
import type { ActorTrap } from '../contract/instance.js';
import type { Progress } from './progress.js';

/** Steps of a move, in the VM that takes them. */
export type MoveStep = 'suspended' | 'handedOver' | 'adopted' | 'forgotten' | 'resumed';

/** A listener is told what it has a method for. A party is given by its address; `bytes` are valid during the call. */
export interface TapListener {
  /** A frame of a party here has left: into a mailbox here, or into a link. */
  emitted?(bytes: Uint8Array, at: number): void;
  /** A frame has arrived over a link, and is in a mailbox here. */
  arrived?(bytes: Uint8Array, at: number): void;
  /** A frame has become a dead letter. */
  rejected?(code: ErrorCode, bytes: Uint8Array, at: number, length: number): void;
  /** A party has sent a frame that goes nowhere. */
  refused?(code: RefusedReport['code'], bytes: Uint8Array, at: number): void;
  /** The frames in `bytes[0, length)` have left the mailbox of a party. */
  taken?(party: number, bytes: Uint8Array, length: number): void;
  /** A party enters the handlers of these frames. @param again whether they were handled before: then what they emit is held back */
  begun?(party: number, bytes: Uint8Array, length: number, again: boolean): void;
  /** The frame with this number, counted from `begun`, is next. Not called for the first. */
  frame?(index: number): void;
  /** The first `frames` since `begun` were handled: what they emitted leaves next, or has left before. */
  handled?(party: number, bytes: Uint8Array, frames: number, again: boolean): void;
  /** Handling is finished, and what was emitted has left. */
  done?(party: number, micros: number): void;
  /** An incarnation runs from now on. */
  started?(party: number, epoch: number): void;
  /** An incarnation has ended. */
  ended?(report: CrashReport, trap: ActorTrap): void;
  /** Called after `ended`, when the host is to know: if the next incarnation is here by permit, after its work. */
  reported?(report: CrashReport, trap: ActorTrap): void;
  /** A port without supervision threw, and goes on. */
  crashed?(report: CrashReport, trap: ActorTrap): void;
  /** A former incarnation of the VM has hung. */
  hung?(report: CrashReport): void;
  /** The source position of a crash is known, as far as it ever will be. */
  located?(report: CrashReport): void;
  /** A frame at which its party ended repeatedly is not handled any more. @param frame the whole frame */
  poisoned?(report: CrashReport, frame: Uint8Array): void;
  /** A party's output differed from the first time when it handled frames again. */
  divergent?(report: DivergenceReport): void;
  /** A snapshot of an actor is kept. */
  snapshot?(party: number, bytes: Uint8Array): void;
  /** A checkpoint of the VM was made. */
  checkpoint?(bytes: Uint8Array): void;
  moved?(party: number, step: MoveStep): void;
  /** Nobody would have woken the VM. */
  deaf?(report: DeafReport): void;
}

type Event = keyof TapListener;
type Tell<E extends Event> = NonNullable<TapListener[E]>;
type Listeners = { readonly [E in Event]-?: Tell<E>[] };

export class Tap implements FrameTap {
  /** Headers of the last frames: the chain of causes in a crash report is read from them. */
  readonly trace = new TraceRing();
  /** Frames emitted, for each pair. */
  readonly sent = new PairCounter();
  /** Frames taken from mailboxes, for each pair. */
  readonly received = new PairCounter();
  readonly deadLetters: DeadLetters;
  private readonly listeners: Listeners = {
    emitted: [],
    arrived: [],
    rejected: [],
    refused: [],
    taken: [],
    begun: [],
    frame: [],
    handled: [],
    done: [],
    started: [],
    ended: [],
    reported: [],
    crashed: [],
    hung: [],
    located: [],
    poisoned: [],
    divergent: [],
    snapshot: [],
    checkpoint: [],
    moved: [],
    deaf: [],
  };

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

  /** Calls listeners in the order in which they were added. @returns a function that removes this one */
  listen(listener: TapListener): () => void {
    const ends = (Object.keys(this.listeners) as Event[]).map((event) => this.add(event, listener));
    return () => {
      for (const end of ends) end();
    };
  }

  private add<E extends Event>(event: E, listener: TapListener): () => void {
    const tell = listener[event]?.bind(listener) as Tell<E> | undefined;
    const told = this.listeners[event] as Tell<E>[];
    if (tell) told.push(tell);
    return () => {
      if (tell && told.includes(tell)) told.splice(told.indexOf(tell), 1);
    };
  }

  emitted(bytes: Uint8Array, at: number, target: number): void {
    this.trace.record(bytes, at);
    this.sent.add(readU16(bytes, at + SOURCE_OFFSET), target);
    const { emitted } = this.listeners;
    if (emitted.length > 0) for (const tell of emitted) tell(bytes, at);
  }

  arrived(bytes: Uint8Array, at: number): void {
    this.trace.record(bytes, at);
    const { arrived } = this.listeners;
    if (arrived.length > 0) for (const tell of arrived) tell(bytes, at);
  }

  rejected(code: ErrorCode, detail: string, bytes: Uint8Array, at: number, length: number): void {
    this.deadLetters.add(code, detail, bytes, at, length);
    for (const tell of this.listeners.rejected) tell(code, bytes, at, length);
  }

  refused(code: RefusedReport['code'], bytes: Uint8Array, at: number): void {
    for (const tell of this.listeners.refused) tell(code, bytes, at);
  }

  /** @returns how many frames there are in `bytes[0, length)` */
  taken(party: number, bytes: Uint8Array, length: number): number {
    let frames = 0;
    for (let at = 0; at < length; at += frameLength(bytes, at)) {
      this.received.add(readU16(bytes, at + SOURCE_OFFSET), party);
      frames++;
    }
    for (const tell of this.listeners.taken) tell(party, bytes, length);
    return frames;
  }

  /** An actor enters frames that are in the journal from `position` on. @param attempts earlier attempts at the first of them */
  begun(party: number, bytes: Uint8Array, length: number, position: number, attempts: number, again: boolean): void {
    this.progress.atFrames(party, position, attempts);
    for (const tell of this.listeners.begun) tell(party, bytes, length, again);
  }

  /** A port enters a frame. */
  begunAtPort(party: number, frame: Uint8Array): void {
    this.progress.atPortFrame(party, readU16(frame, SOURCE_OFFSET), readU53(frame, SEQUENCE_OFFSET));
    for (const tell of this.listeners.begun) tell(party, frame, frameLength(frame, 0), false);
  }

  readonly frame = (index: number): void => {
    this.progress.frame(index);
    const { frame } = this.listeners;
    if (frame.length > 0) for (const tell of frame) tell(index);
  };

  handled(party: number, bytes: Uint8Array, frames: number, again: boolean): void {
    for (const tell of this.listeners.handled) tell(party, bytes, frames, again);
  }

  done(party: number, micros: number): void {
    for (const tell of this.listeners.done) tell(party, micros);
  }

  started(party: number, epoch: number): void {
    for (const tell of this.listeners.started) tell(party, epoch);
  }

  ended(report: CrashReport, trap: ActorTrap): void {
    for (const tell of this.listeners.ended) tell(report, trap);
  }

  reported(report: CrashReport, trap: ActorTrap): void {
    for (const tell of this.listeners.reported) tell(report, trap);
  }

  crashed(report: CrashReport, trap: ActorTrap): void {
    for (const tell of this.listeners.crashed) tell(report, trap);
  }

  hung(report: CrashReport): void {
    for (const tell of this.listeners.hung) tell(report);
  }

  located(report: CrashReport): void {
    for (const tell of this.listeners.located) tell(report);
  }

  poisoned(report: CrashReport, frame: Uint8Array): void {
    for (const tell of this.listeners.poisoned) tell(report, frame);
  }

  divergent(report: DivergenceReport): void {
    for (const tell of this.listeners.divergent) tell(report);
  }

  snapshot(party: number, bytes: Uint8Array): void {
    for (const tell of this.listeners.snapshot) tell(party, bytes);
  }

  checkpoint(bytes: Uint8Array): void {
    for (const tell of this.listeners.checkpoint) tell(bytes);
  }

  moved(party: number, step: MoveStep): void {
    for (const tell of this.listeners.moved) tell(party, step);
  }

  deaf(report: DeafReport): void {
    for (const tell of this.listeners.deaf) tell(report);
  }
}
