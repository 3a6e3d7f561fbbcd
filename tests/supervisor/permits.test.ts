/** Restart permits as the supervisor sees them: which actors have one, and what crosses their use. */
import { expect, test } from 'vitest';
import { anna, bert, order, started, statusOf } from './application.js';
import type { ScriptedVm } from './scripted-host.js';
import { settle } from './virtual-time.js';

test('every actor has one for its next incarnation, and the next one when it was used', async () => {
  const { host, system } = await started();
  await settle();
  expect(host.vm('wasm').permits.get('bert')).toBe(2);
  host.log.length = 0;
  host.vm('wasm').trapAndGoOn('bert');
  await settle();
  expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 2, restarts: 1, reason: 'unreachable executed' });
  expect(host.log.filter((line) => !line.includes('causes'))).toEqual(['host: fence 65 2', 'js: fence 65 2']);
  expect(host.vm('wasm').permits.get('bert')).toBe(3);
});

test('an actor that would not be restarted has none', async () => {
  const { host } = await started({
    actors: [order(anna, { restart: 'temporary' }), order(bert)],
    placement: 'anna=js,bert=wasm',
    intensity: 0,
  });
  await settle();
  expect([...host.vm('js').permits, ...host.vm('wasm').permits]).toEqual([]);
});

test('the last restart of a budget leaves none', async () => {
  const { host } = await started();
  for (let i = 0; i < 2; i++) {
    host.vm('wasm').trapAndGoOn('bert');
    await settle();
  }
  expect(host.vm('wasm').permits.get('bert')).toBe(3);
});

test('a used permit that is one too many ends in a stop of the incarnation that it began', async () => {
  const { host, system } = await started();
  for (let i = 0; i < 3; i++) {
    host.vm('wasm').trapAndGoOn('bert');
    await settle();
  }
  expect(statusOf(system, 'bert')).toMatchObject({ state: 'exhausted', epoch: 4, restarts: 2 });
  expect(host.log).toContain('wasm: stop bert');
  await system.startActor('bert');
  expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 5 });
});

test('a use that crosses a command to stop is accepted: the next start has an epoch of its own', async () => {
  const { host, system } = await started();
  let answer = () => {};
  host.vm('wasm').hold(
    'stop bert',
    new Promise((resolve) => {
      answer = resolve;
    }),
  );
  const stopping = system.stopActor('bert');
  host.vm('wasm').trapAndGoOn('bert');
  await settle();
  answer();
  await stopping;
  expect(statusOf(system, 'bert')).toMatchObject({ state: 'stopped', epoch: 2, restarts: 0 });
  await system.startActor('bert');
  expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 3 });
});

test('a report that comes after the loss of its VM is announced and decides nothing', async () => {
  const { host, system } = await started();
  const lost = host.vm('wasm');
  lost.die('the thread ended');
  await settle();
  expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 2 });
  lost.trapAndGoOn('bert');
  lost.trap('bert');
  await settle();
  expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 2, restarts: 1 });
  expect(system.crashReports).toHaveLength(2);
});

/** Bert is restarted by permit, and that incarnation has ended too, before its supervisor has decided on anything. */
function endsTwice(vm: ScriptedVm): void {
  vm.trapAndGoOn('bert');
  vm.trap('bert');
}

test('an end that was known ahead as its VM was lost is not that of a later incarnation', async () => {
  const { host, system } = await started();
  endsTwice(host.vm('wasm'));
  host.vm('wasm').die('the thread ended');
  await settle();
  const { epoch } = statusOf(system, 'bert');
  host.log.length = 0;
  host.vm('wasm').trapAndGoOn('bert');
  await settle();
  expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: epoch + 1, reason: 'unreachable executed' });
  expect(host.log.filter((line) => line.startsWith('wasm: restart'))).toEqual([]);
});

test('an end that was known ahead as the actor was stopped is not that of a later incarnation', async () => {
  const { host, system } = await started();
  endsTwice(host.vm('wasm'));
  await system.stopActor('bert');
  await system.startActor('bert');
  const { epoch } = statusOf(system, 'bert');
  host.log.length = 0;
  host.vm('wasm').trapAndGoOn('bert');
  await settle();
  expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: epoch + 1 });
  expect(host.log.filter((line) => line.startsWith('wasm: restart'))).toEqual([]);
});

test('a VM that was lost after a permit was used comes back with an epoch that nobody had', async () => {
  const { host, system } = await started();
  host.vm('wasm').trapAndGoOn('bert');
  host.vm('wasm').die('the thread ended');
  await settle();
  expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 3 });
});

test('what an incarnation had sent is not refused when its VM is lost as it ends', async () => {
  const { host, system } = await started();
  host.vm('wasm').trapAndGoOn('bert');
  await settle();
  system.finishActor('bert').catch(() => {});
  host.vm('wasm').die('the thread ended');
  await settle();
  const { epoch, state } = statusOf(system, 'bert');
  expect([epoch, state]).toEqual([3, 'running']);
  const { fences } = host.vm('js');
  expect(fences.findLast((fence) => fence.epoch === epoch)?.lastSequence).toBeGreaterThanOrEqual(2);
});

test.each([false, true])(
  'a use at which its actor fails over: the twin begins after what the VM had begun, which had ended: %s',
  async (endsToo) => {
    const { host, system } = await started({ circuit: { intensity: 0, periodMs: 1000, coolDownMs: 60_000 } });
    if (endsToo) endsTwice(host.vm('wasm'));
    else host.vm('wasm').trapAndGoOn('bert');
    await settle();
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', vm: 'js', epoch: 3 });
    expect(host.vm('js').epochs.get('bert')).toBe(3);
    host.vm('js').trap('bert');
    await settle();
    expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', vm: 'js', epoch: 4 });
  },
);
