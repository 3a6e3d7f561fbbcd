/** Which VMs are taken to hang, and which are not. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Place } from '../../actors/contract/progress.js';
import { INTENSITY_DEFAULT } from '../../actors/supervisor/intensity.js';
import { type HangNotice, Watchdog } from '../../actors/supervisor/vm/watchdog.js';
import { DebuggerAwareDeadlines } from '../../host-shim/common/debugger-aware-deadlines.js';
import { HANG_MS } from '../../protocol/limits.js';
import { bert, started, statusOf } from './application.js';
import { ScriptedHost, ScriptedProgress } from './scripted-host.js';
import { VirtualTime } from './virtual-time.js';

const HANGS_AFTER_MS = 400;
const TICK_MS = HANGS_AFTER_MS / 4;

describe('the watchdog', () => {
  let host: ScriptedHost;
  let watchdog: Watchdog;
  let progress: ScriptedProgress;
  let hangs: HangNotice[];

  beforeEach(() => {
    host = new ScriptedHost();
    watchdog = new Watchdog(host, HANGS_AFTER_MS);
    progress = new ScriptedProgress();
    hangs = [];
    watchdog.watch({ ...host.local, progress }, (notice) => hangs.push(notice));
  });

  const busy = (count: number) => {
    progress.reading = { busy: true, count, place: null };
  };

  test('takes a VM to hang that is busy without progress for the time, once', async () => {
    busy(7);
    await host.time.advance(HANGS_AFTER_MS);
    expect(hangs).toEqual([]);
    await host.time.advance(TICK_MS);
    expect(hangs).toMatchObject([{ count: 7 }]);
    await host.time.advance(10 * HANGS_AFTER_MS);
    expect(hangs).toHaveLength(1);
  });

  test('leaves a VM alone that makes progress, however slowly', async () => {
    for (let count = 0; count < 20; count++) {
      busy(count);
      await host.time.advance(0.9 * HANGS_AFTER_MS);
    }
    expect(hangs).toEqual([]);
  });

  test('leaves a VM alone that has nothing to do and answers', async () => {
    let asked = 0;
    progress.onAsk = () => asked++;
    await host.time.advance(10 * HANGS_AFTER_MS);
    expect(hangs).toEqual([]);
    expect(asked).toBe(40);
  });

  test('takes a VM to hang that is not busy and does not answer', async () => {
    progress.onAsk = () => {
      progress.asked = true;
    };
    await host.time.advance(HANGS_AFTER_MS + 2 * TICK_MS);
    expect(hangs).toHaveLength(1);
  });

  test('starts again when its own thread was stopped', async () => {
    busy(1);
    for (let i = 0; i < 10; i++) {
      await host.time.advance(HANGS_AFTER_MS - TICK_MS);
      host.time.stop(3 * TICK_MS);
      await host.time.advance(0);
    }
    expect(hangs).toEqual([]);
    await host.time.advance(HANGS_AFTER_MS + TICK_MS);
    expect(hangs).toHaveLength(1);
  });

  test('judges nobody while somebody debugs', async () => {
    busy(1);
    host.debugging = true;
    await host.time.advance(10 * HANGS_AFTER_MS);
    expect(hangs).toEqual([]);
    host.debugging = false;
    await host.time.advance(HANGS_AFTER_MS + TICK_MS);
    expect(hangs).toHaveLength(1);
  });

  /** A host that does not know of debuggers, but can find out. */
  function probing() {
    const answers: ((stopped: boolean) => void)[] = [];
    host.probeDebugger = () => new Promise((resolve) => answers.push(resolve));
    return {
      asked: () => answers.length,
      answer: async (stopped: boolean) => {
        answers.at(-1)!(stopped);
        await host.time.advance(0);
      },
    };
  }

  test('asks before it judges whether a debugger has stopped the VM, and not before it suspects it', async () => {
    const { asked, answer } = probing();
    busy(7);
    await host.time.advance(HANGS_AFTER_MS);
    expect(asked()).toBe(0);
    await host.time.advance(10 * HANGS_AFTER_MS);
    expect(asked()).toBe(1);
    expect(hangs).toEqual([]);
    await answer(false);
    expect(hangs).toMatchObject([{ count: 7 }]);
  });

  test('gives the whole time again to a VM that a debugger has stopped, and asks again', async () => {
    const { asked, answer } = probing();
    busy(7);
    for (let round = 1; round <= 5; round++) {
      await host.time.advance(HANGS_AFTER_MS + TICK_MS);
      expect(asked()).toBe(round);
      await answer(true);
      await host.time.advance(HANGS_AFTER_MS - TICK_MS);
      expect(asked()).toBe(round);
    }
    await host.time.advance(2 * TICK_MS);
    await answer(false);
    expect(hangs).toHaveLength(1);
  });

  test.each(['got on', 'answered', 'was forgotten'])('judges nobody who %s while it asked', async (what) => {
    const { asked, answer } = probing();
    busy(7);
    await host.time.advance(HANGS_AFTER_MS + TICK_MS);
    expect(asked()).toBe(1);
    if (what === 'got on') busy(8);
    if (what === 'answered') progress.reading = { busy: false, count: 7, place: null };
    if (what === 'was forgotten') watchdog.forget('host');
    await answer(false);
    expect(hangs).toEqual([]);
  });

  test('forgets a VM on demand, and rests when it watches none', async () => {
    busy(1);
    watchdog.forget('host');
    progress.onAsk = () => expect.unreachable();
    await host.time.advance(10 * HANGS_AFTER_MS);
    expect(hangs).toEqual([]);
  });
});

describe('a VM that hangs', () => {
  const place: Place = { address: bert.address, position: 640, index: 3, source: 0, sequence: 0, attempts: 0, certain: true };
  const reason = `hang: no progress in ${HANG_MS} ms`;

  async function hung(after: Partial<{ busy: boolean; count: number }> = {}) {
    const { host, system } = await started();
    const { progress } = host.vm('wasm');
    progress.reading = { busy: true, count: 5, place };
    host.log.length = 0;
    host.onStart = () => {
      progress.reading = { ...progress.reading, ...after };
    };
    await host.time.advance(2 * HANG_MS);
    return { host, system };
  }

  test('is ended, started again and told where it hung', async () => {
    const { host, system } = await hung();
    expect(host.log.slice(0, 3)).toEqual(['terminate wasm', 'terminate wasm', 'start wasm again']);
    expect(host.vm('wasm').suspects).toEqual([{ ...place, reason, reported: false, hung: true }]);
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 2, reason: `VM wasm was lost: ${reason}` });
    expect(statusOf(system, 'anna')).toMatchObject({ state: 'running', epoch: 1 });
  });

  test.each([{ busy: false }, { count: 6 }])('and got on before its thread was gone is not blamed (%o)', async (after) => {
    const { host } = await hung(after);
    expect(host.vm('wasm').suspects).toEqual([]);
  });

  test('again is told of both places, and that the first was reported', async () => {
    const { host } = await hung();
    const vm = host.vm('wasm');
    vm.tellHung('bert');
    vm.progress.reading = { busy: true, count: 9, place: { ...place, position: 800 } };
    await host.time.advance(2 * HANG_MS);
    expect(host.vm('wasm').suspects).toMatchObject([
      { position: 640, reported: true },
      { position: 800, reported: false },
    ]);
  });

  test('after every start is lost in the end: the time for which it hung does not count as life', async () => {
    const { host, system } = await started();
    host.onStart = (vm) => {
      vm.progress.reading = { busy: true, count: 1, place };
    };
    host.vm('wasm').progress.reading = { busy: true, count: 1, place };
    await host.time.advance(60 * HANG_MS);
    expect(host.log.filter((line) => line === 'start wasm again')).toHaveLength(INTENSITY_DEFAULT.intensity);
    expect(system.vms).toContainEqual({ vm: 'wasm', state: 'lost', reason, failedOver: false });
    expect(statusOf(system, 'anna').state).toBe('running');
  });

  test('while it shuts down is ended', async () => {
    const { host, system } = await started();
    host.vm('wasm').script('shutdown', 'hang');
    host.vm('wasm').progress.reading = { busy: true, count: 5, place };
    const stopped = system.stop();
    await host.time.advance(HANG_MS + HANG_MS / 4);
    await stopped;
    expect(host.log).toContain('terminate wasm');
  });

  test('has a spare kept for it while it runs', async () => {
    const { host, system } = await started();
    expect([...host.spares]).toEqual([
      ['js', true],
      ['wasm', true],
    ]);
    await system.stop();
    expect([...host.spares.values()]).toEqual([false, false]);
  });
});

describe('deadlines', () => {
  const open = (probeDebugger?: () => Promise<boolean>) => {
    const time = new VirtualTime();
    let debugging = false;
    let due = 0;
    const deadlines = new DebuggerAwareDeadlines({ timers: time, clock: time, debugging: () => debugging, probeDebugger });
    const wait = (progress?: () => unknown) => deadlines.wait(1_000, () => due++, progress);
    const debug = (now: boolean) => {
      debugging = now;
    };
    return { time, wait, debug, due: () => due };
  };

  test('ends after its time, once', async () => {
    const { time, wait, due } = open();
    wait();
    await time.advance(999);
    expect(due()).toBe(0);
    await time.advance(10_000);
    expect(due()).toBe(1);
  });

  test('is extended when the thread was stopped', async () => {
    const { time, wait, due } = open();
    wait();
    time.stop(60_000);
    await time.advance(999);
    expect(due()).toBe(0);
    await time.advance(1);
    expect(due()).toBe(1);
  });

  test('does not end while somebody debugs', async () => {
    const { time, wait, debug, due } = open();
    debug(true);
    wait();
    await time.advance(60_500);
    expect(due()).toBe(0);
    debug(false);
    await time.advance(1_000);
    expect(due()).toBe(1);
  });

  test('asks when it falls due whether a debugger has stopped the other side', async () => {
    const answers: ((stopped: boolean) => void)[] = [];
    const { time, wait, due } = open(() => new Promise((resolve) => answers.push(resolve)));
    wait();
    await time.advance(5_000);
    expect([answers.length, due()]).toEqual([1, 0]);
    answers[0](true);
    await time.advance(999);
    expect([answers.length, due()]).toEqual([1, 0]);
    await time.advance(1);
    answers[1](false);
    await time.advance(0);
    await time.advance(0);
    expect([answers.length, due()]).toEqual([2, 1]);
  });

  test.each([true, false])('is cancelled while it asks, and the answer is %s', async (stopped) => {
    let answer = (_stopped: boolean) => {};
    const { time, wait, due } = open(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const takeBack = wait();
    await time.advance(1_000);
    takeBack();
    answer(stopped);
    await time.advance(10_000);
    expect(due()).toBe(0);
    expect(time.pending).toBe(0);
  });

  test('is extended for progress, though not for ever', async () => {
    const { time, wait, due } = open();
    let count = 0;
    wait(() => count++);
    await time.advance(60_999);
    expect(due()).toBe(0);
    await time.advance(1);
    expect(due()).toBe(1);
  });

  test('is taken back', async () => {
    const { time, wait, due } = open();
    wait()();
    await time.advance(10_000);
    expect(due()).toBe(0);
    expect(time.pending).toBe(0);
  });
});
