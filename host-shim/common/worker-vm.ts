/**
 * The host's end of a VM in a worker. The platform starts the thread, ends it, and notices its death; the rest is the same
 * everywhere: Comlink carries the calls, and a guard makes each of them settle.
 *
 *   new WorkerVm(thread, ...) ── prepared ──> a thread that is ready ── start(boot) ──> a VM
 */
import { proxy, type Remote, transfer, wrap } from 'comlink';
import type { VmControl } from '../../actors/contract/control.js';
import { ControlError, inTime, type UnfitGuest, type VmHandle, type VmListener } from '../../actors/contract/host.js';
import type { VmName } from '../../actors/contract/instance.js';
import type { ProgressReader, ProgressReading } from '../../actors/contract/progress.js';
import { readProgress } from '../../actors/vm/tap/progress.js';
import type { Microseconds } from '../../protocol/names.js';
import { GUEST_START_DEADLINE_MS } from '../limits.js';
import type { DebuggerAwareDeadlines } from './debugger-aware-deadlines.js';
import { DeathWatch, guardCall, guardControl } from './guard.js';
import type { JournalPort } from './journal-port.js';
import type { GuestModules } from './known-guests.js';
import type { Thread } from './platform.js';
import type { Boot, HostEvents, Preparation, VmService } from './service.js';
import type { StoppableThread, Stops } from './stops.js';
import { platformTimers } from './timers.js';

export interface WorkerVmOptions {
  readonly deadlines: DebuggerAwareDeadlines;
  readonly controlDeadlineMs: number;
  readonly loadDeadlineMs: number;
  /** How long a guest may take when it is entered for the first time; `GUEST_START_DEADLINE_MS` when not given. */
  readonly guestStartDeadlineMs?: number;
  /** Knows when a debugger stopped a thread; without it, deadlines of requests do not stretch. */
  readonly stops?: Stops;
}

/** A guest did not return when it was entered for the first time, so its thread was ended. */
export class GuestHangs extends Error {
  override readonly name = 'GuestHangs';
  constructor(readonly guest: UnfitGuest) {
    super(`${guest.actor}: ${guest.reason}`);
  }
}

/** A thread that does not answer within this is asked after: it is stopped, or busy. */
const ANSWER_MS = 250;

export class WorkerVm implements StoppableThread {
  /** Called when the thread ends by itself before it has started as a VM. */
  onEnd: ((reason: string) => void) | null = null;
  /** Resolves when everything is loaded. @throws ControlError, GuestHangs (as rejection); the thread is gone then */
  readonly prepared: Promise<void>;
  /** The guests that cannot run. Complete once the thread is prepared. */
  private readonly unfit: UnfitGuest[] = [];
  private readonly deathWatch = new DeathWatch();
  private readonly remote: Remote<VmService>;

  constructor(
    private readonly thread: Thread,
    private readonly name: Exclude<VmName, 'host'>,
    preparation: Preparation,
    private readonly options: WorkerVmOptions,
  ) {
    this.remote = wrap<VmService>(thread.endpoint);
    thread.onEnd = (reason) => {
      if (this.deathWatch.reason !== null) return;
      this.deathWatch.cut(reason);
      void thread.terminate();
      this.onEnd?.(reason);
    };
    this.prepared = this.prepare(preparation);
    this.prepared.catch(() => {}); // whoever starts it is told
  }

  private async prepare(preparation: Preparation): Promise<void> {
    const { unfit, unchecked } = await this.ask('prepare', this.options.loadDeadlineMs, () => this.remote.prepare(preparation));
    this.thread.watch();
    this.unfit.push(...unfit);
    for (const actor of unchecked) await this.check(actor);
  }

  private async check(actor: string): Promise<void> {
    const { guestStartDeadlineMs = GUEST_START_DEADLINE_MS } = this.options;
    try {
      const wrong = await this.ask('check', guestStartDeadlineMs, () => this.remote.check(actor));
      if (wrong) this.unfit.push(wrong);
    } catch (error) {
      if (!(error instanceof ControlError && error.code === 'deadline')) throw error;
      throw new GuestHangs({ actor, reason: `its start has not returned in ${guestStartDeadlineMs} ms` });
    }
  }

  /** Modules of the guests that the next incarnation need not load. */
  modules(): Promise<GuestModules> {
    return this.remote.modules();
  }

  /** @throws ControlError when the VM did not start; its thread is gone then */
  async start(boot: Omit<Boot, 'journalPort' | 'stretches'>, listener: VmListener, journal?: JournalPort): Promise<VmHandle> {
    await this.prepared;
    this.onEnd = null;
    const { deadlines, controlDeadlineMs, stops } = this.options;
    const events = this.events(listener, journal);
    const whole = { ...boot, stretches: stops !== undefined };
    await this.ask('start', controlDeadlineMs, () =>
      journal
        ? this.remote.start(transfer({ ...whole, journalPort: journal.remote }, [journal.remote]), events)
        : this.remote.start(whole, events),
    );
    stops?.watch(this.name, this);
    this.onEnd = (reason) => listener.lost(reason);
    // A Comlink proxy accepts any call and answers with a promise, like VmControl.
    const control = this.remote.control as unknown as VmControl;
    const read = (asked: boolean) => (journal ? journal.progress.read(asked) : readProgress(boot.memory.progress));
    const progress = progressOf(read, () => this.remote.alive());
    return {
      name: this.name,
      unfit: this.unfit,
      control: guardControl(this.name, control, { deadlines, deathWatch: this.deathWatch, deadlineMs: controlDeadlineMs, progress }),
      progress,
      terminate: () => this.terminate(),
    };
  }

  stoppedUntil(): Promise<Microseconds | null> {
    if (this.deathWatch.reason !== null) return Promise.resolve(0);
    return inTime(platformTimers, ANSWER_MS, this.remote.alive(), () => new Error('no answer')).catch(() => null);
  }

  /** Ends the thread at once. Resolves when it is gone. */
  terminate(): Promise<void> {
    this.deathWatch.cut('terminated');
    return this.thread.terminate();
  }

  private events(listener: VmListener, journal?: JournalPort): HostEvents {
    return proxy<HostEvents>({
      report: async (event) => {
        await listener.report(event);
        // A checkpoint that arrives after the end is not kept.
        if (event.type === 'checkpoint' && this.deathWatch.reason === null) journal?.mirror.truncate(event.neededFrom);
      },
      crashOf: (question) => listener.crashOf(question),
      stoppedUntil: async (since) => this.options.stops?.until(since) ?? 0,
    });
  }

  /** A call before there is a guarded control: settles with the thread's answer, its end, or at the deadline. */
  private async ask<R>(call: string, deadlineMs: number, run: () => Promise<R>): Promise<R> {
    const { deathWatch } = this;
    const { deadlines } = this.options;
    try {
      return await guardCall(this.name, call, { deadlines, deathWatch, deadlineMs }, run);
    } catch (error) {
      await this.terminate();
      throw error;
    }
  }
}

function progressOf(read: (asked: boolean) => ProgressReading, alive: () => Promise<unknown>): ProgressReader {
  let asked = false;
  const answered = () => {
    asked = false;
  };
  return {
    read: () => read(asked),
    left: () => read(true),
    get asked() {
      return asked;
    },
    ask() {
      asked = true;
      alive().then(answered, answered);
    },
  };
}
