/**
 * Tracing of a system. What the flight recorders of its VMs have is always there; what follows or records is loaded when somebody first asks for it.
 *
 *   trace, watch, record ──> TraceSession ──> VmControl.trace ──> VM writes ──> memory ──> steps ──> followers
 */
import { decodeRecord } from '../../../trace/record.js';
import type { TraceStep } from '../../../trace/step.js';
import type { VmEvent } from '../../contract/events.js';
import type { Host, VmHandle } from '../../contract/host.js';
import { loadPart } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import type { TraceStatus } from '../../contract/tracing.js';
import { type ChangeFeed, Listeners } from '../change-feed.js';
import type { Directory } from '../directory.js';
import { SupervisionError } from '../errors.js';
import type { StepListener, TraceRequest, TraceSession } from './trace-session.js';

/** What a crash report has of the flight recorder: as much as a person reads. */
const RECENT_STEPS = 32;

export class Tracing {
  /** What follows and records; null until somebody asks for it. */
  session: TraceSession | null = null;
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
  async opened(): Promise<TraceSession> {
    this.assertTraced();
    this.opening ??= loadPart(this.host, 'what follows a trace', import('./trace-session.js'))
      .then(({ TraceSession }) => (this.session = new TraceSession(this.host, this.directory, this.changes, this.followers)))
      .catch((error) => {
        this.opening = null;
        throw error;
      });
    const session = await this.opening;
    this.assertTraced();
    return session;
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

  /** The last steps of a VM that are known, oldest first. */
  recent(name: VmName): readonly TraceStep[] {
    return this.host.traces.recent(name, RECENT_STEPS).map((record) => decodeRecord(name, record, 0, record.length).step);
  }

  /** What each VM says about its tracing; a VM that is gone says nothing. Never rejects. */
  async statuses(): Promise<readonly TraceStatus[]> {
    const answers = await Promise.allSettled(this.directory.vms.liveControls.map((control) => control.tracer.traceStatus()));
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }

  /** @returns a function that ends it */
  follow(listener: StepListener): () => void {
    return this.followers.add(listener);
  }
}
