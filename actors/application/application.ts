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
import { LIFE_OPEN_DEADLINE_MS } from '../../protocol/limits.js';
import type { Clock, Timers } from '../contract/host.js';
import { inTime } from '../contract/host.js';
import { reasonOf } from '../contract/thrown.js';
import type { SystemChange } from '../supervisor/change-feed.js';
import { Listeners } from '../supervisor/change-feed.js';
import { admitRestart, checkIntensity, type Intensity, type RestartTimes } from '../supervisor/intensity.js';
import { type Life, OpenLife } from './application-life.js';
import type { Stored } from './persistence/persistence.js';
import type { System } from './supervised-system.js';

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

export interface ApplicationOptions extends Partial<Intensity> {
  /** Makes a host, opens its ports, and starts the system of this life. When it throws, the life has failed. */
  readonly open: (life: Life) => Promise<void>;
  /** Clock and timers outlive every host. */
  readonly clock: Clock;
  readonly timers: Timers;
  /** Called with every change from the first on, also with those of each system. */
  readonly onChange?: (change: ApplicationChange) => void;
}

export interface Application {
  readonly state: ApplicationState;
  /** The present system; between two lives, the last one. */
  readonly system: System;
  /** How many lives have begun. */
  readonly lives: number;
  /** Why the last failed life has failed; empty when none has. */
  readonly reason: string;
  /** Resolves when the application is stopped or failed, and nothing of it is left running. Never rejects. */
  readonly ended: Promise<void>;
  /** @returns a function that removes the listener */
  onChange(listener: (change: ApplicationChange) => void): () => void;
  /** Ends the present life in order, or the one that is being opened as soon as it is open, and begins no other. Never rejects. */
  stop(): Promise<void>;
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
  const application = new RestartedApplication(options, { intensity, periodMs });
  await application.start();
  return application;
}

/** Why a life has failed. */
interface Failure {
  readonly reason: string;
  readonly error?: unknown;
}

class RestartedApplication implements Application {
  state: ApplicationState = 'starting';
  lives = 0;
  reason = '';
  readonly ended: Promise<void>;
  private noteEnded: () => void = () => {};
  private present: System | null = null;
  private restarts: RestartTimes = [];
  private readonly listeners: Listeners<ApplicationChange>;
  private readonly ordered: Promise<void>;
  private order: () => void = () => {};
  private isOrdered = false;

  constructor(
    private readonly options: ApplicationOptions,
    private readonly intensity: Intensity,
  ) {
    this.listeners = new Listeners(options.timers);
    if (options.onChange) this.listeners.add(options.onChange);
    this.ended = new Promise((resolve) => {
      this.noteEnded = resolve;
    });
    this.ordered = new Promise((resolve) => {
      this.order = () => {
        this.isOrdered = true;
        resolve();
      };
    });
  }

  get system(): System {
    if (!this.present) throw new Error('no life of the application runs yet');
    return this.present;
  }

  onChange(listener: (change: ApplicationChange) => void): () => void {
    return this.listeners.add(listener);
  }

  async stop(): Promise<void> {
    if (this.state !== 'stopped' && this.state !== 'failed') {
      this.order();
      this.become('stopping');
    }
    await this.ended;
  }

  /** Resolves when the first life runs. @throws ApplicationError */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      void this.run(resolve).then((failure) => {
        reject(new ApplicationError(`the application did not start: ${this.reason}`, { cause: failure?.error }));
      });
    });
  }

  /** Runs one life after another. @returns why the last one has failed */
  private async run(onRunning: () => void): Promise<Failure | null> {
    let failure = await this.live(onRunning);
    while (failure && this.admitsNext()) {
      this.become('restarting');
      failure = await this.live(onRunning);
    }
    this.become(failure && !this.isOrdered ? 'failed' : 'stopped');
    this.noteEnded();
    return failure;
  }

  /** Opens a life, and closes it when it is over. @returns null when it has ended in order */
  private async live(onRunning: () => void): Promise<Failure | null> {
    const life = this.begin();
    let failure: Failure | null;
    try {
      const system = await this.open(life);
      this.present = system;
      if (!this.isOrdered) this.become('running');
      onRunning();
      await Promise.race([life.over, this.ordered]);
      const reason = system.state === 'failed' ? 'no actor is left' : system.failure;
      failure = reason ? { reason } : null;
    } catch (error) {
      failure = { reason: reasonOf(error), error };
    }
    if (failure) this.reason = failure.reason;
    await life.close();
    return failure;
  }

  private begin(): OpenLife {
    const number = ++this.lives;
    return new OpenLife({
      number,
      stored: STORED[this.restarts.length] ?? 'none',
      timers: this.options.timers,
      tell: (change) => this.listeners.tell(change),
      onUnclosed: (error) => this.listeners.tell({ type: 'unclosed', life: number, error }),
    });
  }

  private async open(life: OpenLife): Promise<System> {
    const { open, timers } = this.options;
    const opened = (async () => open(life))();
    await inTime(timers, LIFE_OPEN_DEADLINE_MS, opened, () => new Error(`life ${life.number} was not open in ${LIFE_OPEN_DEADLINE_MS} ms`));
    if (!life.system) throw new Error(`life ${life.number} has no system: it is started with life.startSystem`);
    return life.system;
  }

  private admitsNext(): boolean {
    if (this.isOrdered) return false;
    const times = admitRestart(this.restarts, this.options.clock.nowMicros(), this.intensity);
    if (times) this.restarts = times;
    return times !== null;
  }

  private become(state: ApplicationState): void {
    if (state === this.state) return;
    this.state = state;
    this.listeners.tell({ type: 'application', state, life: this.lives, reason: this.reason });
  }
}
