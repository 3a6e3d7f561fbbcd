import { describe, expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import { CRASH_REPORTS_MAX, type SystemChange } from '../../actors/supervisor/change-feed.js';
import { VM_RETRY_MS, VM_RETRY_MS_MAX } from '../../protocol/limits.js';
import { anna, noSecondVm, options, order, started, statusOf } from './application.js';
import { ScriptedHost } from './scripted-host.js';
import { settle } from './virtual-time.js';

const withoutWasm = { wasm: false, sharedMemory: true, workers: true };

describe('start', () => {
  test('sup_start_normal: VMs, links, routes, the actors in order, and only then may ports send', async () => {
    const { host, system } = await started({ trapRate: 0.1, seed: 5 });
    expect(host.log).toEqual([
      'start js',
      'start wasm',
      'host: attach js',
      'js: attach host',
      'host: attach wasm',
      'wasm: attach host',
      'js: attach wasm',
      'wasm: attach js',
      'host: setRoutes',
      'js: setRoutes',
      'wasm: setRoutes',
      'wasm: setTrapRate 0.1 5',
      'js: spawn anna 1',
      'wasm: spawn bert 1',
      'js: spawn carl 1',
      'host: begin',
      'js: begin',
      'wasm: begin',
    ]);
    expect(host.vm('host').routes).toEqual([
      [34, 'host'],
      [64, 'js'],
      [65, 'wasm'],
      [66, 'js'],
    ]);
    expect(system.state).toBe('running');
    expect(system.vms.map(({ vm, state }) => `${vm} ${state}`)).toEqual(['host running', 'js running', 'wasm running']);
    expect(host.time.pending).toBe(0);
  });

  test('without WebAssembly no Wasm VM is started and everything runs in JavaScript', async () => {
    const host = new ScriptedHost(withoutWasm);
    const system = await startSystem(host, options({ placement: 'wasm' }));
    expect([...host.vms.keys()]).toEqual(['host', 'js']);
    expect(system.placement.map(({ vm, reason }) => `${vm} ${reason}`)).toEqual(Array(3).fill('js device'));
    expect(system.state).toBe('running');
  });

  test('sup_start_fail: a VM that does not start is named, its error kept, and what had started is ended', async () => {
    const host = new ScriptedHost();
    const cause = new Error('worker script not found');
    host.startFailures.set('wasm', cause);
    await expect(startSystem(host, options())).rejects.toMatchObject({
      name: 'StartError',
      vm: 'wasm',
      party: '',
      cause,
      message: 'VM wasm did not start: worker script not found',
    });
    expect(host.log.slice(2)).toEqual(['js: shutdown', 'terminate js', 'host: shutdown', 'terminate host']);
  });

  test('sup_start_child_returns_error: an actor that does not start is named with its VM, and its elders are stopped', async () => {
    const refused = new Error('no guest bert');
    const host = new ScriptedHost();
    host.onStart = (vm) => vm.script('spawn bert', { error: refused });
    await expect(startSystem(host, options())).rejects.toMatchObject({
      name: 'StartError',
      vm: 'wasm',
      party: 'bert',
      cause: { name: 'ControlError', code: 'failed', cause: refused },
    });
    expect(host.log.filter((line) => /stop|shutdown|terminate/.test(line))).toEqual([
      'js: stop anna',
      'wasm: shutdown',
      'terminate wasm',
      'js: shutdown',
      'terminate js',
      'host: shutdown',
      'terminate host',
    ]);
  });

  test('a spawn that is never answered is a typed error after its deadline', async () => {
    const host = new ScriptedHost();
    host.onStart = (vm) => vm.script('spawn bert', 'hang');
    const start = startSystem(host, options()).catch((error) => error);
    await host.time.advance(5000);
    expect(await start).toMatchObject({ name: 'StartError', party: 'bert', cause: { code: 'deadline' } });
  });

  test('a VM that dies during the start ends it with a typed error', async () => {
    const host = new ScriptedHost();
    host.onStart = (vm) => vm.script('spawn carl', 'hang');
    const start = startSystem(host, options()).catch((error) => error);
    await settle();
    host.vm('wasm').die('exit code 1');
    host.vm('js').die('exit code 1');
    expect(await start).toMatchObject({ name: 'StartError', vm: 'js', party: 'carl' });
  });

  test('an actor that an elder VM lost during the start is missed', async () => {
    const host = new ScriptedHost();
    let answer = () => {};
    host.onStart = (vm) => vm.name === 'js' && vm.hold('spawn carl', new Promise<void>((resolve) => (answer = resolve)));
    const start = startSystem(host, options()).catch((error) => error);
    await settle();
    host.vm('wasm').die('exit code 1');
    answer();
    expect(await start).toMatchObject({ name: 'StartError', vm: 'wasm', party: 'bert' });
  });

  test('child_specs: an actor listed twice is refused before anything starts', async () => {
    const host = new ScriptedHost();
    await expect(startSystem(host, options({ actors: [order(anna), order(anna)], placement: 'js' }))).rejects.toThrow(
      'actor anna is listed twice',
    );
    expect(host.log).toEqual([]);
  });

  test('sup_flags: a wrong intensity is refused before anything starts', async () => {
    const host = new ScriptedHost();
    await expect(startSystem(host, options({ intensity: -1 }))).rejects.toThrow(RangeError);
    expect(host.log).toEqual([]);
  });
});

describe('a VM that is lost', () => {
  const statesOf = (host: ScriptedHost, from: number) => host.log.slice(from).filter((line) => !line.includes('causes'));

  test('is started again on its memory, linked, routed, fenced and recovered from the newest checkpoint; then its ports open', async () => {
    const { host, system } = await started();
    await host.vm('wasm').listener?.report({ type: 'checkpoint', bytes: Uint8Array.of(1), neededFrom: 0 });
    await host.vm('wasm').listener?.report({ type: 'checkpoint', bytes: Uint8Array.of(2), neededFrom: 0 });
    const from = host.log.length;
    const lost = host.vm('wasm');
    lost.die('exit code 134');
    await lost.listener?.report({ type: 'checkpoint', bytes: Uint8Array.of(3), neededFrom: 0 });
    await settle();
    expect(statesOf(host, from)).toEqual([
      'terminate wasm',
      'start wasm again',
      'wasm: attach host',
      'host: attach wasm',
      'wasm: attach js',
      'js: attach wasm',
      'wasm: setRoutes',
      'host: setRoutes',
      'js: setRoutes',
      'wasm: fence 65 2',
      'host: fence 65 2',
      'js: fence 65 2',
      'wasm: recover bert 2 from 2',
      'wasm: begin',
    ]);
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 2, restarts: 1, reason: 'VM wasm was lost: exit code 134' });
    expect(statusOf(system, 'anna')).toMatchObject({ epoch: 1, restarts: 0 });
    expect([system.state, system.vms.at(-1)?.state]).toEqual(['running', 'running']);
  });

  test('an actor that ends while its VM recovers is restarted when the VM takes commands', async () => {
    const { host, system } = await started();
    host.onStart = (vm) => {
      vm.hold(
        'recover',
        settle().then(() => vm.trap('bert', 2)),
      );
    };
    host.vm('wasm').die('exit code 1');
    await settle();
    await settle();
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 3, restarts: 2 });
    expect(host.log).toContain('wasm: restart bert 3');
  });

  test('lost again while it recovers, it is started once more', async () => {
    const { host, system } = await started();
    let deaths = 0;
    host.onStart = (vm) => {
      if (deaths++ === 0)
        vm.hold(
          'recover',
          Promise.resolve().then(() => vm.die('once more')),
        );
    };
    host.vm('wasm').die('exit code 1');
    await settle();
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 3, reason: expect.stringContaining('once more') });
    expect(host.log.filter((line) => line === 'start wasm again')).toHaveLength(2);
  });

  test('two at once come back linked with each other', async () => {
    const { host, system } = await started();
    const from = host.log.length;
    host.vm('js').die('exit code 1');
    host.vm('wasm').die('exit code 1');
    await settle();
    expect(host.log.slice(from).filter((line) => line.includes('attach js') || line === 'js: attach wasm')).toEqual([
      'host: attach js',
      'wasm: attach js',
      'js: attach wasm',
    ]);
    expect(system.actors.map(({ state, epoch }) => `${state} ${epoch}`)).toEqual(Array(3).fill('running 2'));
  });

  test('of two at once the second is told to refuse no frame that the first had sent before', async () => {
    const { host } = await started();
    host.vm('wasm').die('exit code 1');
    host.vm('js').die('exit code 1');
    await settle();
    const recovered = host.log.findIndex((line) => line.startsWith('js: recover'));
    expect(recovered).toBeGreaterThan(0);
    expect(host.log.slice(0, recovered).filter((line) => line.startsWith('js: fence'))).toEqual([
      'js: fence 64 2',
      'js: fence 66 2',
      'js: fence 65 2',
    ]);
  });

  test('once too often within the period, it stays lost', async () => {
    const { host, system } = await started({ vmIntensity: { intensity: 2, periodMs: 1000 } });
    for (let i = 0; i < 3; i++) {
      host.vm('wasm').die(`death ${i}`);
      await settle();
    }
    expect(system.vms.at(-1)).toMatchObject({ vm: 'wasm', state: 'lost', reason: 'death 2' });
    expect(statusOf(system, 'bert').state).toBe('lost');
    expect(system.state).toBe('degraded');
    expect(host.vm('js').routes).not.toContainEqual([65, 'wasm']);
  });

  describe('when its thread does not start', () => {
    const startsOf = (host: ScriptedHost) => host.log.filter((line) => line.startsWith('start wasm again')).length;

    async function failing(intensity: number) {
      const { host, system } = await started({ vmIntensity: { intensity, periodMs: 1000 } });
      const told: SystemChange[] = [];
      system.onChange((change) => change.type === 'vm' && told.push(change));
      host.startFailures.set('wasm', new Error('/wasm.js could not be loaded'));
      host.vm('wasm').die('exit code 1');
      await settle();
      return { host, system, told };
    }

    test('it is tried again after pauses that grow, each is told, and then it stays lost', async () => {
      const { host, system, told } = await failing(4);
      const waits = { type: 'vm', vm: 'wasm', state: 'restarting', reason: '/wasm.js could not be loaded', failedOver: false };
      expect(told).toEqual([
        { ...waits, reason: 'exit code 1' },
        { ...waits, retryMs: VM_RETRY_MS },
      ]);
      expect(system.vms.at(-1)).toEqual({ vm: 'wasm', state: 'restarting', reason: waits.reason, failedOver: false, retryMs: VM_RETRY_MS });
      for (const [i, retryMs] of [VM_RETRY_MS, 2 * VM_RETRY_MS, 4 * VM_RETRY_MS].entries()) {
        expect(told.at(-1)).toEqual({ ...waits, retryMs });
        await host.time.advance(retryMs - 1);
        expect(startsOf(host)).toBe(i + 1);
        await host.time.advance(1);
        expect(startsOf(host)).toBe(i + 2);
      }
      expect(told.at(-1)).toEqual({ ...waits, state: 'lost' });
      expect(told).toHaveLength(5);
      expect(statusOf(system, 'bert')).toMatchObject({ state: 'lost', epoch: 2, reason: 'VM wasm was lost: /wasm.js could not be loaded' });
    });

    test('it runs as soon as it does, and a pause is never longer than a bound', async () => {
      const { host, system } = await failing(100);
      await host.time.advance(100 * VM_RETRY_MS);
      expect(system.vms.at(-1)).toMatchObject({ state: 'restarting', retryMs: VM_RETRY_MS_MAX });
      host.startFailures.clear();
      await host.time.advance(VM_RETRY_MS_MAX);
      expect(system.vms.at(-1)).toEqual({ vm: 'wasm', state: 'running', reason: '/wasm.js could not be loaded', failedOver: false });
      expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 2, restarts: 1 });
      host.startFailures.set('wasm', new Error('again'));
      host.vm('wasm').die('exit code 1');
      await settle();
      expect(system.vms.at(-1)).toMatchObject({ state: 'restarting', retryMs: VM_RETRY_MS });
    });

    test('a stop does not wait for the pause, and nothing is started after it', async () => {
      const { host, system } = await failing(4);
      const stopping = system.stop();
      await settle();
      await stopping;
      expect([system.state, host.time.pending, startsOf(host)]).toEqual(['stopped', 0, 1]);
    });
  });

  test('a stop while a VM is started again leaves no thread', async () => {
    const { host, system } = await started();
    host.vm('js').die('exit code 1');
    const stopping = system.stop();
    await settle();
    await stopping;
    const starts = host.log.filter((line) => line.startsWith('start js')).length;
    expect(host.log.filter((line) => line === 'terminate js').length).toBeGreaterThanOrEqual(starts);
  });
});

describe('a VM that is lost and has been started too often', () => {
  test('loses its actors and their routes; the others go on, and the system says so', async () => {
    const { host, system } = await started(noSecondVm);
    host.vm('wasm').die('exit code 134');
    await settle();
    expect(system.state).toBe('degraded');
    expect(system.vms.at(-1)).toMatchObject({ vm: 'wasm', state: 'lost', reason: 'exit code 134' });
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'lost', reason: 'VM wasm was lost: exit code 134' });
    expect(host.vm('host').routes).toEqual([
      [34, 'host'],
      [64, 'js'],
      [66, 'js'],
    ]);
    host.vm('js').trap('anna');
    await settle();
    expect(statusOf(system, 'anna')).toMatchObject({ state: 'running', epoch: 2 });
    await expect(system.startActor('bert')).rejects.toMatchObject({ name: 'StartError', cause: { code: 'lost' } });
    await expect(system.crash('bert')).rejects.toMatchObject({ code: 'state' });
    expect((await system.stop()).map(({ outcome }) => outcome)).toEqual(['stopped', 'down', 'stopped']);
    expect(host.log).not.toContain('wasm: shutdown');
  });

  test('takes its ports with it, though no actor lived there', async () => {
    const { host, system } = await started({ placement: 'wasm', portVms: { page: 'js' }, ...noSecondVm });
    expect(host.vm('wasm').routes).toContainEqual([34, 'js']);
    host.vm('js').die('page code threw');
    await settle();
    expect(system.state).toBe('degraded');
    expect(host.vm('wasm').routes.map(([address]) => address)).toEqual([64, 65, 66]);
  });

  test('while its actor restarts leaves the actor lost, not exhausted', async () => {
    const { host, system } = await started(noSecondVm);
    host.vm('wasm').script('restart bert', 'hang');
    host.vm('wasm').trap('bert');
    await settle();
    host.vm('wasm').die('exit code 1');
    await settle();
    expect(statusOf(system, 'bert').state).toBe('lost');
  });

  test('is noticed by a failing restart before it is announced: the actor is lost, not exhausted', async () => {
    const { host, system } = await started(noSecondVm);
    host.vm('wasm').deathWatch.cut('exit code 1');
    host.vm('wasm').trap('bert');
    await settle();
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'lost', reason: 'restart in VM wasm: lost: exit code 1', restarts: 1 });
    host.vm('wasm').die('exit code 1');
    await settle();
    expect(system.vms.at(-1)?.state).toBe('lost');
    expect(statusOf(system, 'bert').state).toBe('lost');
  });

  test('with all actors in it: the system has failed, and can still be stopped', async () => {
    const { host, system } = await started({ placement: 'wasm', ...noSecondVm });
    host.vm('wasm').die('exit code 1');
    await settle();
    expect(system.state).toBe('failed');
    expect((await system.stop()).map(({ outcome }) => outcome)).toEqual(['down', 'down', 'down']);
  });
});

describe('what a person sees', () => {
  test('changes come as they happen, until the listener is taken away', async () => {
    const { host, system } = await started({ intensity: 1 });
    const seen: string[] = [];
    const forget = system.onChange((change) =>
      seen.push(change.type === 'actor' ? `${change.actor} ${change.state} ${change.epoch}` : change.type),
    );
    host.vm('wasm').trap('bert');
    await settle();
    expect(seen).toEqual(['bert restarting 1', 'bert restarting 2', 'crash', 'bert running 2']);
    forget();
    host.vm('wasm').trap('bert');
    await settle();
    expect(seen).toHaveLength(4);
  });

  test('the system announces its own state', async () => {
    const { host, system } = await started({ intensity: 0 });
    const states: string[] = [];
    system.onChange((change) => change.type === 'system' && states.push(change.state));
    host.vm('wasm').trap('bert');
    await settle();
    await system.stop();
    expect(states).toEqual(['degraded', 'stopping', 'stopped']);
  });

  test('a listener that throws does not disturb supervision', async () => {
    const { host, system } = await started();
    system.onChange(() => {
      throw new Error('listener');
    });
    host.vm('wasm').trap('bert');
    await settle();
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 2 });
    await expect(host.time.advance(0)).rejects.toThrow('listener');
  });

  test('crash reports are complete, and bounded', async () => {
    const { host, system } = await started({ intensity: 1000 });
    const link = (address: number, sequence: number) => ({ address, source: '', sequence, kindName: '' });
    // bert's message came from the page (sequence 1), whose cause is known to the host; that cause came from anna, in the js VM.
    host.vm('host').chains.set('34 1', [link(34, 1), link(64, 9)]);
    host.vm('js').chains.set('64 9', [link(64, 9), link(66, 4)]);
    host.vm('wasm').trap('bert');
    await settle();
    expect(system.crashReports.at(-1)?.causes).toEqual([link(64, 9), link(66, 4)]);
    for (let i = 0; i < CRASH_REPORTS_MAX + 5; i++) {
      host.vm('wasm').trap('bert');
      await settle();
    }
    expect(system.crashReports).toHaveLength(CRASH_REPORTS_MAX);
    expect(system.crashReports.at(-1)?.epoch).toBe(CRASH_REPORTS_MAX + 6);
  });

  test('a poison message is reported and ends nothing', async () => {
    const { host, system } = await started();
    const seen: SystemChange[] = [];
    system.onChange((change) => seen.push(change));
    host.vm('wasm').poison('bert');
    await settle();
    expect(seen.map(({ type }) => type)).toEqual(['poisoned']);
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 1 });
  });

  test('a VM that does not take new routes is reported', async () => {
    const { host, system } = await started();
    const seen: SystemChange[] = [];
    system.onChange((change) => seen.push(change));
    host.vm('js').script('setRoutes', { error: new Error('no link') });
    await system.stopActor('bert');
    await settle();
    expect(seen.at(-1)).toMatchObject({ type: 'control', error: { vm: 'js', call: 'setRoutes', code: 'failed' } });
  });

  test('health joins what the supervisor and the VMs know, and never rejects', async () => {
    const { host, system } = await started();
    host.vm('js').script('health', { error: new Error('busy') });
    const health = await system.health();
    expect(health.state).toBe('running');
    expect(health.actors.map(({ actor, state, load }) => [actor, state, load?.handled])).toEqual([
      ['anna', 'running', undefined],
      ['bert', 'running', 3],
      ['carl', 'running', undefined],
    ]);
  });

  test('counters are summed and dead letters joined over the VMs', async () => {
    const { host, system } = await started();
    host.vm('js').counted = { sent: { 'anna>bert': 2 }, traps: 1 };
    host.vm('wasm').counted = { sent: { 'anna>bert': 3, 'bert>anna': 1 }, traps: 2, replayed: 4 };
    const counters = await system.counters();
    expect(counters.sent).toEqual({ 'anna>bert': 5, 'bert>anna': 1 });
    expect(counters).toMatchObject({ traps: 3, replayed: 4, divergent: 0 });
    const letter = (at: number) =>
      ({ code: 'refused', detail: '', kind: 0, source: 0, target: 0, sequence: 0, frame: new Uint8Array(), report: null, at }) as const;
    host.vm('js').letters = [letter(2), letter(5)];
    host.vm('wasm').letters = [letter(3)];
    expect((await system.deadLetters()).map(({ at }) => at)).toEqual([2, 3, 5]);
  });

  test('crash and animating are passed on', async () => {
    const { host, system } = await started();
    await system.crash('bert');
    await system.setAnimating(true);
    expect(host.log.slice(-4)).toEqual(['wasm: crash bert', 'host: setAnimating true', 'js: setAnimating true', 'wasm: setAnimating true']);
  });
});
