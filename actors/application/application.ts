/**
 * The application above its systems: when one fails, all of it is ended, and the next begins with nothing but what storage holds.
 *
 *   const application = await startApplication({
 *     clock, timers,
 *     open: async (life) => {
 *       const host = createNodeHost(...);
 *       openTimerPort(host.vm, host.timers);
 *       await life.startSystem(host, { parties, actors, placement, storage });
 *     },
 *   });
 *
 *   starting ──> running ──> restarting ──> running      a life has failed, and budget is left
 *       │           │  └───> stopping ──> stopped        on request; or its system has ended in order
 *       └───────────┴──────> failed                      a life has failed, and no budget is left
 *
 * The catch: nothing of one life may reach the next. Each makes its own host, and registers whatever else it opens with `life.onEnd`.
 */
import { CONTROL_DEADLINE_MS, LIFE_OPEN_DEADLINE_MS } from '../../protocol/limits.js';
import { type Clock, type Host, inTime, type Timers } from '../contract/host.js';
import { reasonOf } from '../contract/thrown.js';
import { Listeners, type SystemChange } from '../supervisor/change-feed.js';
import { admitRestart, checkIntensity, type Intensity, type RestartTimes } from '../supervisor/intensity.js';
import type { Stored } from './persistence/persistence.js';
import type { System } from './supervised-system.js';
import { type SystemOptions, startSystem } from './system.js';

/**
 * One restart with the newest states, one with those before, one with none: if it fails again, states are not the reason. A life that has
 * lasted a minute was worth its start.
 */
const APPLICATION_INTENSITY: Intensity = { intensity: 3, periodMs: 60_000 };

/** Which states a life begins with, by the number of restarts within the period; with none after more restarts than listed here. */
const STORED: readonly Stored[] = ['newest', 'newest', 'before'];

export type ApplicationState = 'starting' | 'running' | 'restarting' | 'stopping' | 'stopped' | 'failed';

export type ApplicationChange =
  | SystemChange
  /** `reason`: why the life before has failed; empty when none has. */
  | { readonly type: 'application'; readonly state: ApplicationState; readonly life: number; readonly reason: string }
  /** Something that a life had opened could not be closed, and may still be there. */
  | { readonly type: 'unclosed'; readonly life: number; readonly error: unknown };

/** All options except those that the application decides itself. */
type LifeOptions = Omit<SystemOptions, 'escalation' | 'stored' | 'onChange'>;

export interface Life {
  /** Counts the lives, from 1. */
  readonly number: number;
  /** Which states from storage its persistent actors begin with. */
  readonly stored: Stored;
  /** Starts the system of this life; the host's own VM ends with it. @throws what `startSystem` throws */
  startSystem(host: Host, options: LifeOptions): Promise<System>;
  /**
   * Registers what has to be closed when this life ends, or could not be opened whole. The latest is closed first, all of them after the
   * system.
   */
  onEnd(close: Close): void;
}

type Close = () => void | Promise<void>;

export interface ApplicationOptions extends Partial<Intensity> {
  /** Makes a host, opens its ports, and starts the system of this life. When it throws, the life has failed. */
  readonly open: (life: Life) => Promise<void>;
  /** Clock and timers outlive every host. */
  readonly clock: Clock;
  readonly timers: Timers;
  /** Called with every change from the first on, also with those of each system. */
  readonly onChange?: (change: ApplicationChange) => void;
}

/** No life could be opened; `cause` is the error of the last. */
export class ApplicationError extends Error {
  override readonly name = 'ApplicationError';
}

/**
 * Resolves when the first life runs.
 * @throws RangeError for an intensity that makes no sense
 * @throws ApplicationError when the budget is exhausted before a life runs; then nothing is left running
 */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const { intensity = APPLICATION_INTENSITY.intensity, periodMs = APPLICATION_INTENSITY.periodMs } = options;
  checkIntensity({ intensity, periodMs });
  return Application.start(options, { intensity, periodMs });
}

/** Why a life has failed. */
interface Failure {
  readonly reason: string;
  readonly error?: unknown;
}

export class Application {
  private phase: ApplicationState = 'starting';
  private begun = 0;
  private lastReason = '';
  /** Resolves when the application is stopped or failed, and nothing of it is left running. Never rejects. */
  readonly ended: Promise<void>;
  private present: System | null = null;
  private restarts: RestartTimes = [];
  private readonly listeners: Listeners<ApplicationChange>;
  private readonly stopWanted: Promise<void>;
  private wantStop: () => void = () => {};

  private constructor(
    private readonly options: ApplicationOptions,
    private readonly intensity: Intensity,
    onRunning: () => void,
    onEnded: (failure: Failure | null) => void,
  ) {
    this.listeners = new Listeners(options.timers);
    if (options.onChange) this.listeners.add(options.onChange);
    this.stopWanted = new Promise((resolve) => {
      this.wantStop = resolve;
    });
    this.ended = this.run(onRunning).then(onEnded);
  }

  /** Resolves when the first life runs. @throws ApplicationError */
  static start(options: ApplicationOptions, intensity: Intensity): Promise<Application> {
    return new Promise((resolve, reject) => {
      const application = new Application(
        options,
        intensity,
        () => resolve(application),
        (failure) => {
          reject(new ApplicationError(`the application did not start: ${failure?.reason ?? ''}`, { cause: failure?.error }));
        },
      );
    });
  }

  get state(): ApplicationState {
    return this.phase;
  }

  /** How many lives have begun. */
  get lives(): number {
    return this.begun;
  }

  /** Why the last failed life has failed; empty when none has. */
  get reason(): string {
    return this.lastReason;
  }

  /** The present system; between two lives, the last one. */
  get system(): System {
    if (!this.present) throw new Error('no life of the application runs yet');
    return this.present;
  }

  /** @returns a function that removes the listener */
  onChange(listener: (change: ApplicationChange) => void): () => void {
    return this.listeners.add(listener);
  }

  /** Ends the present life in order, or the one that is being opened as soon as it is open, and begins no other. Never rejects. */
  async stop(): Promise<void> {
    if (this.state !== 'stopped' && this.state !== 'failed') {
      this.wantStop();
      this.become('stopping');
    }
    await this.ended;
  }

  private get isStopWanted(): boolean {
    return this.phase === 'stopping';
  }

  /** Runs one life after another. @returns why the last one has failed */
  private async run(onRunning: () => void): Promise<Failure | null> {
    let failure = await this.live(onRunning);
    // A breakpoint that makes no sense makes none in the next life. It is known by its name: its class is in a part that is loaded later.
    while (failure && (failure.error as Partial<Error> | undefined)?.name !== 'BreakpointError' && this.admitsNext()) {
      this.become('restarting');
      failure = await this.live(onRunning);
    }
    this.become(failure && !this.isStopWanted ? 'failed' : 'stopped');
    return failure;
  }

  /** Opens a life, and closes it when it is over. @returns null when it has ended in order */
  private async live(onRunning: () => void): Promise<Failure | null> {
    const life = this.begin();
    let failure: Failure | null;
    try {
      const system = await this.open(life);
      this.present = system;
      if (!this.isStopWanted) this.become('running');
      onRunning();
      await Promise.race([life.over, this.stopWanted]);
      const reason = system.state === 'failed' ? 'no actor is left' : system.failure;
      failure = reason ? { reason } : null;
    } catch (error) {
      failure = { reason: reasonOf(error), error };
    }
    if (failure) this.lastReason = failure.reason;
    await life.close();
    return failure;
  }

  private begin(): OpenLife {
    return new OpenLife(++this.begun, STORED[this.restarts.length] ?? 'none', this.options.timers, this.listeners);
  }

  private async open(life: OpenLife): Promise<System> {
    const { open, timers } = this.options;
    const opened = (async () => open(life))();
    await inTime(timers, LIFE_OPEN_DEADLINE_MS, opened, () => new Error(`life ${life.number} was not open in ${LIFE_OPEN_DEADLINE_MS} ms`));
    if (!life.system) throw new Error(`life ${life.number} has no system: it is started with life.startSystem`);
    return life.system;
  }

  private admitsNext(): boolean {
    if (this.isStopWanted) return false;
    const times = admitRestart(this.restarts, this.options.clock.nowMicros(), this.intensity);
    if (times) this.restarts = times;
    return times !== null;
  }

  private become(state: ApplicationState): void {
    if (state === this.state) return;
    this.phase = state;
    this.listeners.tell({ type: 'application', state, life: this.lives, reason: this.reason });
  }
}

/**
 * One life of an application: its system, and what was opened beside it. All of it ends together.
 *
 * The catch: what opens a life may finish when the life is over already. What it opens then is closed at once.
 */
class OpenLife implements Life {
  /** Null until the system has started. */
  system: System | null = null;
  /** Resolves when the system has ended, or has no actor left. */
  readonly over: Promise<void>;
  private noteOver: () => void = () => {};
  private readonly closes: Close[] = [];
  private closed = false;

  constructor(
    readonly number: number,
    readonly stored: Stored,
    private readonly timers: Timers,
    private readonly listeners: Listeners<ApplicationChange>,
  ) {
    this.over = new Promise((resolve) => {
      this.noteOver = resolve;
    });
  }

  async startSystem(host: Host, options: LifeOptions): Promise<System> {
    const { stored } = this;
    const onChange = (change: SystemChange) => this.changed(change);
    this.onEnd(() => host.local.terminate());
    const system = await startSystem(host, { ...options, stored, escalation: 'stop', onChange });
    if (this.closed) {
      await system.stop();
      throw new Error(`life ${this.number} was over before its system had started`);
    }
    this.system = system;
    return system;
  }

  onEnd(close: Close): void {
    if (this.closed) void this.tryClose(close);
    else this.closes.push(close);
  }

  /** Ends everything. Never rejects. */
  async close(): Promise<void> {
    this.closed = true;
    await this.system?.stop();
    for (const close of this.closes.reverse()) await this.tryClose(close);
  }

  private changed(change: SystemChange): void {
    this.listeners.tell(change);
    if (change.type === 'system' && (change.state === 'stopped' || change.state === 'failed')) this.noteOver();
  }

  private async tryClose(close: Close): Promise<void> {
    const { timers, number: life } = this;
    const closed = (async () => close())();
    const late = () => new Error(`what life ${life} had opened did not close in ${CONTROL_DEADLINE_MS} ms`);
    await inTime(timers, CONTROL_DEADLINE_MS, closed, late).catch((error) => this.listeners.tell({ type: 'unclosed', life, error }));
  }
}
