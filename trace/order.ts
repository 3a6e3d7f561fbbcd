/**
 * Puts the steps of a run into an order in which no effect comes before its cause, and numbers the messages that actors handled, from 1. Every
 * command means the same message by the same number.
 *
 *   steps as they were collected ──> a line for each actor ──> the first of a line, as soon as what it was caused by is numbered ──> number
 *
 * What one actor handled keeps its order. Across actors it is the order of the file, but a message waits until the one is numbered whose handling
 * emitted it. The steps of an actor that has moved wait until it has left its former VM, all steps of that are known, or that VM is lost; at the
 * latest until it is told that the actor runs.
 * What a port handled has no number, and waits in the same way for the message whose handling emitted it.
 *
 * A recording that begins in the middle of a run has no more of what was emitted before: nothing waits for that.
 *
 * The catch: where steps are missing, a cause may never come. Then the message goes on when a bounded number of steps wait, and at the end. And a VM
 * that had no actor and has told nothing yet is not waited for: an actor that was there and is back may have its messages of there later.
 */
import { CAUSE_SEQUENCE_OFFSET, CAUSE_SOURCE_OFFSET, readU16, readU53 } from '../protocol/frame.js';
import type { Address, Epoch, Microseconds, Sequence, VmName } from '../protocol/names.js';
import type { PartySchema } from '../protocol/schema.js';
import { RecentMap } from './recent-map.js';
import type { RecordingFacts } from './recording.js';
import type { Emitted, Ended, Handled, MessageId, Moved, Poisoned, SnapshotTaken, Started, StatusNoted, TraceStep } from './step.js';

/** A step in its place. */
export interface Placed {
  readonly step: TraceStep;
  /** The number of a message that an actor handled for the first time; 0 for every other step. */
  readonly number: number;
}

/** Comes in place of steps while a run grows, and says that nothing more is on its way for now. It changes no number, for that is the same in the file. */
export const NOTHING_COMES: readonly TraceStep[] = [];
/** The same, in place of places. */
export const NOTHING_COMES_HERE: readonly Placed[] = [];

/** Steps that wait for others: a flood fills a mailbox of 4,096 frames for each of 16 actors. What is missing beyond that was lost. */
const WAITING_STEPS_MAX = 65_536;
/** Messages of one source that one actor has handled, to know them again when it handles them again: as many as a journal holds of small ones. */
const KNOWN_SEQUENCES_MAX = 65_536;

/** States of a VM that has ended, and has not begun again. */
const LOST: readonly string[] = ['restarting', 'lost', 'failed'];
/** State of an actor whose incarnation has begun. */
const RUNS = 'running';

type OfActor = Handled | Started | Ended | Poisoned | SnapshotTaken;

interface Later {
  readonly step: OfActor;
  readonly epoch: Epoch;
}

/** The steps of one actor that wait, and what it has emitted. */
class Line {
  /** Sequence up to which everything that the party emitted has its cause numbered: an actor's sequences rise with what it handles. */
  releasedTo = -1;
  /** The recording has told a first step of what it emits. */
  isTold = false;
  /** Lines whose first message waits for this party to emit it. */
  readonly waiting = new Set<Line>();
  /** The incarnation whose steps come now. */
  epoch: Epoch = 0;
  /** Where that incarnation runs. */
  vm: VmName | null = null;
  /** The newest incarnation that was told to run: all steps of those before it are known. */
  runs: Epoch = 0;
  /** That incarnation has left its VM, or was stopped: nothing of it comes any more. */
  isOver = false;
  /** Steps of later incarnations, in the order of these. */
  readonly later: Later[] = [];
  private steps: OfActor[] = [];
  private left = 0;
  private readonly handled = new Map<Address, RecentMap<Sequence, true>>();
  /** What it emitted at messages that are not numbered: the last sequence, by the message. */
  private readonly unreleased = new Map<Address, RecentMap<Sequence, Sequence>>();

  constructor(
    readonly isActor: boolean,
    placed: VmName | undefined,
  ) {
    this.vm = placed ?? null;
  }

  /** Adds a step of a later incarnation after those of the same. */
  postpone(later: Later): void {
    const at = this.later.findIndex(({ epoch }) => epoch > later.epoch);
    this.later.splice(at < 0 ? this.later.length : at, 0, later);
  }

  /** The epoch of the incarnation to which a step belongs. */
  epochOf(step: OfActor): Epoch {
    if ('epoch' in step) return step.epoch;
    return this.later.findLast((one) => one.step.vm === step.vm)?.epoch ?? this.epoch;
  }

  get first(): OfActor | undefined {
    return this.steps[this.left];
  }

  add(step: OfActor): void {
    this.steps.push(step);
  }

  removeFirst(): void {
    this.left++;
    if (this.left < 1024 && this.left < this.steps.length) return;
    this.steps = this.steps.slice(this.left);
    this.left = 0;
  }

  knows({ source, sequence }: MessageId): boolean {
    return this.handled.get(source)?.has(sequence) ?? false;
  }

  /** @returns the last sequence that it emitted at this message, as far as that is known */
  note({ source, sequence }: MessageId): Sequence {
    let known = this.handled.get(source);
    if (!known) this.handled.set(source, (known = new RecentMap(KNOWN_SEQUENCES_MAX)));
    known.set(sequence, true);
    const emitted = this.unreleased.get(source)?.get(sequence) ?? -1;
    this.unreleased.get(source)?.delete(sequence);
    return emitted;
  }

  /** It emits at a message that is not numbered. */
  keep(cause: MessageId, sequence: Sequence): void {
    let ofSource = this.unreleased.get(cause.source);
    if (!ofSource) this.unreleased.set(cause.source, (ofSource = new RecentMap(KNOWN_SEQUENCES_MAX)));
    ofSource.set(cause.sequence, Math.max(sequence, ofSource.get(cause.sequence) ?? 0));
  }
}

/** Takes steps as they were collected, gives them back in order. */
class MessageOrder {
  /** The number of the last message that has one. */
  number = 0;
  /** Messages that were numbered though their cause is not known. */
  unexplained = 0;
  private placed: Placed[] = [];
  private readonly lines = new Map<Address, Line>();
  private readonly actors: ReadonlySet<Address>;
  private readonly addresses: ReadonlyMap<string, Address>;
  /** Time up to which all steps of a VM are known. */
  private readonly knownTo: Map<VmName, Microseconds>;
  /** Lines with steps of later incarnations. */
  private readonly postponed = new Set<Line>();
  private waitingSteps = 0;

  /** @param parties of the application. @param placement VM of each actor at the beginning, by name */
  constructor(parties: readonly Pick<PartySchema, 'role' | 'address' | 'name'>[], placement: Readonly<Record<string, VmName>>) {
    const actors = parties.filter(({ role }) => role === 'actor');
    this.addresses = new Map(actors.map(({ name, address }) => [name, address]));
    this.actors = new Set(this.addresses.values());
    this.knownTo = new Map(Object.values(placement).map((vm) => [vm, 0]));
    for (const { name, address } of actors) this.lines.set(address, new Line(true, placement[name]));
  }

  /** @returns what has its place now, and was not given back before */
  take(): readonly Placed[] {
    const { placed } = this;
    this.placed = [];
    return placed;
  }

  add(step: TraceStep): void {
    if (step.type === 'moved') this.moved(step);
    // It is told by the host, whose own steps of that time may still come.
    if (step.type === 'status') this.noteStatus(step);
    else this.noteTime(step);
    const line = this.lineOfStep(step);
    if (step.type === 'level' && step.why === 'lost') this.forceAll(step.vm);
    if (line) this.enter(line, step as OfActor);
    else this.placed.push({ step, number: 0 });
    if (step.type === 'emitted') this.emitted(step);
    if (this.waitingSteps > WAITING_STEPS_MAX) this.force();
  }

  /** Nothing is on its way: what ports handled waits for no emission. */
  settlePorts(): void {
    for (const line of this.lines.values()) if (!line.isActor) this.forceLine(line);
  }

  /** There are no more steps. */
  finish(): void {
    for (const line of this.postponed) this.settle(line, true);
    while (this.waitingSteps > 0) this.force();
  }

  /** What an actor did in a VM comes before it is handed over there, its end at a trap and its poison included. */
  private moved({ party, vm, step }: Moved): void {
    const line = this.lines.get(party);
    if (line?.vm !== vm) return;
    if (step === 'handedOver') line.isOver = true;
    if (step === 'resumed') line.isOver = false;
  }

  private lineOfStep(step: TraceStep): Line | null {
    const type = step.type;
    const party = type === 'handled' || type === 'poisoned' ? step.target : 'party' in step && type !== 'moved' ? step.party : -1;
    return this.actors.has(party) || type === 'handled' ? this.lineOf(party) : null;
  }

  private lineOf(party: Address): Line {
    let line = this.lines.get(party);
    if (!line) this.lines.set(party, (line = new Line(false, undefined)));
    return line;
  }

  private noteTime({ vm, at }: TraceStep): void {
    this.knownTo.set(vm, at);
    for (const line of this.postponed) this.settle(line, false);
  }

  /** What VMs have traced is collected before it is told that one is lost, or that an actor runs: of a lost one no more comes until its next incarnation traces. */
  private noteStatus({ status }: StatusNoted): void {
    for (const { vm, state } of status.vms) if (LOST.includes(state)) this.knownTo.set(vm as VmName, Number.POSITIVE_INFINITY);
    for (const { actor, state, epoch } of status.actors) {
      const address = this.addresses.get(actor);
      if (address !== undefined && state === RUNS) this.lineOf(address).runs = epoch;
    }
    for (const line of this.postponed) this.settle(line, false);
  }

  private enter(line: Line, step: OfActor): void {
    this.waitingSteps++;
    if (step.type === 'snapshot') this.tellFrom(line, step.vm, step.sequence);
    if (!line.isActor) {
      line.add(step);
      if (line.first === step) this.advance(line);
      return;
    }
    const epoch = line.epochOf(step);
    if (epoch > line.epoch && !this.isNext(line, step, epoch)) {
      line.postpone({ step, epoch });
      this.postponed.add(line);
    } else this.append(line, step, epoch);
    if (line.isOver && this.postponed.has(line)) this.settle(line, false);
  }

  /** Whether all steps before this one, of earlier incarnations in other VMs, are known. */
  private isNext({ later, vm, epoch, isOver, runs }: Line, step: OfActor, itsEpoch: Epoch): boolean {
    if (later.length > 0 && later[0].step !== step) return false;
    if (itsEpoch <= runs) return true;
    const isKnown = (other: VmName) => other === step.vm || (this.knownTo.get(other) ?? 0) > step.at;
    const isFirst = epoch === 0 && step.type === 'started' && step.begin !== null;
    const follows = isFirst || itsEpoch === epoch + 1;
    return follows ? vm === null || isOver || isKnown(vm) : [...this.knownTo.keys()].every(isKnown);
  }

  private append(line: Line, step: OfActor, epoch: Epoch): void {
    if (epoch > line.epoch) {
      line.epoch = epoch;
      line.vm = step.vm;
      line.isOver = false;
    }
    // After a trap its message may still become poison.
    if (step.type === 'ended' && epoch === line.epoch && step.reason === '') line.isOver = true;
    line.add(step);
    if (line.first === step) this.advance(line);
  }

  /** @param anyhow also what may not be all that there is */
  private settle(line: Line, anyhow: boolean): void {
    const { later } = line;
    while (later.length > 0 && (anyhow || later[0].epoch <= line.epoch || this.isNext(line, later[0].step, later[0].epoch))) {
      const { step, epoch } = later.shift()!;
      this.append(line, step, epoch);
    }
    if (later.length === 0) this.postponed.delete(line);
  }

  private emitted({ source, sequence, cause, vm }: Emitted): void {
    const line = this.lineOf(source);
    if (line.isActor) this.tellFrom(line, vm, sequence - 1);
    if (line.isActor && cause && !line.knows(cause)) line.keep(cause, sequence);
    else if (line.isActor || !cause || this.isReleased(cause)) this.release(line, sequence);
  }

  /**
   * Called at the first emission or snapshot that an actor tells. What it emitted up to `before` was emitted before the recording began, or is lost, so
   * nobody may wait for it. Without this, actors would wait for each other: the step that says so may stand after the one that waits. After a move
   * the first that is told may not be the first that was emitted.
   */
  private tellFrom(line: Line, vm: VmName, before: Sequence): void {
    if (line.isTold) return;
    line.isTold = true;
    if (!line.isOver && (line.vm === null || line.vm === vm)) this.release(line, before);
  }

  private isReleased({ source, sequence }: MessageId): boolean {
    return !this.actors.has(source) || sequence <= this.lineOf(source).releasedTo;
  }

  private release(line: Line, sequence: Sequence): void {
    if (sequence <= line.releasedTo) return;
    line.releasedTo = sequence;
    if (line.waiting.size === 0) return;
    const waiting = [...line.waiting];
    line.waiting.clear();
    for (const each of waiting) this.advance(each);
  }

  /** Gives a place to the first steps of a line, up to the first that must wait. */
  private advance(line: Line): void {
    for (let step = line.first; step; step = line.first) {
      const awaited = step.type === 'handled' && !step.again && !line.knows(step) ? this.awaited(step) : null;
      if (awaited) {
        awaited.waiting.add(line);
        return;
      }
      this.place(line, step);
    }
  }

  /** The party that must emit what led to this message before it can have been handled. */
  private awaited({ source, sequence, frame }: Handled): Line | null {
    const cause = frame ? { source: readU16(frame, CAUSE_SOURCE_OFFSET), sequence: readU53(frame, CAUSE_SEQUENCE_OFFSET) } : null;
    // With its frame in the recording, it came from outside, or from before the recording.
    if (cause) return cause.source === 0 || this.actors.has(source) || this.isReleased(cause) ? null : this.lineOf(cause.source);
    return this.isReleased({ source, sequence }) ? null : this.lineOf(source);
  }

  private place(line: Line, step: OfActor): void {
    line.removeFirst();
    this.waitingSteps--;
    const isFirst = line.isActor && step.type === 'handled' && !step.again && !line.knows(step);
    this.placed.push({ step, number: isFirst ? ++this.number : 0 });
    if (isFirst) this.release(line, line.note(step));
    // What it had sent by then was sent at messages that have their place, or before the recording.
    if (step.type === 'snapshot') this.release(line, step.sequence);
    if (step.type === 'started' && step.begin) this.release(line, step.begin.sequence);
  }

  /** What the actors of a VM wait for may be among what is missing: all their steps until then go before that. */
  private forceAll(vm: VmName): void {
    for (const line of this.lines.values()) {
      if (line.isActor && line.vm !== vm) continue;
      this.settle(line, true);
      this.forceLine(line);
      line.isTold = false;
    }
  }

  private forceLine(line: Line): void {
    for (let { first } = line; first; first = line.first) this.forceFirst(line, first);
  }

  /** The first step that waits, in the order in which parties appeared, goes on without its cause. */
  private force(): void {
    for (const line of this.postponed) this.settle(line, true);
    for (const line of this.lines.values()) {
      const { first } = line;
      if (!first) continue;
      this.forceFirst(line, first);
      return;
    }
  }

  private forceFirst(line: Line, first: OfActor): void {
    for (const other of this.lines.values()) other.waiting.delete(line);
    this.unexplained++;
    this.place(line, first);
    this.advance(line);
  }
}

/** All steps of a recording in their places. No more is in memory than what waits, and a chunk. */
export async function* inOrder(recording: {
  readonly facts: Pick<RecordingFacts, 'parties' | 'placement'>;
  steps(): AsyncIterable<readonly TraceStep[]>;
}): AsyncIterable<readonly Placed[]> {
  const order = new MessageOrder(recording.facts.parties, recording.facts.placement);
  for await (const steps of recording.steps()) {
    for (const step of steps) order.add(step);
    if (steps === NOTHING_COMES) {
      order.settlePorts();
      yield order.take();
      yield NOTHING_COMES_HERE;
    } else yield order.take();
  }
  order.finish();
  yield order.take();
}
