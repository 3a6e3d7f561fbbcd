/**
 * A recording of a running system: what the VMs trace goes through a Recorder into a sink, with the states of all actors at intervals.
 *
 *   Tracing ── steps ──> Recorder ── bytes ──> sink
 */
import { schemaHash } from '../../protocol/codegen/schema-hash.js';
import type { Microseconds } from '../../protocol/names.js';
import { RUNTIME_VERSION } from '../../protocol/version.js';
import { CHUNK_MICROS } from '../../trace/layout.js';
import { Recorder } from '../../trace/recorder.js';
import type { PackedFile, RecordingFacts, RecordingLevel, RecordingSink } from '../../trace/recording.js';
import { Redaction } from '../../trace/redaction.js';
import { Schemas } from '../../trace/schemas.js';
import { changedSince, type PartyStatus, type SystemStatus, supervisorsOf } from '../../trace/status.js';
import type { StatusNoted } from '../../trace/step.js';
import type { SystemChange } from '../supervisor/change-feed.js';
import { actorStatuses, portStatuses, type SupervisedState } from '../supervisor/supervised-state.js';
import type { TraceSession } from '../supervisor/trace/trace-session.js';

/** A replay that begins in the middle handles at most what came in this time first. */
const SNAPSHOT_MS = 30_000;

/** What was recorded is in the sink after three seconds, and this time, even if nothing happens any more. */
const FLUSH_MS = 1_000;

export interface RecordOptions {
  /** `inputs` when not given: all that a replay needs. */
  readonly level?: RecordingLevel;
  /** How often the state of every actor is recorded; half a minute when not given. */
  readonly snapshotEveryMs?: number;
  /** How soon what has happened is in the sink; three seconds when not given. Sooner, and the recording is larger. */
  readonly chunkMs?: number;
  /**
   * Fields of messages that are not recorded, as `session.login.password`: they are blank, and no states are recorded, which may have them, too. Such
   * a recording can be looked at, and not be played again.
   */
  readonly redact?: readonly string[];
  /** Files that go with it, as the modules and their source maps. */
  readonly packed?: readonly PackedFile[];
}

/** A recording that is being made. */
export interface RunningRecording {
  readonly level: RecordingLevel;
  /** On the clock of the system. */
  readonly startedAt: Microseconds;
  /** Ends it: all that happened until now is in it. Every call returns the same promise. @throws what the sink threw, if it has failed */
  stop(): Promise<void>;
}

export class SystemRecording implements RunningRecording {
  readonly level: RecordingLevel;
  readonly startedAt: Microseconds;
  private readonly recorder: Recorder;
  private readonly status: RecordedStatus;
  private readonly endFollowing: () => void;
  private readonly endBeats: readonly (() => void)[];
  private stopping: Promise<void> | null = null;
  /** The application's time at the last beat. */
  private passedTo = 0;

  /** Nothing is recorded before `begin`. @throws RangeError for an interval, or a field, that makes no sense */
  constructor(
    private readonly system: SupervisedState,
    private readonly session: TraceSession,
    sink: RecordingSink,
    placement: RecordingFacts['placement'],
    { level = 'inputs', snapshotEveryMs = SNAPSHOT_MS, chunkMs = CHUNK_MICROS / 1000, redact = [], packed = [] }: RecordOptions,
  ) {
    for (const [name, value] of Object.entries({ snapshotEveryMs, chunkMs }))
      if (!(value > 0)) throw new RangeError(`${name} is a positive number, not ${value}`);
    const { host, directory, tracing } = system;
    const { schemas: parties } = directory;
    this.level = level;
    this.startedAt = host.clock.nowMicros();
    const facts: RecordingFacts = {
      version: RUNTIME_VERSION,
      schemaHash: schemaHash(parties),
      level,
      startedAt: this.startedAt,
      placement,
      parties,
    };
    const redaction = new Redaction(new Schemas(parties), redact);
    this.recorder = new Recorder(sink, facts, {
      onFailure: (error) => this.failed(error),
      onGap: () => this.missed(),
      chunkMicros: chunkMs * 1000,
    });
    for (const file of packed) this.recorder.attach(file);
    this.status = new RecordedStatus(system, session, (step) => this.recorder.steps([step]));
    this.endFollowing = tracing.follow((steps) => this.recorder.steps(redaction.apply(steps)));
    this.endBeats = [host.beat(snapshotEveryMs, () => this.noteStates()), host.beat(Math.min(FLUSH_MS, chunkMs), () => this.passTime())];
  }

  private noteStates(): void {
    this.status.noteWhole();
    void this.session.noteStates();
  }

  /** Steps were left out, and what had changed may be among them. */
  private missed(): void {
    this.status.noteWhole();
    this.session.missed();
  }

  /** While time stands, what was recorded is not older later: so it is handed over as it is. */
  private passTime(): void {
    this.status.noteChanges();
    const now = this.system.host.clock.nowMicros();
    if (now === this.passedTo) this.recorder.flush();
    this.recorder.passTime(now);
    this.passedTo = now;
  }

  /** False as soon as it is stopped, or its sink has failed. */
  get isRunning(): boolean {
    return this.stopping === null;
  }

  /** @throws Error when something is recorded already; ControlError */
  async begin(): Promise<void> {
    try {
      await this.session.record(this.level);
      this.status.noteWhole();
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  private forget(): void {
    this.status.end();
    this.endFollowing();
    for (const endBeat of this.endBeats) endBeat();
  }

  private failed(error: unknown): void {
    this.system.changes.emit({ type: 'recording', error });
    this.stop().catch(() => {}); // whoever stops it is told
  }

  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async end(): Promise<void> {
    await this.session.endRecording();
    this.status.noteChanges();
    this.forget();
    await this.recorder.close();
  }
}

/** Changes at which somebody may be otherwise than before. */
const TELLING: readonly SystemChange['type'][] = ['system', 'vm', 'actor', 'port', 'crash', 'poisoned', 'storage'];

/** How the system is, for its recording: all of it at the beginning and with the states of the actors, and in between what has changed. */
class RecordedStatus {
  private last: SystemStatus | null = null;
  private readonly unlisten: () => void;

  constructor(
    private readonly system: SupervisedState,
    session: TraceSession,
    private readonly tell: (step: StatusNoted) => void,
  ) {
    this.unlisten = system.changes.onChange(({ type }) => {
      // A reader takes it for certain that a VM which is told to be lost has no more steps, and that an actor which is told to run is nowhere else.
      if (type === 'vm' || type === 'actor') session.collect();
      if (TELLING.includes(type)) this.noteChanges();
    });
  }

  /** Notes all of it. */
  noteWhole(): void {
    this.last = this.present;
    this.note(true, this.last);
  }

  /** Notes what has changed since the last note; nothing before the first. */
  noteChanges(): void {
    const { last, present } = this;
    const changed = last && changedSince(last, present);
    if (!changed) return;
    this.last = present;
    this.note(changed.whole, changed.status);
  }

  end(): void {
    this.unlisten();
  }

  private note(whole: boolean, status: SystemStatus): void {
    this.tell({ type: 'status', vm: 'host', at: this.system.host.clock.nowMicros(), whole, status });
  }

  private get present(): SystemStatus {
    const { directory, persistence, supervision } = this.system;
    const { tree, intensity, escalation } = supervision;
    return {
      state: directory.systemState,
      escalation,
      supervisors: supervisorsOf(tree, intensity),
      vms: directory.vms.statuses.map(({ vm, state, reason, failedOver }) => ({ vm, state, reason, failedOver })),
      actors: actorStatuses(this.system).map(({ actor, circuit, twin, ...party }) => ({ actor, ...partyOf(party), circuit, twin })),
      ports: portStatuses(this.system).map(({ port, ...party }) => ({ port, ...partyOf(party) })),
      persistent: persistence.statuses.map(({ actor, generation, failure }) => ({
        actor,
        generation,
        failure: failure && { code: failure.code },
      })),
    };
  }
}

/** What a recording has of an actor as of a port. */
const partyOf = ({ vm, state, condition, epoch, restarts, reason }: PartyStatus): PartyStatus => ({
  vm,
  state,
  condition,
  epoch,
  restarts,
  reason,
});
