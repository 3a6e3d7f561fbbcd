import { describe, expect, test } from 'vitest';
import { ControlError } from '../../actors/contract/host.js';
import { DebuggerAwareDeadlines } from '../../actors/supervisor/debugger-aware-deadlines.js';
import { DeathWatch, guardControl } from '../../actors/supervisor/guard.js';
import { CONTROL_DEADLINE_MS } from '../../protocol/limits.js';
import { ScriptedVm } from './scripted-host.js';
import { VirtualTime } from './virtual-time.js';

const deadlinesOf = (time: VirtualTime) => new DebuggerAwareDeadlines({ timers: time, clock: time, debugging: () => false });

function guarded() {
  const time = new VirtualTime();
  const deathWatch = new DeathWatch();
  const vm = new ScriptedVm('wasm', [], time, deathWatch, undefined);
  return { time, deathWatch, vm, control: guardControl('wasm', vm, deadlinesOf(time), deathWatch) };
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable(),
    (error: ControlError) => error,
  );

describe('a guarded control call', () => {
  test('gives its answer and leaves no timer behind', async () => {
    const { control, time } = guarded();
    await expect(control.snapshot('anna')).resolves.toEqual(new Uint8Array([7]));
    expect(time.pending).toBe(0);
  });

  test('keeps the error of the VM as its cause', async () => {
    const { control, vm, time } = guarded();
    const cause = new Error('no such guest');
    vm.script('spawn', { error: cause });
    const error = await failure(control.spawn({ party: 'anna', epoch: 1, options: {} }));
    expect(error).toBeInstanceOf(ControlError);
    expect(error).toMatchObject({ code: 'failed', vm: 'wasm', call: 'spawn', cause });
    expect(error.message).toBe('spawn in VM wasm: failed: no such guest');
    expect(time.pending).toBe(0);
  });

  test('that is never answered ends at its deadline', async () => {
    const { control, vm, time } = guarded();
    vm.script('health', 'hang');
    const call = failure(control.health());
    await time.advance(CONTROL_DEADLINE_MS - 1);
    expect(time.pending).toBe(1);
    await time.advance(1);
    expect(await call).toMatchObject({ code: 'deadline', call: 'health' });
    expect(time.pending).toBe(0);
  });

  test('whose answer arrives as its deadline falls due is answered: drain before you judge', async () => {
    const time = new VirtualTime();
    let answer: (value: Uint8Array) => void = () => expect.unreachable();
    const slow = { snapshot: () => new Promise<Uint8Array>((resolve) => (answer = resolve)) } as unknown as ScriptedVm;
    const call = guardControl('js', slow, deadlinesOf(time), new DeathWatch()).snapshot('anna');
    time.set(CONTROL_DEADLINE_MS, () => answer(new Uint8Array([1])));
    await time.advance(CONTROL_DEADLINE_MS);
    await expect(call).resolves.toEqual(new Uint8Array([1]));
  });

  test('in flight when the VM dies is lost at once, and so is every later one', async () => {
    const { control, vm, deathWatch, time } = guarded();
    vm.script('stop', 'hang');
    const call = failure(control.stop('anna'));
    deathWatch.cut('exit code 1');
    expect(await call).toMatchObject({ code: 'lost', message: 'stop in VM wasm: lost: exit code 1' });
    expect(await failure(control.stop('anna'))).toMatchObject({ code: 'lost' });
    expect(time.pending).toBe(0);
  });
});
