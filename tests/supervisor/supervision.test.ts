/** The checks of OTP's supervisor suite, by its case names, as far as they have a meaning here. */
import { describe, expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import { SupervisionError } from '../../actors/supervisor/errors.js';
import { anna, bert, options, order, started, statusOf } from './application.js';
import { ScriptedHost } from './scripted-host.js';
import { settle } from './virtual-time.js';

const only = (restart: 'permanent' | 'transient' | 'temporary') => ({
  actors: [order(anna, { restart }), order(bert)],
  placement: 'anna=js,bert=wasm',
});

describe('one for one', () => {
  test('one_for_one: only the one that ended is replaced, and fenced in every other VM at once', async () => {
    const { host, system } = await started();
    host.log.length = 0;
    host.vm('wasm').trap('bert');
    await settle();
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 2, restarts: 1, reason: 'unreachable executed' });
    expect(statusOf(system, 'anna')).toMatchObject({ state: 'running', epoch: 1, restarts: 0 });
    expect(host.log.filter((line) => !line.includes('causes'))).toEqual(['wasm: restart bert 2', 'host: fence 65 2', 'js: fence 65 2']);
    expect(system.state).toBe('running');
  });

  test('one_for_one: the end that is one too many within the period exhausts the budget', async () => {
    const { host, system } = await started();
    for (let i = 0; i < 3; i++) {
      host.vm('wasm').trap('bert');
      await settle();
    }
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'exhausted', epoch: 3, restarts: 2 });
    expect(statusOf(system, 'bert').reason).toBe('restart budget exhausted: unreachable executed');
    expect(host.log).toContain('wasm: stop bert');
    expect(host.vm('js').routes).not.toContainEqual([65, 'wasm']);
    expect(host.vm('js').routes).toContainEqual([64, 'js']);
    expect(system.state).toBe('degraded');
  });

  test('multiple_restarts: ends spaced beyond the period go on for ever', async () => {
    const { host, system } = await started();
    for (let i = 0; i < 20; i++) {
      host.vm('wasm').trap('bert');
      await host.time.advance(600);
    }
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', restarts: 20 });
  });

  test('one_for_one_escalation: a restart that always fails exhausts the budget; with escalation `stop` it takes its siblings down', async () => {
    const { host, system } = await started({ escalation: 'stop' });
    host.vm('wasm').script('restart bert', { error: new Error('out of memory') }, 99);
    host.vm('wasm').trap('bert');
    await settle();
    expect(statusOf(system, 'bert')).toMatchObject({
      state: 'exhausted',
      reason: 'restart budget exhausted: restart in VM wasm: failed: out of memory',
    });
    expect(host.log.filter((line) => line.startsWith('wasm: restart'))).toEqual(['wasm: restart bert 2', 'wasm: restart bert 3']);
    expect(system.state).toBe('stopped');
    expect(statusOf(system, 'anna').state).toBe('stopped');
    expect(await system.stop()).toContainEqual({ actor: 'bert', outcome: 'down' });
  });

  test('one_for_one_escalation: with escalation `degrade` the siblings go on', async () => {
    const { host, system } = await started();
    host.vm('wasm').script('restart bert', { error: new Error('out of memory') }, 99);
    host.vm('wasm').trap('bert');
    await settle();
    expect(system.state).toBe('degraded');
    expect(statusOf(system, 'anna').state).toBe('running');
  });

  test('a system none of whose actors is left has failed', async () => {
    const { host, system } = await started({ actors: [order(bert)], placement: 'wasm', intensity: 0 });
    host.vm('wasm').trap('bert');
    await settle();
    expect(system.state).toBe('failed');
  });

  test('an end that is reported late, after the restart, is ignored', async () => {
    const { host, system } = await started();
    host.vm('wasm').trap('bert', 1);
    await settle();
    host.vm('wasm').trap('bert', 1);
    await settle();
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 2, restarts: 1 });
  });

  test('an incarnation that ends again while it restarts is followed by the next', async () => {
    const { host, system } = await started();
    host.vm('wasm').script('restart bert', 'hang');
    host.vm('wasm').trap('bert');
    await settle();
    host.vm('wasm').trap('bert', 2);
    await settle();
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 3, restarts: 2 });
  });

  test.each([
    { after: 'its first start', circuit: null, traps: 0, epoch: 2, vm: 'wasm' },
    { after: 'a restart', circuit: null, traps: 1, epoch: 3, vm: 'wasm' },
    { after: 'a fail-over', circuit: { intensity: 0, periodMs: 1000, coolDownMs: 1000 }, traps: 1, epoch: 3, vm: 'js' },
  ] as const)('an incarnation that ends in the turn in which it is seen to run after $after is followed by the next', async (run) => {
    const host = new ScriptedHost();
    let incarnations = 0;
    const onChange = (change: SystemChange) => {
      if (change.type !== 'actor' || change.actor !== 'bert' || change.state !== 'running') return;
      if (incarnations++ === run.traps) host.vm(run.vm).trap('bert');
    };
    const system = await startSystem(host, options({ circuit: run.circuit, onChange }));
    await settle();
    if (run.traps) host.vm('wasm').trap('bert');
    await settle();
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', vm: run.vm, epoch: run.epoch, restarts: run.epoch - 1 });
    expect(system.crashReports).toHaveLength(run.traps + 1);
  });

  test('hanging_restart_loop: an actor that restarts says so, refuses a start, and can be stopped meanwhile', async () => {
    const { host, system } = await started();
    host.vm('wasm').script('restart bert', 'hang');
    host.vm('wasm').trap('bert');
    await settle();
    expect(statusOf(system, 'bert').state).toBe('restarting');
    await expect(system.startActor('bert')).rejects.toThrow(SupervisionError);
    await system.stopActor('bert');
    expect(statusOf(system, 'bert').state).toBe('stopped');
    expect(await system.stop()).toHaveLength(3);
  });
});

describe('restart kinds', () => {
  test.each(['permanent', 'transient'] as const)('%s_abnormal: restarted', async (restart) => {
    const { host, system } = await started(only(restart));
    host.vm('js').trap('anna');
    await settle();
    expect(statusOf(system, 'anna')).toMatchObject({ state: 'running', epoch: 2 });
  });

  test('temporary_abnormal: stopped in its VM and forgotten', async () => {
    const { host, system } = await started(only('temporary'));
    host.vm('js').trap('anna');
    await settle();
    expect(host.log).toContain('js: stop anna');
    expect(system.actors.map(({ actor }) => actor)).toEqual(['bert']);
    await expect(system.startActor('anna')).rejects.toMatchObject({ code: 'unknown' });
    expect(system.state).toBe('running');
  });

  test('permanent_normal: started afresh, and it counts against the budget', async () => {
    const { host, system } = await started(only('permanent'));
    await system.finishActor('anna');
    expect(statusOf(system, 'anna')).toMatchObject({ state: 'running', epoch: 2, reason: 'finished' });
    expect(host.vm('js').orders.at(-1)).toEqual({ party: 'anna', epoch: 2, version: 1, options: {} });
    await system.finishActor('anna');
    await system.finishActor('anna');
    expect(statusOf(system, 'anna')).toMatchObject({ state: 'exhausted', reason: 'restart budget exhausted: finished' });
  });

  test('permanent_normal: a stop that takes long does not make the restart after it look old', async () => {
    const { host, system } = await started({ ...only('permanent'), shutdownMs: 4000, intensity: 1 });
    host.vm('js').script('stop anna', 'hang');
    const finished = system.finishActor('anna');
    await host.time.advance(4000);
    await finished;
    host.vm('js').trap('anna');
    await settle();
    expect(statusOf(system, 'anna')).toMatchObject({ state: 'exhausted', restarts: 1 });
  });

  test('transient_normal: not restarted, can be started again', async () => {
    const { system } = await started(only('transient'));
    await system.finishActor('anna');
    expect(statusOf(system, 'anna').state).toBe('stopped');
    await system.startActor('anna');
    expect(statusOf(system, 'anna')).toMatchObject({ state: 'running', epoch: 2 });
  });

  test('temporary_normal: gone', async () => {
    const { system } = await started(only('temporary'));
    await system.finishActor('anna');
    expect(system.actors.map(({ actor }) => actor)).toEqual(['bert']);
  });
});

describe('administration', () => {
  test('child_adm: an actor stopped by a command stays down, is not a fault, and starts again with its state', async () => {
    const { host, system } = await started();
    await system.stopActor('bert');
    await system.stopActor('bert');
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'stopped', reason: 'stopped by order' });
    expect(system.state).toBe('running');
    expect(host.vm('js').routes).not.toContainEqual([65, 'wasm']);
    await system.startActor('bert');
    expect(host.vm('wasm').orders.at(-1)).toEqual({ party: 'bert', epoch: 2, version: 1, options: {}, snapshot: new Uint8Array([1]) });
    expect(host.vm('js').routes).toContainEqual([65, 'wasm']);
    await expect(system.startActor('bert')).rejects.toMatchObject({ code: 'state' });
  });

  test('child_adm: an exhausted actor that is started again has a new budget, and the system is whole', async () => {
    const { host, system } = await started({ intensity: 0 });
    host.vm('wasm').trap('bert');
    await settle();
    expect(system.state).toBe('degraded');
    await system.startActor('bert');
    expect(system.state).toBe('running');
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 2 });
  });

  test('sup_start_restart_child_returns_error: a start that fails leaves the actor down, with the reason', async () => {
    const { host, system } = await started();
    await system.stopActor('bert');
    host.vm('wasm').script('spawn', { error: new Error('bad snapshot') });
    await expect(system.startActor('bert')).rejects.toMatchObject({ name: 'StartError', party: 'bert', vm: 'wasm' });
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'failed', reason: 'spawn in VM wasm: failed: bad snapshot' });
    expect(system.state).toBe('degraded');
  });

  test('child_adm: unknown actors are refused by name', async () => {
    const { system } = await started();
    await expect(system.crash('dora')).rejects.toThrow('dora: there is none');
    await expect(system.snapshot('dora')).rejects.toMatchObject({ code: 'unknown' });
    await expect(system.stopActor('dora')).rejects.toMatchObject({ code: 'unknown' });
  });

  test('which_children: a snapshot waits while the actor restarts', async () => {
    const { host, system } = await started();
    host.vm('wasm').trap('bert');
    const snapshot = system.snapshot('bert');
    expect(statusOf(system, 'bert').state).toBe('restarting');
    await expect(snapshot).resolves.toEqual(new Uint8Array([7]));
    expect(host.log.indexOf('wasm: restart bert 2')).toBeLessThan(host.log.indexOf('wasm: snapshot bert'));
  });
});

describe('stopping', () => {
  test('order_of_children: actors stop in reverse order of their start, then the VMs', async () => {
    const { host, system } = await started();
    expect(host.log.filter((line) => line.includes('spawn'))).toEqual(['js: spawn anna 1', 'wasm: spawn bert 1', 'js: spawn carl 1']);
    host.log.length = 0;
    const report = await system.stop();
    expect(report).toEqual(['carl', 'bert', 'anna'].map((actor) => ({ actor, outcome: 'stopped' })));
    expect(host.log).toEqual([
      'js: stop carl',
      'wasm: stop bert',
      'js: stop anna',
      'wasm: shutdown',
      'terminate wasm',
      'js: shutdown',
      'terminate js',
      'host: shutdown',
      'terminate host',
    ]);
    expect(system.state).toBe('stopped');
    expect(await system.stop()).toBe(report);
    expect(host.time.pending).toBe(0);
  });

  test('sup_stop_timeout: a VM that does not stop an actor in time is ended, and the idle sibling elsewhere stops politely', async () => {
    const { host, system } = await started({ shutdownMs: 300 });
    host.vm('wasm').script('stop bert', 'hang');
    const stopped = system.stop();
    await host.time.advance(300);
    await host.time.advance(0);
    expect(await stopped).toEqual([
      { actor: 'carl', outcome: 'stopped' },
      { actor: 'bert', outcome: 'killed' },
      { actor: 'anna', outcome: 'stopped' },
    ]);
    expect(host.log.filter((line) => line === 'terminate wasm')).toHaveLength(1);
    expect(host.log).not.toContain('wasm: shutdown');
  });

  test('sup_stop_timeout: the time does not grow with the number of actors in a VM that hangs', async () => {
    const { host, system } = await started({ shutdownMs: 300, placement: 'wasm' });
    host.vm('wasm').script('stop', 'hang', 99);
    const stopped = system.stop();
    await host.time.advance(301);
    expect((await stopped).map(({ outcome }) => outcome)).toEqual(['killed', 'killed', 'killed']);
  });

  test('sup_stop_race: an actor that ends by itself meanwhile does not hinder the stop and is not restarted', async () => {
    const { host, system } = await started();
    const stopped = system.stop();
    host.vm('js').trap('carl');
    host.vm('wasm').trap('bert');
    expect(await stopped).toHaveLength(3);
    await settle();
    expect(system.actors.map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(system.state).toBe('stopped');
  });

  test('a stop that the VM answers with an error is reported to the caller', async () => {
    const { host, system } = await started();
    host.vm('wasm').script('stop bert', { error: new Error('no such actor') });
    await expect(system.stopActor('bert')).rejects.toMatchObject({ code: 'failed', call: 'stop' });
    expect(statusOf(system, 'bert').state).toBe('stopped');
  });
});
