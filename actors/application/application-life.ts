/**
 * One life of an application: its system, and what was opened beside it. All of it ends together.
 *
 * The catch: what opens a life may finish when the life is over already. What it opens then is closed at once.
 */
import { CONTROL_DEADLINE_MS } from '../../protocol/limits.js';
import type { Host, Timers } from '../contract/host.js';
import { inTime } from '../contract/host.js';
import type { SystemChange } from '../supervisor/change-feed.js';
import type { Stored } from './persistence/persistence.js';
import type { System } from './supervised-system.js';
import { type SystemOptions, startSystem } from './system.js';

/** All options except those that the application decides itself. */
export type LifeOptions = Omit<SystemOptions, 'escalation' | 'stored' | 'onChange'>;

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

export type Close = () => void | Promise<void>;

export interface LifeServices {
  readonly number: number;
  readonly stored: Stored;
  readonly timers: Timers;
  readonly tell: (change: SystemChange) => void;
  /** Called when something could not be closed. */
  readonly onUnclosed: (error: unknown) => void;
}

export class OpenLife implements Life {
  /** Null until the system has started. */
  system: System | null = null;
  /** Resolves when the system has ended, or has no actor left. */
  readonly over: Promise<void>;
  private noteOver: () => void = () => {};
  private readonly closes: Close[] = [];
  private closed = false;

  constructor(private readonly services: LifeServices) {
    this.over = new Promise((resolve) => {
      this.noteOver = resolve;
    });
  }

  get number(): number {
    return this.services.number;
  }

  get stored(): Stored {
    return this.services.stored;
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
    this.services.tell(change);
    if (change.type === 'system' && (change.state === 'stopped' || change.state === 'failed')) this.noteOver();
  }

  private async tryClose(close: Close): Promise<void> {
    const { timers, number, onUnclosed } = this.services;
    const closed = (async () => close())();
    const late = () => new Error(`what life ${number} had opened did not close in ${CONTROL_DEADLINE_MS} ms`);
    await inTime(timers, CONTROL_DEADLINE_MS, closed, late).catch(onUnclosed);
  }
}
