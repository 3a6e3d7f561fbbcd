/**
 * Break on message, in either language, on the simulation: its one thread stops at the `debugger` statement, which a session of the
 * inspector in the same thread sees, and goes on when the session's listener has returned.
 */
import { type Debugger, type Runtime, Session } from 'node:inspector';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import type { Breakpoint } from '../../actors/contract/breakpoint.js';
import { textOfBreakpoint } from '../../actors/contract/breakpoint-text.js';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import { jsDefinition, parties, wasmDefinition } from '../../examples/counter/application.js';
import { button, counter } from '../../examples/counter/protocol/generated/index.js';
import { createSimHost, type SimHostOptions } from '../../host-shim/sim/index.js';

const guests = new URL('../../dist/examples/counter/wasm-actors/', import.meta.url);
const vms = { js: { load: async () => jsDefinition }, wasm: { load: async () => wasmDefinition(guests) } };

/** Where the thread stopped: functions from the inside out, and what the innermost one has in its variables. */
interface Stop {
  readonly stack: readonly string[];
  readonly next: Readonly<Record<string, unknown>>;
}

const session = new Session();
const stops: Stop[] = [];

/** In the thread's own session, a call is answered at once. */
function ask<R>(method: string, params: object): R {
  let answer: R | undefined;
  session.post(method, params, (error, result) => {
    if (error) throw error;
    answer = result as R;
  });
  return answer as R;
}

beforeAll(() => {
  session.connect();
  session.post('Debugger.enable');
  session.on('Debugger.paused', ({ params }: { params: Debugger.PausedEventDataType }) => {
    const [{ callFrameId }] = params.callFrames;
    const evaluate = { callFrameId, expression: 'this.message', returnByValue: true };
    const { result } = ask<{ result: Runtime.RemoteObject }>('Debugger.evaluateOnCallFrame', evaluate);
    stops.push({ stack: params.callFrames.map(({ functionName }) => functionName), next: result.value });
  });
});

afterAll(() => session.disconnect());

beforeEach(() => void stops.splice(0));

async function start(placement: string, options: Partial<SimHostOptions> = {}, breakOn: readonly (Breakpoint | string)[] = []) {
  const changes: SystemChange[] = [];
  const host = createSimHost({ seed: 1, parties, vms, console: 'on', ...options });
  const port = host.vm.openPort(button, { onCounterChanged() {} });
  const system = await startSystem(host, {
    parties,
    actors: [{ schema: counter, twins: { js: true, wasm: true } }],
    placement,
    breakOn,
    onChange: (change) => void changes.push(change),
  });
  const read = async () => (await host.until(port.request(counter.receives.read, {}))).count;
  return {
    system,
    changes,
    breakOn: (point: Breakpoint) => host.until(system.breakOn(point)),
    read,
    /** Sends all at once, so that they come as one batch, and waits until they are handled. */
    async increment(...steps: number[]): Promise<void> {
      for (const by of steps) port.send(counter.receives.increment, { by });
      await read();
    },
    host,
  };
}

const increment = { kind: 'counter.increment' };

describe.each(['js', 'wasm'] as const)('an actor in the %s VM', (vm) => {
  test('its thread stops right before the handler, with the message in sight, and goes on', async () => {
    const { breakOn, increment: add, read, system } = await start(vm);
    await breakOn(increment);
    await add(7);
    expect(stops.map(({ next }) => next)).toEqual([{ party: 'counter', kind: 'counter.increment', source: 'button', message: { by: 7 } }]);
    const [innermost, ...callers] = stops[0].stack;
    expect(innermost).toBe('stopBefore');
    // From the tap it is one step into the instance.
    expect(callers.filter((name) => name === 'begun' || name === 'handle')).toEqual(['begun', 'begun', 'handle']);
    expect(await read()).toBe(7);
    expect(system.actors[0].restarts).toBe(0);
  });

  test('in a batch it stops at those messages that fit', async () => {
    const { breakOn, increment: add, read } = await start(vm);
    await breakOn({ kind: 'counter.increment', actor: 'counter', condition: 'message.by > 2 && source === "button"' });
    await add(1, 2, 3, 1, 4);
    expect(stops.map(({ next }) => next.message)).toEqual([{ by: 3 }, { by: 4 }]);
    const handle = vm === 'wasm' ? 'tandem_handle' : 'handle';
    expect(stops[0].stack.some((name) => name.includes(handle))).toBe(true);
    expect(await read()).toBe(11);
  });

  test('what is handled again after a restart is passed over', async () => {
    const { breakOn, increment: add, read, system } = await start(vm);
    await add(1);
    await breakOn(increment);
    await add(2);
    await system.crash('counter');
    expect(await read()).toBe(3);
    expect(stops.map(({ next }) => next.message)).toEqual([{ by: 2 }]);
  });
});

test('it says what it does, also when no debugger is attached, and is over once it is removed', async () => {
  const { breakOn, increment: add, changes } = await start('mixed');
  const remove = await breakOn(increment);
  await add(1);
  await remove();
  await remove();
  await add(1);
  expect(stops).toHaveLength(1);
  const told = changes.filter(({ type }) => type === 'breakpoint' || type === 'break');
  expect(told).toMatchObject([
    { type: 'breakpoint', event: 'set', breakpoint: increment },
    { type: 'break', report: { party: 'counter', kindName: 'counter.increment', source: 'button', problem: '' } },
    { type: 'breakpoint', event: 'removed' },
  ]);
});

test('one that is there from the start stops at the first message', async () => {
  const { increment: add, changes } = await start('js', {}, ['counter.increment']);
  expect(changes.findIndex(({ type }) => type === 'breakpoint')).toBeLessThan(changes.findIndex(({ type }) => type === 'actor'));
  await add(1);
  expect(stops).toHaveLength(1);
});

test('as a text it says the same', async () => {
  const { system, host, changes } = await start('js');
  for (const text of ['counter.read', '* to button', 'counter.increment to counter if message.by > 2'])
    await host.until(system.breakOn(text));
  const set = changes.flatMap((change) => (change.type === 'breakpoint' ? [change.breakpoint] : []));
  expect(set).toEqual([
    { kind: 'counter.read' },
    { actor: 'button' },
    { kind: 'counter.increment', actor: 'counter', condition: 'message.by > 2' },
  ]);
  expect(set.map(textOfBreakpoint)[2]).toBe('counter.increment to counter if message.by > 2');
  await expect(system.breakOn('counter.read in counter')).rejects.toMatchObject({ code: 'kind' });
});

test('a condition that throws counts as met, and says what it threw', async () => {
  const { breakOn, increment: add, changes } = await start('js');
  await breakOn({ ...increment, condition: 'message.by.step.size > 1' });
  await add(1);
  expect(stops).toHaveLength(1);
  const met = changes.find(({ type }) => type === 'break');
  expect(met).toMatchObject({ report: { problem: expect.stringContaining("reading 'size'") } });
});

test('a port stops as well, and an actor that moves takes its breakpoints with it', async () => {
  const { breakOn, increment: add, system, host } = await start('wasm');
  await breakOn({ actor: 'button' });
  const remove = await breakOn(increment);
  await add(1);
  await host.until(system.moveActor('counter', 'js'));
  await add(1);
  expect(stops.map(({ next }) => next.kind)).toEqual(
    expect.arrayContaining(['counter.increment', 'counter.changed', 'counter.read.reply']),
  );
  expect(stops.filter(({ next }) => next.party === 'counter')).toHaveLength(2);
  await host.until(remove());
});

test('a VM that was lost has its breakpoints again', async () => {
  const { breakOn, increment: add, system, host } = await start('wasm', { debugging: () => false });
  await breakOn(increment);
  await host.until(system.hang('counter'));
  await add(1);
  expect(system.vms.find(({ vm }) => vm === 'wasm')).toMatchObject({ state: 'running' });
  await add(5);
  expect(stops.map(({ next }) => next.message)).toEqual([{ by: 1 }, { by: 1 }, { by: 5 }]);
});

test.each([
  ['kind', { kind: 'counter.decrement' }, 'there is no kind counter.decrement; perhaps counter.increment'],
  ['actor', { actor: 'counters' }, 'there is no actor or port counters; perhaps counter'],
  ['field', { kind: 'counter.increment', condition: '"message.to" && message.bye === 1' }, 'no field bye in counter.increment; perhaps by'],
  ['field', { condition: 'message?.bye' }, 'no field bye in any message; perhaps by'],
  ['condition', { condition: 'message.' }, 'the condition message. cannot be evaluated'],
])('one that makes no sense is refused: %s', async (code, breakpoint, text) => {
  const { system } = await start('js');
  await expect(system.breakOn(breakpoint)).rejects.toMatchObject({ name: 'BreakpointError', code, message: expect.stringContaining(text) });
});

test('in production there are none', async () => {
  const { system } = await start('js', { console: 'off' });
  await expect(system.breakOn({})).rejects.toMatchObject({ code: 'production' });
});
