/**
 * What somebody has asked to be traced: says to each VM what it is to trace, collects what was traced, and gives it as steps to whoever follows.
 *
 *   trace(request) ──> VmControl.trace ──> VM writes ──> memory ──> collect ──> steps ──> followers
 *                                          VmEvent `trace` ─────────────┘
 *
 * The catch: steps are collected ten times a second, and whenever a VM says that it has written a lot.
 */

import type { Address } from '../../../protocol/names.js';
import type { RecordingLevel } from '../../../trace/recording.js';
import { RootSieve } from '../../../trace/root-sieve.js';
import type { TraceFilter, TraceLevel, TraceStep } from '../../../trace/step.js';
import type { VmControl } from '../../contract/control.js';
import type { Host, VmHandle } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import { levelOf, NOT_TRACED, type TraceSettings } from '../../contract/tracing.js';
import type { ChangeFeed, Listeners } from '../change-feed.js';
import type { Directory } from '../directory.js';
import { rethrowUnlessLost } from '../errors.js';
import { TraceSteps } from './trace-steps.js';

/** A person who follows sees a step within this time, and a tenth of a second passes for at once. */
const COLLECT_MS = 100;

/**
 * States are noted anew at most so often. What is lost again sooner is not saved by more of them: the VM traces more than is collected, and
 * states make that worse.
 */
const RENEWAL_MS = 1_000;

export interface TraceRequest {
  readonly level: TraceLevel;
  /** Everything when not given. */
  readonly filter?: TraceFilter;
  /** All when not given. */
  readonly vms?: readonly VmName[];
}

/** What somebody wants to see, beside others. */
export type WatchRequest = Omit<TraceRequest, 'vms'>;

export type StepListener = (steps: readonly TraceStep[]) => void;

export class TraceSession {
  private readonly asked = new Map<VmName, Pick<TraceSettings, 'level' | 'filter'>>();
  private readonly watching = new Set<WatchRequest>();
  private readonly steps = new Map<VmName, TraceSteps>();
  private readonly sieve = new RootSieve();
  private recording: RecordingLevel | null = null;
  /** Actors whose state the recording has, and the last sequence that they had sent before. */
  private readonly since = new Map<number, number>();
  /** Actors of which it was told that their states are too large to be recorded. */
  private readonly tooLarge = new Set<number>();
  /** Whether the VMs know all of these. */
  private sinceIsTold = true;
  /** Whether states are to be noted anew as soon as that may be. */
  private wantsStates = false;
  /** When they may be, in microseconds. */
  private renewableAt = 0;
  private endBeat: () => void = () => {};

  constructor(
    private readonly host: Host,
    private readonly directory: Directory,
    private readonly changes: ChangeFeed,
    private readonly followers: Listeners<readonly TraceStep[]>,
  ) {}

  /** @throws ControlError, unless a VM is lost: its next incarnation traces by the same settings */
  async trace({ level, filter = {}, vms }: TraceRequest): Promise<void> {
    const names = vms ?? this.names;
    for (const name of names) this.asked.set(name, { level, filter });
    await this.tell(names);
  }

  private get names(): readonly VmName[] {
    return this.directory.vms.all.map(({ name }) => name);
  }

  private async tell(names: readonly VmName[]): Promise<void> {
    const live = this.directory.vms.live.filter(({ name }) => names.includes(name));
    await Promise.all(live.map(({ name, control }) => this.tellOne(name, control).catch(rethrowUnlessLost)));
  }

  /** An incarnation of a VM has started. */
  async began({ name, control }: VmHandle): Promise<void> {
    const { level, recording } = this.settingsOf(name);
    if (level !== 'off' || recording) await this.tellOne(name, control);
  }

  private async tellOne(name: VmName, control: VmControl): Promise<void> {
    const settings = this.settingsOf(name);
    if (settings.space !== null) this.open(name);
    await control.tracer.trace(settings);
    this.collect();
    if (this.settingsOf(name).space === null) this.close(name);
  }

  private settingsOf(name: VmName): TraceSettings {
    const { level, filter, recording } = this.wishesOf(name);
    const space = level === 'off' && !recording ? null : this.host.traces.session(name).space;
    return { level, filter, recording, since: [...this.since], space };
  }

  private wishesOf(name: VmName): Pick<TraceSettings, 'level' | 'filter' | 'recording'> {
    return { ...together([this.asked.get(name) ?? NOT_TRACED, ...this.watching]), recording: this.recording };
  }

  private open(name: VmName): void {
    if (this.steps.has(name)) return;
    this.steps.set(name, new TraceSteps(name, this.host.traces.session(name).memory));
    if (this.steps.size === 1) this.endBeat = this.host.beat(COLLECT_MS, () => this.beat());
  }

  private close(name: VmName): void {
    this.steps.delete(name);
    this.host.traces.endSession(name);
    if (this.steps.size > 0) return;
    this.endBeat();
    this.give(this.sieve.end());
  }

  /** A VM has traced something. */
  heard(name: VmName): void {
    if (this.steps.has(name)) this.collectFrom(name);
  }

  /** Gives what was traced until now to those who follow. */
  collect(): void {
    for (const name of this.steps.keys()) this.collectFrom(name);
  }

  private beat(): void {
    this.collect();
    this.give(this.sieve.nextRound());
    if (this.wantsStates) this.renew();
    else if (!this.sinceIsTold) void this.tellSince();
  }

  /** Never rejects. */
  private async tellSince(): Promise<void> {
    this.sinceIsTold = true;
    await this.tell(this.names).catch((error) => this.changes.controlFailed(error));
  }

  private collectFrom(name: VmName): void {
    const records = this.steps.get(name)?.read(this.host.clock.nowMicros(), levelOf(this.wishesOf(name))) ?? [];
    const steps = this.sieve.sift(name, records);
    if (this.recording) for (const step of steps) this.noteBeginning(step);
    this.give(steps);
  }

  private give(steps: readonly TraceStep[]): void {
    if (steps.length > 0) this.followers.tell(steps);
  }

  /** From here on a replay makes what the actor says again, so the VMs need not note it whole. */
  private noteBeginning(step: TraceStep): void {
    if (step.type === 'level' && step.why === 'flood') this.loseTrack();
    if (step.type === 'level' && step.why === 'calm') this.renew();
    if (step.type === 'level' && step.why === 'lost') this.missed();
    if (step.type === 'snapshot' && step.tooLarge !== undefined) this.tellTooLarge(step.party, step.tooLarge);
    const begins = (step.type === 'snapshot' && step.snapshot) || (step.type === 'started' && step.begin);
    if (!begins || this.since.has(step.party)) return;
    this.since.set(step.party, step.type === 'snapshot' ? step.sequence : (step.begin?.sequence ?? 0));
    this.sinceIsTold = false;
  }

  private tellTooLarge(party: Address, bytes: number): void {
    if (this.tooLarge.has(party)) return;
    this.tooLarge.add(party);
    this.changes.emit({ type: 'unrecorded', actor: this.directory.nameAt(party), bytes });
  }

  /** Steps are missing in what is recorded: what actors are is noted anew, so that a replay can begin again. */
  missed(): void {
    this.loseTrack();
    this.renew();
  }

  /** Notes the states of all actors as soon as that may be, when the VMs know that none of them counts as known. */
  private renew(): void {
    const now = this.host.clock.nowMicros();
    this.wantsStates = now < this.renewableAt;
    if (this.wantsStates) return;
    this.renewableAt = now + RENEWAL_MS * 1000;
    void this.tellSince().then(() => this.noteStates());
  }

  /** Something is missing: what the actors said meanwhile does not come out again, until their states are known again. */
  private loseTrack(): void {
    this.since.clear();
    this.sinceIsTold = false;
  }

  /**
   * Records from now on: what goes to those who follow is enough for a replay.
   * @throws Error when something is recorded already; ControlError
   */
  async record(level: RecordingLevel): Promise<void> {
    if (this.recording) throw new Error('the system is being recorded already');
    this.recording = level;
    this.since.clear();
    this.tooLarge.clear();
    this.wantsStates = false;
    this.renewableAt = 0;
    await this.tell(this.names);
  }

  /** Notes what every actor is now. Never rejects: a VM that is lost, or does not answer in time, is left out. */
  async noteStates(): Promise<void> {
    await Promise.allSettled(this.directory.vms.liveControls.map((control) => control.tracer.traceStates()));
    this.collect();
  }

  /** Resolves when all that was recorded has gone to those who follow. Never rejects. */
  async endRecording(): Promise<void> {
    this.recording = null;
    await this.tell(this.names).catch(() => {});
    this.collect();
  }

  /**
   * Traces what this one wants, beside what others have asked for, and gives it. @returns a function that ends it, and never rejects
   * @throws ControlError
   */
  async watch(request: WatchRequest, listener: StepListener): Promise<() => Promise<void>> {
    const endFollowing = this.followers.add(listener);
    this.watching.add(request);
    const end = async () => {
      endFollowing();
      if (this.watching.delete(request)) await this.tell(this.names).catch(() => {});
    };
    try {
      await this.tell(this.names);
      return end;
    } catch (error) {
      await end();
      throw error;
    }
  }

  /** Nothing is traced any more. Never rejects. */
  async end(): Promise<void> {
    this.watching.clear();
    await this.trace({ level: 'off' }).catch(() => {});
    this.collect();
    // Also of VMs that have ended.
    for (const name of [...this.steps.keys()]) this.close(name);
  }
}

/** The highest level of all, and the filter of the only one that wants something: where several do, each sorts out what it wants. */
function together(requests: readonly WatchRequest[]): Pick<TraceSettings, 'level' | 'filter'> {
  const active = requests.filter(({ level }) => level !== 'off');
  if (active.length === 0) return NOT_TRACED;
  const level = active.some((one) => one.level === 'frames') ? 'frames' : 'headers';
  return { level, filter: active.length === 1 ? (active[0].filter ?? {}) : {} };
}
