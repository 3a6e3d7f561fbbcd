/**
 * Plays a plan on real threads: real traps, threads that are really ended, loops that are endless. One fault after another, each with
 * messages for all couriers, which say by the time on what they send back when their VM went on.
 */

import type { System } from '../actors/application/supervised-system.js';
import { startSystem } from '../actors/application/system.js';
import type { SystemChange } from '../actors/supervisor/change-feed.js';
import type { WorkerEntry, WorkerName } from '../host-shim/common/definition.js';
import type { PlatformHost } from '../host-shim/common/host.js';
import type { Thread } from '../host-shim/common/platform.js';
import { openTimerPort } from '../host-shim/common/ports/timer.js';
import { parties } from './application.js';
import { COURIER_NAMES, type CourierName, couriers } from './couriers.js';
import { collectEnding, type Ending, type Notes, restingAt } from './ending.js';
import { Hand } from './hand.js';
import { idOf } from './letters.js';
import type { Fault, Plan } from './plan.js';

type StartThread = (name: string, entry: WorkerEntry, lifeLock: string) => Thread;

export interface MortalThreads {
  /** @param wrap to be put around what starts a thread */
  createHost(wrap: (startThread: StartThread) => StartThread, onPortError: (port: string, error: unknown) => void): PlatformHost;
  /** Ends the thread without anybody having asked for it. */
  kill(thread: Thread): void;
}

export interface ThreadsEnding extends Ending {
  /**
   * From a trap, or from when a loss or a hang was noticed, to when the output of the next handled message left; for each actor concerned.
   */
  readonly recoveriesOfMs: Readonly<Record<RecoveryKind, readonly number[]>>;
}

const RECOVERY_KINDS = ['trap', 'loss', 'hang'] as const;
export type RecoveryKind = (typeof RECOVERY_KINDS)[number];

/** All faults are planned, so budgets are not tested here. */
const OFTEN = { intensity: 1_000_000, periodMs: 1_000 };
/** Half of what a device gets: the threads here do nothing that takes so long. */
const HANG_MS = 1_000;
/** For a recovery: Chromium takes two seconds to end a thread that loops, and a machine may be busy. */
const PATIENCE_MS = 60_000;
const SETTLE_STEP_MS = 40;
const SETTLE_STEPS_MAX = 1_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What is awaited after a fault: of each actor concerned, the time of the fault, and what it has sent since. */
interface Awaited {
  readonly kind: RecoveryKind;
  faultAt: number | null;
  readonly sentAt: number[];
}

class ThreadsRun implements Notes {
  readonly problems: string[] = [];
  readonly poisoned: number[] = [];
  readonly recoveriesMs: number[] = [];
  private readonly recoveriesOfMs: Record<RecoveryKind, number[]> = { trap: [], loss: [], hang: [] };
  /** The threads of each VM, oldest first: the one that runs, and what is kept ready for it. */
  private readonly threads = new Map<string, Thread[]>();
  private readonly host: PlatformHost;
  private readonly hand: Hand;
  private system!: System;
  private readonly awaited = new Map<CourierName, Awaited>();
  private recovered: () => void = () => {};

  constructor(
    private readonly plan: Plan,
    private readonly mortal: MortalThreads,
  ) {
    const onPortError = (port: string, error: unknown) => void this.problems.push(`port ${port}: ${error}`);
    this.host = mortal.createHost(
      (startThread) =>
        (...input) =>
          this.keep(input[0], startThread(...input)),
      onPortError,
    );
    openTimerPort(this.host.vm, this.host.timers);
    this.hand = new Hand(this.host.vm, (source, { sentAt }) => this.arrived(source, sentAt));
  }

  /** A thread that is ended by its host is not there to be killed. */
  private keep(name: string, thread: Thread): Thread {
    const ofName = this.threads.get(name) ?? [];
    this.threads.set(name, ofName);
    ofName.push(thread);
    const { terminate } = thread;
    return Object.assign(thread, {
      terminate: () => {
        if (ofName.includes(thread)) ofName.splice(ofName.indexOf(thread), 1);
        return terminate.call(thread);
      },
    });
  }

  async play(): Promise<ThreadsEnding> {
    this.system = await startSystem(this.host, {
      parties,
      actors: couriers.map((schema) => ({ schema, twins: { js: true, wasm: true }, options: { logs: 1 } })),
      placement: COURIER_NAMES.map((name) => `${name}=${this.plan.placement[name]}`).join(','),
      ...OFTEN,
      // Plans say which actor moves and when.
      circuit: null,
      vmIntensity: OFTEN,
      hangMs: HANG_MS,
    });
    this.system.onChange((change) => this.changed(change));
    for (const { faults, commands } of this.plan.steps) {
      for (const fault of faults) await this.strike(fault);
      await this.hand.carryOut(commands, () => pause(1));
      await this.recovery(faults);
    }
    await this.settle();
    const ending = await collectEnding(this.system, this.hand, this);
    await this.system.stop();
    return { ...ending, recoveriesOfMs: this.recoveriesOfMs };
  }

  private arrived(source: number, sentAt: number): void {
    const name = couriers.find(({ address }) => address === source)!.name as CourierName;
    this.awaited.get(name)?.sentAt.push(sentAt);
    this.look(name);
  }

  private changed(change: SystemChange): void {
    if (change.type === 'poisoned') this.poisoned.push(idOf(change.report.message.kind, change.report.message.firstBytes));
    if (change.type === 'crash') this.struck([change.report.party as CourierName], 'trap', change.report.at);
    if (change.type === 'vm' && change.state === 'restarting') {
      const lost = this.couriersIn(change.vm as WorkerName);
      const now = this.host.clock.nowMicros();
      for (const kind of ['loss', 'hang'] as const) this.struck(lost, kind, now);
    }
  }

  private struck(names: readonly CourierName[], kind: RecoveryKind, at: number): void {
    for (const name of names) {
      const awaited = this.awaited.get(name);
      if (!awaited || awaited.kind !== kind || awaited.faultAt !== null) continue;
      awaited.faultAt = at;
      this.look(name);
    }
  }

  /** An actor has recovered when something that it has sent after the fault is there. */
  private look(name: CourierName): void {
    const awaited = this.awaited.get(name);
    if (!awaited || awaited.faultAt === null) return;
    const { faultAt, kind, sentAt } = awaited;
    const first = sentAt.find((at) => at > faultAt);
    // Nothing at all: more will come. All of it from before: it had done what it was told when the fault struck.
    if (sentAt.length === 0) return;
    this.awaited.delete(name);
    if (first !== undefined) {
      const ms = (first - faultAt) / 1000;
      this.recoveriesOfMs[kind].push(ms);
      this.recoveriesMs.push(ms);
    }
    this.recovered();
  }

  private couriersIn(vm: WorkerName): CourierName[] {
    return COURIER_NAMES.filter((name) => this.plan.placement[name] === vm);
  }

  private expect(kind: RecoveryKind, names: readonly CourierName[]): void {
    for (const name of names) this.awaited.set(name, { kind, faultAt: null, sentAt: [] });
  }

  /** Strikes with a fault. Every call may fail with its VM. */
  private async strike(fault: Fault): Promise<void> {
    if (fault.kind === 'trap') {
      this.expect('trap', [fault.actor]);
      await this.system.crash(fault.actor);
    } else if (fault.kind === 'hang') {
      this.expect('hang', this.couriersIn(this.plan.placement[fault.actor]));
      await this.system.hang(fault.actor);
    } else if (fault.kind === 'loss') {
      await this.running(fault.vm);
      this.expect('loss', this.couriersIn(fault.vm));
      const thread = this.threads.get(fault.vm)?.shift();
      if (thread) this.mortal.kill(thread);
    }
  }

  /** A hang may be noticed late: what would be ended now is the thread in reserve, and nothing would be lost. */
  private async running(vm: WorkerName): Promise<void> {
    const started = performance.now();
    while (this.system.vms.find((status) => status.vm === vm)?.state !== 'running' && performance.now() - started < PATIENCE_MS)
      await pause(1);
  }

  private async recovery(faults: readonly Fault[]): Promise<void> {
    const started = performance.now();
    while (this.awaited.size > 0) {
      const left = PATIENCE_MS - (performance.now() - started);
      if (left <= 0) {
        this.problems.push(`${[...this.awaited.keys()].join(', ')} did not go on after ${faults.map(({ kind }) => kind).join(', ')}`);
        this.awaited.clear();
        return;
      }
      await Promise.race([new Promise<void>((resolve) => (this.recovered = resolve)), pause(left)]);
    }
  }

  /** Waits until nothing moves any more. */
  private async settle(): Promise<void> {
    let before: number | null = null;
    for (let step = 0; step < SETTLE_STEPS_MAX; step++) {
      await pause(SETTLE_STEP_MS);
      const resting = await restingAt(this.system, this.hand);
      if (resting !== null && resting === before) return;
      before = resting;
    }
    this.problems.push('it does not come to rest');
  }
}

export const playThreads = (plan: Plan, mortal: MortalThreads): Promise<ThreadsEnding> => new ThreadsRun(plan, mortal).play();

/** As it crosses from a page: maps as lists of their entries. */
export type PackedEnding = ReturnType<typeof packEnding>;

export const packEnding = ({ couriers: states, hand, ...rest }: ThreadsEnding) => ({
  ...rest,
  couriers: [...states],
  hand: { streams: [...hand.streams], pairs: [...hand.pairs], answers: [...hand.answers], deskAnswers: [], asked: hand.asked },
});

export const unpackEnding = ({ couriers: states, hand, ...rest }: PackedEnding): ThreadsEnding => ({
  ...rest,
  couriers: new Map(states),
  hand: {
    streams: new Map(hand.streams),
    pairs: new Map(hand.pairs),
    answers: new Map(hand.answers),
    deskAnswers: new Map(hand.deskAnswers),
    asked: hand.asked,
  },
});
