/** A tree of supervisors over actors: which are ended and restarted together, in what order, and how far an exhausted budget climbs. */
import { describe, expect, test } from 'vitest';
import type { SystemOptions } from '../../actors/application/system.js';
import { startSystem } from '../../actors/application/system.js';
import type { SupervisorSpec } from '../../actors/supervisor/supervision.js';
import { anna, bert, carl, options, order, started, statusOf } from './application.js';
import { ScriptedHost } from './scripted-host.js';
import { settle } from './virtual-time.js';

const CHILDREN = ['anna', 'bert', 'carl'];
const flat = (more: Partial<SupervisorSpec>): Partial<SystemOptions> => ({
  supervision: { supervisor: 'root', children: CHILDREN, ...more },
});
/** anna, then bert and carl under a supervisor of their own. */
const nested = (inner: Partial<SupervisorSpec>, outer: Partial<SupervisorSpec> = {}): SupervisorSpec => ({
  supervisor: 'root',
  children: ['anna', { supervisor: 'pair', children: ['bert', 'carl'], intensity: 1, ...inner }],
  ...outer,
});

const states = (system: { readonly actors: readonly { readonly actor: string; readonly state: string; readonly epoch: number }[] }) =>
  system.actors.map(({ actor, state, epoch }) => `${actor} ${state} ${epoch}`);
const orders = (host: ScriptedHost) => host.log.filter((line) => /: (end|restart|stop|spawn) /.test(line));

describe('groups', () => {
  test('one_for_all: the others are ended in reverse order, then all are restarted in order, each as its next incarnation', async () => {
    const { host, system } = await started(flat({ strategy: 'one_for_all' }));
    host.log.length = 0;
    host.vm('wasm').trap('bert');
    await settle();
    expect(orders(host)).toEqual(['js: end carl', 'js: end anna', 'js: restart anna 2', 'wasm: restart bert 2', 'js: restart carl 2']);
    expect(states(system)).toEqual(['anna running 2', 'bert running 2', 'carl running 2']);
    expect(statusOf(system, 'carl').reason).toBe('ended by its supervisor');
    expect(host.vm('host').routes.map(([address]) => address)).toEqual([34, 64, 65, 66]);
  });

  test('rest_for_one: those that started before it are left alone', async () => {
    const { host, system } = await started(flat({ strategy: 'rest_for_one' }));
    host.log.length = 0;
    host.vm('wasm').trap('bert');
    await settle();
    expect(orders(host)).toEqual(['js: end carl', 'wasm: restart bert 2', 'js: restart carl 2']);
    expect(states(system)).toEqual(['anna running 1', 'bert running 2', 'carl running 2']);
  });

  test('nobody in a group has a permit: its VM does not know of the others', async () => {
    const { host } = await started(flat({ strategy: 'rest_for_one' }));
    await settle();
    expect([...host.vm('js').permits, ...host.vm('wasm').permits]).toEqual([]);
  });

  test('one_for_all: a restart that fails is tried again with all the others', async () => {
    const { host, system } = await started(flat({ strategy: 'one_for_all' }));
    host.vm('wasm').script('restart bert', { error: new Error('out of memory') });
    host.log.length = 0;
    host.vm('js').trap('carl');
    await settle();
    expect(orders(host)).toEqual([
      'wasm: end bert',
      'js: end anna',
      'js: restart anna 2',
      'wasm: restart bert 2',
      'js: end anna',
      'js: restart anna 3',
      'wasm: restart bert 3',
      'js: restart carl 2',
    ]);
    expect(states(system)).toEqual(['anna running 3', 'bert running 3', 'carl running 2']);
  });

  test('an actor that a command stopped stays down when its group is restarted', async () => {
    const { host, system } = await started(flat({ strategy: 'one_for_all' }));
    await system.stopActor('carl');
    host.vm('wasm').trap('bert');
    await settle();
    expect(states(system)).toEqual(['anna running 2', 'bert running 2', 'carl stopped 1']);
    await system.startActor('carl');
    expect(statusOf(system, 'carl').state).toBe('running');
  });

  test('temporary_bystander: an actor that its group takes along is stopped and forgotten', async () => {
    const { host, system } = await started({
      ...flat({ strategy: 'one_for_all' }),
      actors: [order(anna), order(bert), order(carl, { restart: 'temporary' })],
    });
    host.log.length = 0;
    host.vm('wasm').trap('bert');
    await settle();
    expect(orders(host)).toEqual(['js: stop carl', 'js: end anna', 'js: restart anna 2', 'wasm: restart bert 2']);
    expect(states(system)).toEqual(['anna running 2', 'bert running 2']);
  });

  test('a VM that is lost in the middle of a round recovers its actors, and the round goes on', async () => {
    const { host, system } = await started(flat({ strategy: 'one_for_all' }));
    host.vm('js').script('end carl', 'hang');
    host.vm('wasm').trap('bert');
    await settle();
    host.vm('js').die('exit code 1');
    await host.time.advance(10_000);
    expect(system.actors.map(({ state }) => state)).toEqual(['running', 'running', 'running']);
    expect(system.state).toBe('running');
  });
});

describe('nested supervisors', () => {
  test('only the group that an actor belongs to is restarted', async () => {
    const { host, system } = await started({ supervision: nested({ strategy: 'one_for_all' }) });
    host.vm('js').trap('carl');
    await settle();
    expect(states(system)).toEqual(['anna running 1', 'bert running 2', 'carl running 2']);
  });

  test('a supervisor that exhausts its budget is restarted by its parent, and its actors go on with their state', async () => {
    const { host, system } = await started({ supervision: nested({}) });
    host.log.length = 0;
    for (let i = 0; i < 2; i++) {
      host.vm('wasm').trap('bert');
      await settle();
    }
    expect(orders(host)).toEqual(['wasm: restart bert 2', 'js: end carl', 'wasm: restart bert 3', 'js: restart carl 2']);
    expect(states(system)).toEqual(['anna running 1', 'bert running 3', 'carl running 2']);
  });

  test('a supervisor is restarted, or started by order, without a temporary actor that was forgotten', async () => {
    const actors = [order(anna), order(bert, { restart: 'temporary' }), order(carl)];
    const { host, system } = await started({ supervision: nested({}), actors });
    host.vm('wasm').trap('bert');
    for (let i = 0; i < 2; i++) {
      await settle();
      host.vm('js').trap('carl');
    }
    await settle();
    expect(states(system)).toEqual(['anna running 1', 'carl running 3']);
    for (let i = 0; i < 10 && statusOf(system, 'carl').state === 'running'; i++) {
      host.vm('js').trap('carl');
      await settle();
    }
    expect(statusOf(system, 'carl').state).toBe('exhausted');
    await system.startActor('carl');
    expect(statusOf(system, 'carl').state).toBe('running');
  });

  test('degrade: when that was too often the whole branch stays down, and the rest goes on', async () => {
    const { host, system } = await started({ supervision: nested({ intensity: 0 }, { intensity: 1 }) });
    for (let i = 0; i < 2; i++) {
      host.vm('wasm').trap('bert');
      await settle();
    }
    expect(states(system)).toEqual(['anna running 1', 'bert exhausted 2', 'carl exhausted 2']);
    expect(statusOf(system, 'bert').reason).toBe('restart budget exhausted: unreachable executed');
    expect(host.vm('host').routes.map(([address]) => address)).toEqual([34, 64]);
    expect(system.state).toBe('degraded');
    await system.startActor('bert');
    await system.startActor('carl');
    expect(states(system)).toEqual(['anna running 1', 'bert running 3', 'carl running 3']);
    expect(system.state).toBe('running');
  });

  test('stop: the end climbs to the root, and everything stops in reverse order', async () => {
    const { host, system } = await started({ supervision: nested({ intensity: 0 }, { intensity: 0 }), escalation: 'stop' });
    host.log.length = 0;
    host.vm('wasm').trap('bert');
    await settle();
    expect(orders(host)).toEqual(['js: end carl', 'wasm: stop bert', 'js: stop carl', 'js: stop anna']);
    expect(system.state).toBe('stopped');
    expect((await system.stop()).map(({ actor }) => actor)).toEqual(['carl', 'bert', 'anna']);
  });

  test('significant actors: when the work of the first is done its supervisor shuts down, and the next, up to the whole', async () => {
    const { host, system } = await started({
      actors: [order(anna), order(bert, { restart: 'transient', significant: true }), order(carl)],
      supervision: nested(
        { autoShutdown: 'any_significant', restart: 'transient', significant: true },
        { autoShutdown: 'any_significant' },
      ),
    });
    await system.finishActor('bert');
    await settle();
    expect(system.state).toBe('stopped');
    expect(host.log.filter((line) => line.startsWith('terminate'))).toHaveLength(3);
  });

  test.each([
    { how: 'is done', options: { autoShutdown: 'any_significant' } as const, restart: 'temporary' as const, failure: '' },
    { how: 'is exhausted', options: { intensity: 0 }, restart: 'permanent' as const, failure: 'restart budget exhausted by child bert' },
  ])('a tree that $how before all is up takes the system down as it comes up', async ({ options: flags, restart, failure }) => {
    const host = new ScriptedHost();
    let letBegin = () => {};
    const held = new Promise<void>((resolve) => {
      letBegin = resolve;
    });
    host.onStart = (vm) => vm.hold('begin', held);
    const actors = [order(anna), order(bert, { restart, significant: restart !== 'permanent' }), order(carl)];
    const starting = startSystem(host, options({ ...flat(flags), actors, circuit: null, escalation: 'stop' }));
    while (!host.log.includes('wasm: begin')) await settle();
    host.vm('wasm').trap('bert');
    await settle();
    letBegin();
    const system = await starting;
    await settle();
    expect(system).toMatchObject({ state: 'stopped', failure });
    expect(host.log.filter((line) => line.startsWith('terminate'))).toHaveLength(3);
  });

  test('significant actors: a supervisor that is not significant itself takes only its own down', async () => {
    const { system } = await started({
      actors: [order(anna), order(bert, { restart: 'transient', significant: true }), order(carl)],
      supervision: nested({ autoShutdown: 'any_significant', restart: 'transient' }),
    });
    await system.finishActor('bert');
    await settle();
    expect(states(system)).toEqual(['anna running 1', 'bert stopped 1', 'carl stopped 1']);
    expect(system.state).toBe('running');
  });
});

describe('restart loops', () => {
  const backoff = { minMs: 100, maxMs: 1000, randomFactor: 0 };

  test('backoff: an actor waits for its restart, its messages wait with it, and the next time it waits longer', async () => {
    const { host, system } = await started(flat({ backoff, intensity: 9 }));
    for (const delayMs of [100, 200]) {
      host.vm('wasm').trap('bert');
      await host.time.advance(delayMs - 1);
      expect(statusOf(system, 'bert').state).toBe('restarting');
      expect(host.vm('js').routes).toContainEqual([65, 'wasm']);
      await host.time.advance(1);
      expect(statusOf(system, 'bert').state).toBe('running');
    }
    expect([...host.vm('wasm').permits]).toEqual([]);
  });

  test('hanging_restart_loop: it is stopped by order, or with everything, between two tries', async () => {
    const { host, system } = await started(flat({ backoff, intensity: 99 }));
    host.vm('wasm').script('restart bert', { error: new Error('out of memory') }, 99);
    host.vm('wasm').trap('bert');
    await host.time.advance(500);
    expect(statusOf(system, 'bert').state).toBe('restarting');
    await system.stopActor('bert');
    expect(statusOf(system, 'bert').state).toBe('stopped');
    await system.startActor('bert');
    host.vm('wasm').trap('bert');
    await host.time.advance(500);
    const report = await system.stop();
    expect(report.map(({ actor, outcome }) => `${actor} ${outcome}`)).toEqual(['carl stopped', 'bert down', 'anna stopped']);
    expect(host.log.filter((line) => line === 'wasm: stop bert')).toHaveLength(2);
    expect(host.time.pending).toBe(0);
  });
});

describe('order and faults of a tree', () => {
  test('the tree says in which order actors start and stop', async () => {
    const { host, system } = await started({
      supervision: { supervisor: 'root', children: [{ supervisor: 'pair', children: ['carl', 'bert'] }, 'anna'] },
    });
    expect(orders(host)).toEqual(['js: spawn carl 1', 'wasm: spawn bert 1', 'js: spawn anna 1']);
    expect((await system.stop()).map(({ actor }) => actor)).toEqual(['anna', 'bert', 'carl']);
  });

  test.each([
    ['an actor that is missing', { supervisor: 'root', children: ['anna', 'bert'] }, 'actor carl is not in the tree of supervisors'],
    ['an actor that is there twice', { supervisor: 'root', children: [...CHILDREN, 'anna'] }, 'anna is in the tree of supervisors twice'],
    ['a supervisor named like an actor', { supervisor: 'anna', children: CHILDREN }, 'anna is in the tree of supervisors twice'],
    ['a name of nobody', { supervisor: 'root', children: [...CHILDREN, 'dora'] }, 'dora is in the tree of supervisors, and is no actor'],
    ['a flag that makes no sense', nested({ intensity: -1 }), 'bad intensity: -1'],
  ])('%s is refused before anything starts', async (_what, supervision, message) => {
    const host = new ScriptedHost();
    await expect(startSystem(host, options({ supervision }))).rejects.toThrow(message);
    expect(host.log).toEqual([]);
  });
});
