/**
 * A VM in a worker, as its host holds it. The platform says how a thread is started, ended, and known to be dead; the rest is the
 * same everywhere: Comlink carries the calls, and a guard makes each of them settle.
 */
import { type Endpoint, proxy, transfer, wrap } from 'comlink';
import type { VmControl, VmEvents } from '../../actors/control.js';
import { ControlError, type ControlFailure, type Timers, type VmHandle, type VmListener } from '../../actors/host.js';
import type { VmName } from '../../actors/instance.js';
import { guardControl, Lifeline } from '../../actors/supervisor/guard.js';
import type { JournalPort } from './journal-port.js';
import type { Boot, VmService } from './service.js';

/** A thread that runs a worker file. */
export interface Thread {
  readonly endpoint: Endpoint;
  /** Called once, when the thread has ended or can no longer be relied on. Set by the host before anything is sent. */
  onEnd: ((reason: string) => void) | null;
  /** Called once the VM has started: from then on its death must be noticed even when the thread says nothing. */
  watch(): void;
  /** Ends the thread at once. Resolves when it is gone. */
  terminate(): Promise<void>;
}

export interface WorkerVmOptions {
  readonly timers: Timers;
  readonly controlDeadlineMs: number;
}

/** @throws ControlError when the VM did not start; its thread is gone then */
export async function startWorkerVm(
  thread: Thread,
  boot: Omit<Boot, 'journalPort'>,
  listener: VmListener,
  options: WorkerVmOptions,
  journal?: JournalPort,
): Promise<VmHandle> {
  const { name } = boot;
  const lifeline = new Lifeline();
  const remote = wrap<VmService>(thread.endpoint);
  let started = false;
  thread.onEnd = (reason) => {
    if (lifeline.reason !== null) return;
    lifeline.cut(reason);
    void thread.terminate();
    if (started) listener.lost(reason);
  };
  const terminate = () => {
    lifeline.cut('terminated');
    return thread.terminate();
  };

  const events = proxy<VmEvents>({
    ended: (report) => listener.ended(report),
    poisoned: (report, frame) => listener.poisoned(report, frame),
    checkpoint: async (bytes, neededFrom) => {
      await listener.checkpoint(bytes, neededFrom);
      // One that comes after the end is not kept.
      if (lifeline.reason === null) journal?.mirror.truncate(neededFrom);
    },
  });
  try {
    const start = journal
      ? remote.start(transfer({ ...boot, journalPort: journal.remote }, [journal.remote]), events)
      : remote.start(boot, events);
    await settleStart(start, name, lifeline, options);
  } catch (error) {
    await terminate();
    throw error;
  }
  started = true;
  thread.watch();
  // A Comlink proxy takes any call and answers with a promise, as VmControl does.
  const control = remote.control as unknown as VmControl;
  return { name, control: guardControl(name, control, options.timers, lifeline, options.controlDeadlineMs), terminate };
}

/** The first call, before there is a control to guard: settles with the VM's answer, its thread's end, or at the deadline. */
function settleStart(
  answer: Promise<void>,
  name: VmName,
  lifeline: Lifeline,
  { timers, controlDeadlineMs }: WorkerVmOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (code: ControlFailure, detail: string, cause?: unknown) => {
      settle();
      reject(new ControlError(code, name, 'start', detail, { cause }));
    };
    const timer = timers.set(controlDeadlineMs, () => fail('deadline', `no answer in ${controlDeadlineMs} ms`));
    const forget = lifeline.onCut((reason) => fail('lost', reason));
    const settle = () => {
      timers.clear(timer);
      forget();
    };
    answer.then(
      () => {
        settle();
        resolve();
      },
      (error) => fail('failed', error instanceof Error ? error.message : String(error), error),
    );
  });
}
