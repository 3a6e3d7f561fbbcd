/** What a debugger asks for is loaded then; meanwhile the system may have ended. */
import { expect, test, vi } from 'vitest';
import type { System } from '../../actors/application/supervised-system.js';
import { startSystem } from '../../actors/application/system.js';
import type { Host } from '../../actors/contract/host.js';
import { ChangeFeed } from '../../actors/supervisor/change-feed.js';
import { Debugging } from '../../actors/supervisor/debugging.js';
import { Directory, type Phase } from '../../actors/supervisor/directory.js';
import { Tracing } from '../../actors/supervisor/trace/tracing.js';
import { anna, options, order, started, statusOf } from './application.js';
import { ScriptedHost } from './scripted-host.js';
import { settle, VirtualTime } from './virtual-time.js';

test('a system that ends while the part for pauses is loaded does not stand', async () => {
  const time = new VirtualTime();
  const directory = Object.assign(new Directory([]), { phase: 'up' as const });
  const debugging = new Debugging({ timers: time } as Partial<Host> as Host, directory, new ChangeFeed(time, time));
  const asked = debugging.load();
  await debugging.end();
  await expect((await asked).begin()).rejects.toMatchObject({ name: 'PauseError', code: 'state' });
  expect(debugging.part?.paused).toBeNull();
});

test('a system that ends while what follows a trace is loaded says that it is not traced', async () => {
  const time = new VirtualTime();
  const directory = Object.assign(new Directory([]), { phase: 'up' as Phase });
  const tracing = new Tracing({ timers: time } as Partial<Host> as Host, directory, new ChangeFeed(time, time));
  const asked = tracing.trace({ level: 'frames' });
  directory.phase = 'ending';
  await expect(asked).rejects.toMatchObject({ name: 'SupervisionError', code: 'state' });
});

test('a part that does not load is a typed error, which says what it is and why', async () => {
  const time = new VirtualTime();
  const cause = new TypeError('Failed to fetch https://tv.example/debugger.js');
  const host: Partial<Host> = { timers: time, loaded: () => Promise.reject(cause) };
  const debugging = new Debugging(host as Host, new Directory([]), new ChangeFeed(time, time));
  await expect(debugging.load()).rejects.toMatchObject({
    name: 'LoadError',
    part: 'what makes an application stand',
    message: `what makes an application stand could not be loaded: ${cause.message}`,
    cause,
  });
  await expect(debugging.load('what sets breakpoints')).rejects.toMatchObject({ name: 'LoadError', part: 'what sets breakpoints' });
});

test('what is first asked for while a VM comes back holds there, too: a breakpoint, and a pause', async () => {
  const host = new ScriptedHost();
  host.warn = () => {};
  const system = await startSystem(host, options());
  const stateOf = (name: string) => system.vms.find(({ vm }) => vm === name)?.state;
  const asked: string[] = [];
  let recover = () => {};
  const held = new Promise<void>((resolve) => {
    recover = resolve;
  });
  host.onStart = (vm) => {
    vm.hold('recover', held);
    const { breakOn, stand } = vm.debug;
    vi.spyOn(vm.debug, 'breakOn').mockImplementation((points) => {
      asked.push('breakOn');
      return breakOn(points);
    });
    vi.spyOn(vm.debug, 'stand').mockImplementation((written) => {
      asked.push('stand');
      return stand(written);
    });
  };
  host.vm('js').die('gone');
  await settle();
  expect(stateOf('js')).toBe('recovering');
  await system.breakOn({ actor: anna.name });
  await system.pause();
  expect([...new Set(asked)]).toEqual(['breakOn', 'stand']);
  recover();
  await settle();
  expect(stateOf('js')).toBe('running');
});

test('a system that had failed, and runs again since its actor was started, can stand', async () => {
  const host = new ScriptedHost();
  const system = await startSystem(host, options({ actors: [order(anna)], placement: 'js', intensity: 0 }));
  host.vm('js').trap('anna');
  await settle();
  expect(system.state).toBe('failed');
  await system.startActor('anna');
  await system.pause();
  expect([system.state, system.paused?.why]).toEqual(['running', 'asked']);
  await system.stop();
  expect(system.paused).toBeNull();
});

test('ends that wait until the application goes on are no news when their VM was lost meanwhile', async () => {
  const { host, system } = await started();
  await system.pause();
  const lost = host.vm('wasm');
  lost.trapAndGoOn('bert');
  lost.trap('bert');
  lost.die('the thread ended');
  await settle();
  await system.resume();
  await settle();
  expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch: 3, restarts: 1 });
});

test.each<[what: string, act: (system: System) => Promise<unknown>, epoch: number]>([
  ['stopped and started', (system) => system.stopActor('bert').then(() => system.startActor('bert')), 3],
  ['finished', (system) => system.finishActor('bert'), 3],
  ['moved', (system) => system.moveActor('bert', 'js'), 3],
])('an actor that began again by permit and is %s, all while the application stands, has no epoch twice', async (_, act, epoch) => {
  const { host, system } = await started();
  await system.pause();
  host.vm('wasm').trapAndGoOn('bert');
  await act(system);
  await system.resume();
  await settle();
  expect(statusOf(system, 'bert')).toMatchObject({ state: 'running', epoch });
  const begun = host.everyVm.flatMap(({ incarnations }) => incarnations.filter(([actor]) => actor === 'bert').map(([, of]) => of));
  expect(begun.sort()).toEqual([1, 2, 3]);
});
