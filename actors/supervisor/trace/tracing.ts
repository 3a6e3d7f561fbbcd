/**
 * Tracing of a system. What the flight recorders of its VMs have is always there; what follows or records is loaded when somebody first asks for it.
 *
 *   trace, watch, record ──> TraceSession ──> VmControl.trace ──> VM writes ──> memory ──> steps ──> followers
 */
import { decodeRecord } from '../../../trace/record.js';
import type { RecordingLevel } from '../../../trace/recording.js';
import type { TraceStep } from '../../../trace/step.js';
import type { VmEvent } from '../../contract/events.js';
import type { Host, VmHandle } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import { loadPart } from '../../contract/load-error.js';
import type { TraceStatus } from '../../contract/tracing.js';
import { type ChangeFeed, Listeners } from '../change-feed.js';
import type { Directory } from '../directory.js';
import { SupervisionError } from '../errors.js';
import type { StepListener, TraceRequest, TraceSession, WatchRequest } from './trace-session.js';

/** What a crash report has of the flight recorder: as much as a person reads. */
const RECENT_STEPS = 32;

export class Tracing {
  private session: TraceSession | null = null;
  private opening: Promise<TraceSession> | null = null;
  private readonly followers: Listeners<readonly TraceStep[]>;

  constructor(
    private readonly host: Host,
    private readonly directory: Directory,
    private readonly changes: ChangeFeed,
  ) {
    this.followers = new Listeners(host.timers);
  }

  /** All who ask while it is loaded are heard in the order in which they have asked. @throws SupervisionError `state`, LoadError */
  private async opened(): Promise<TraceSession> {
    this.assertTraced();
    this.opening ??= this.open();
    const session = await this.opening;
    this.assertTraced();
    return session;
  }

  private async open(): Promise<TraceSession> {
    try {
      const { TraceSession } = await loadPart(this.host, 'what follows a trace', import('./trace-session.js'));
      this.session = new TraceSession(this.host, this.directory, this.changes, this.followers);
      return this.session;
    } catch (error) {
      this.opening = null;
      throw error;
    }
  }

  private assertTraced(): void {
    if (this.directory.ending) throw new SupervisionError('state', 'system', 'it has ended, so nothing is traced any more');
  }

  /** @throws SupervisionError `state`; LoadError; ControlError, unless a VM is lost: its next incarnation traces by the same settings */
  async trace(request: TraceRequest): Promise<void> {
    this.assertTraced();
    if (request.level !== 'off' || this.opening) await (await this.opened()).trace(request);
  }

  /** An incarnation of a VM has started. */
  async began(handle: VmHandle): Promise<void> {
    await this.session?.began(handle);
  }

  /** A VM says that it has traced something. */
  heard(name: VmName, { memory, records }: Extract<VmEvent, { readonly type: 'trace' }>): void {
    if (records.length > 0) this.host.traces.take(name, memory, records);
    this.session?.heard(name);
  }

  /** Gives what was traced until now to those who follow. */
  collect(): void {
    this.session?.collect();
  }

  /** Steps are missing in what is recorded: what actors are is noted anew, so that a replay can begin again. */
  missed(): void {
    this.session?.missed();
  }

  /**
   * Records from now on: what goes to those who follow is enough for a replay.
   * @throws Error when something is recorded already; SupervisionError `state`, LoadError, ControlError
   */
  async record(level: RecordingLevel): Promise<void> {
    await (await this.opened()).record(level);
  }

  /** Notes what every actor is now. Never rejects: a VM that is lost, or does not answer in time, is left out. */
  async noteStates(): Promise<void> {
    await this.session?.noteStates();
  }

  /** Resolves when all that was recorded has gone to those who follow. Never rejects. */
  async endRecording(): Promise<void> {
    await this.session?.endRecording();
  }

  /** The last steps of a VM that are known, oldest first. */
  recent(name: VmName): readonly TraceStep[] {
    return this.host.traces.recent(name, RECENT_STEPS).map((record) => decodeRecord(name, record, 0, record.length).step);
  }

  /** What each VM says about its tracing; a VM that is gone says nothing. Never rejects. */
  async statuses(): Promise<readonly TraceStatus[]> {
    const answers = await Promise.allSettled(this.directory.vms.liveControls.map((control) => control.traceStatus()));
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }

  /** @returns a function that ends it */
  follow(listener: StepListener): () => void {
    return this.followers.add(listener);
  }

  /**
   * Traces what this one wants, beside what others have asked for, and gives it. @returns a function that ends it, and never rejects
   * @throws SupervisionError `state`, LoadError, ControlError
   */
  async watch(request: WatchRequest, listener: StepListener): Promise<() => Promise<void>> {
    return (await this.opened()).watch(request, listener);
  }

  /** Whether somebody has asked for a trace. */
  get isActive(): boolean {
    return this.session?.isActive ?? false;
  }

  /** Nothing is traced any more. Never rejects. */
  async end(): Promise<void> {
    await this.session?.end();
  }
}
