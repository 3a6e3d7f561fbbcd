/** The contract of the control plane on every host with threads, against real workers that die, hang and fall silent. */
import { afterEach, describe, expect, it } from 'vitest';
import type { CrashReport, VmEvent } from '../../actors/contract/events.js';
import { ControlError, type TimerHandle, type Timers, type VmHandle, type VmListener } from '../../actors/contract/host.js';
import { platformClock } from '../../host-shim/common/clock.js';
import { DebuggerAwareDeadlines } from '../../host-shim/common/debugger-aware-deadlines.js';
import { Memories } from '../../host-shim/common/memories.js';
import type { Thread } from '../../host-shim/common/platform.js';
import type { Boot } from '../../host-shim/common/service.js';
import { platformTimers } from '../../host-shim/common/timers.js';
import { WorkerVm } from '../../host-shim/common/worker-vm.js';

export interface ThreadedHost {
  readonly startThread: (name: string, entry: URL, lifeLock: string) => Thread;
  readonly newLifeLock: () => string;
  readonly obstinateEntry: URL;
  /** Whether the platform reports a thread that ended itself without an error. */
  readonly silentDeath: 'noticed' | 'at the deadline';
}

/** Long enough for a worker to start on a busy machine. */
const PATIENT_MS = 60_000;
const SHORT_MS = 300;

/** Deadlines that become short once the worker has started. */
class Deadlines implements Timers {
  deadlineMs = PATIENT_MS;
  set(delayMs: number, fn: () => void): TimerHandle {
    return platformTimers.set(delayMs === PATIENT_MS ? this.deadlineMs : delayMs, fn);
  }
  clear(handle: TimerHandle): void {
    platformTimers.clear(handle);
  }
}

class Listener implements VmListener {
  readonly reports: CrashReport[] = [];
  readonly losses: string[] = [];
  private notice = () => {};
  readonly noticed = new Promise<void>((resolve) => {
    this.notice = resolve;
  });
  async report(event: VmEvent): Promise<void> {
    if (event.type === 'ended' || event.type === 'poisoned') this.reports.push(event.report);
    if (event.type === 'ended') this.notice();
  }
  async crashOf(): Promise<null> {
    return null;
  }
  lost(reason: string): void {
    this.losses.push(reason);
    this.notice();
  }
}

const failure = (call: Promise<unknown>): Promise<ControlError> =>
  call.then(
    () => expect.unreachable('the call succeeded'),
    (error) => {
      expect(error).toBeInstanceOf(ControlError);
      return error as ControlError;
    },
  );

export function controlPlaneSuite(name: string, host: ThreadedHost): void {
  describe(`control plane of ${name}`, () => {
    const started: VmHandle[] = [];
    afterEach(async () => {
      await Promise.all(started.splice(0).map((vm) => vm.terminate()));
    });

    async function start(options: { entry?: URL; vm?: Boot['name'] } = {}) {
      const listener = new Listener();
      const lifeLock = host.newLifeLock();
      const memory = new Memories('mirrored').ofVm('js', false);
      const name: Boot['name'] = options.vm ?? 'js';
      const thread = host.startThread(name, options.entry ?? host.obstinateEntry, lifeLock);
      const time = new Deadlines();
      const deadlines = new DebuggerAwareDeadlines({ timers: time, clock: platformClock, debugging: () => false });
      const limits = { deadlines, controlDeadlineMs: PATIENT_MS, loadDeadlineMs: PATIENT_MS };
      const worker = new WorkerVm(thread, name, { wasm: false, failedOver: false, lifeLock }, limits);
      const vm = await worker.start({ name, memory, spareInstances: false }, listener);
      started.push(vm);
      return { vm, listener, deadlines: time };
    }

    it('carries a call and its answer', async () => {
      const { vm } = await start();
      expect(await vm.control.health()).toEqual([]);
      expect(new TextDecoder().decode(await vm.control.snapshot('scene'))).toBe('scene');
    });

    it('reports a call that the VM refused', async () => {
      const { vm } = await start();
      const error = await failure(vm.control.stop('scene'));
      expect(error).toMatchObject({ code: 'failed', vm: 'js', call: 'stop' });
      expect((error.cause as Error).message).toBe('no actor scene');
    });

    it('carries the VM’s own reports', async () => {
      const { vm, listener } = await start();
      await vm.control.crash('report');
      await listener.noticed;
      expect(listener.reports).toMatchObject([{ party: 'scene', reason: 'unreachable' }]);
    });

    it('ends a call at its deadline when the VM is silent, and goes on', async () => {
      const { vm, deadlines } = await start();
      deadlines.deadlineMs = SHORT_MS;
      expect(await failure(vm.control.deadLetters())).toMatchObject({ code: 'deadline', call: 'deadLetters' });
      deadlines.deadlineMs = PATIENT_MS;
      expect(await vm.control.health()).toEqual([]);
    });

    it('reads an answer that has arrived before it judges a deadline', async () => {
      const { vm, deadlines } = await start();
      deadlines.deadlineMs = SHORT_MS;
      const answer = vm.control.health();
      const until = performance.now() + 2 * SHORT_MS;
      while (performance.now() < until);
      expect(await answer).toEqual([]);
    });

    const deaths = ['throw', 'reject', ...(host.silentDeath === 'noticed' ? ['silent'] : [])];
    it.each(deaths)('ends all calls in flight when the thread dies: %s', async (how) => {
      const { vm, listener } = await start();
      const unanswered = [failure(vm.control.deadLetters()), failure(vm.control.deadLetters())];
      vm.control.crash(how).catch(() => {});
      for (const error of await Promise.all(unanswered)) expect(error).toMatchObject({ code: 'lost', call: 'deadLetters' });
      expect(listener.losses).toHaveLength(1);
      if (how === 'throw') expect(listener.losses[0]).toContain('a bug in the VM');
      if (how === 'reject') expect(listener.losses[0]).toContain('a rejection that nobody handles');
      expect(await failure(vm.control.health())).toMatchObject({ code: 'lost' });
    });

    if (host.silentDeath === 'at the deadline') {
      it('ends a call at its deadline when the thread has died in silence', async () => {
        const { vm, deadlines } = await start();
        vm.control.crash('silent').catch(() => {});
        deadlines.deadlineMs = SHORT_MS;
        expect(await failure(vm.control.deadLetters())).toMatchObject({ code: 'deadline', call: 'deadLetters' });
      });
    }

    it('terminates a VM that hangs, ends its calls, and does not call it lost', async () => {
      const { vm, listener } = await start();
      const hanging = failure(vm.control.crash('hang'));
      const behind = failure(vm.control.health());
      await vm.terminate();
      expect(await hanging).toMatchObject({ code: 'lost', call: 'crash' });
      expect(await behind).toMatchObject({ code: 'lost', call: 'health' });
      expect(await failure(vm.control.health())).toMatchObject({ code: 'lost' });
      await vm.terminate();
      expect(listener.losses).toEqual([]);
    });

    it('reports why a VM did not start', async () => {
      expect(await failure(start({ vm: 'wasm' }))).toMatchObject({
        code: 'failed',
        call: 'start',
        message: expect.stringContaining('no such guest'),
      });
      const missing = new URL('./no-such-entry.js', host.obstinateEntry);
      expect(await failure(start({ entry: missing }))).toMatchObject({ code: 'lost', call: 'prepare' });
    });
  });
}
