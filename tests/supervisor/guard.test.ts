import { describe, expect, test } from 'vitest';
import { type CallNames, CONTROL_CALLS, type VmControl } from '../../actors/contract/control.js';
import { ControlError } from '../../actors/contract/host.js';
import { DebuggerAwareDeadlines } from '../../host-shim/common/debugger-aware-deadlines.js';
import { DeathWatch, guardControl } from '../../host-shim/common/guard.js';
import { CONTROL_DEADLINE_MS } from '../../protocol/limits.js';
import { ScriptedVm } from './scripted-host.js';
import { VirtualTime } from './virtual-time.js';

const deadlinesOf = (time: VirtualTime) => new DebuggerAwareDeadlines({ timers: time, clock: time, debugging: () => false });

function guarded() {
  const time = new VirtualTime();
  const deathWatch = new DeathWatch();
  const vm = new ScriptedVm('wasm', [], time, deathWatch, undefined);
  return { time, deathWatch, vm, control: guardControl('wasm', vm, { deadlines: deadlinesOf(time), deathWatch }) };
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
    const call = guardControl('js', slow, { deadlines: deadlinesOf(time), deathWatch: new DeathWatch() }).snapshot('anna');
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

/** Paths of all calls, as `moves.adopt`. */
const pathsOf = (names: object): readonly (readonly string[])[] =>
  Object.entries(names).flatMap(([name, inner]) => (inner === 'call' ? [[name]] : pathsOf(inner).map((path) => [name, ...path])));

type Call = (...input: unknown[]) => Promise<unknown>;

/** Knows only its one call, which answers as it is told. */
const controlOf = (path: readonly string[], call: Call): unknown =>
  path.length === 0 ? call : { moves: {}, [path[0]]: controlOf(path.slice(1), call) };

const callOf = (control: VmControl, path: readonly string[]): Call =>
  path.reduce<unknown>((at, name) => (at as never)[name], control) as Call;

describe.each(pathsOf(CONTROL_CALLS).map((path) => ({ path, name: path.join('.') })))('the call $name', ({ path }) => {
  const call = path.at(-1);
  const open = (answer: Call) => {
    const time = new VirtualTime();
    const deathWatch = new DeathWatch();
    const control = guardControl('wasm', controlOf(path, answer) as VmControl, { deadlines: deadlinesOf(time), deathWatch });
    return { time, deathWatch, guarded: callOf(control, path) };
  };
  const never: Call = () => new Promise(() => {});

  test('gets its input, and gives its answer', async () => {
    const { guarded, time } = open(async (...input) => [...input, 'answered']);
    expect(await guarded(1, 'two')).toEqual([1, 'two', 'answered']);
    expect(time.pending).toBe(0);
  });

  test('fails as the VM does, dies with it, and has a deadline', async () => {
    const broken = open(async () => {
      throw new Error('no such guest');
    });
    expect(await failure(broken.guarded())).toMatchObject({ code: 'failed', vm: 'wasm', call });
    const lost = open(never);
    const inFlight = failure(lost.guarded());
    lost.deathWatch.cut('exit code 1');
    expect(await inFlight).toMatchObject({ code: 'lost', call });
    expect(await failure(lost.guarded())).toMatchObject({ code: 'lost', call });
    const late = open(never);
    const unanswered = failure(late.guarded());
    await late.time.advance(CONTROL_DEADLINE_MS);
    expect(await unanswered).toMatchObject({ code: 'deadline', call });
    expect([broken, lost, late].map(({ time }) => time.pending)).toEqual([0, 0, 0]);
  });
});

test('a list of calls with one missing, or one too many, does not compile', () => {
  interface Calls {
    open(): Promise<void>;
    readonly inner: { close(): Promise<void> };
  }
  const complete: CallNames<Calls> = { open: 'call', inner: { close: 'call' } };
  // @ts-expect-error close is missing
  const without: CallNames<Calls> = { open: 'call', inner: {} };
  // @ts-expect-error there is no shut
  const beyond: CallNames<Calls> = { open: 'call', shut: 'call', inner: { close: 'call' } };
  expect([complete, without, beyond].map(pathsOf)).toHaveLength(3);
});
