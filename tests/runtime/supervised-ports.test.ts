/** Ports of application code: a port that throws is started again with new state, and frames on their way go to the next incarnation. */
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { SimHost } from '../../host-shim/sim/index.js';
import { arriveTogether, bank, counterdesk, teller } from './bank.js';
import { type Call, Clerk, openOffice } from './office.js';

test.each(['throw once', 'reject once'])('%s: the next incarnation has new state, that frame once more, and what waited', async (text) => {
  const { world, told, call, status, changes } = await openOffice();
  call('first', text, 'last');
  await world.pass(100);
  const before = told.filter((line) => line.startsWith('1'));
  expect(before.slice(0, 3)).toEqual(['1 opens', '1 first 1', `1 ${text} 2`]);
  // A promise is rejected later: until then the incarnation goes on.
  expect(told.slice(before.length)).toEqual(['2 opens', `2 ${text} 1`, ...(before.length === 3 ? ['2 last 2'] : [])]);
  expect(told.filter((line) => line.includes('last'))).toHaveLength(1);
  expect(status()).toMatchObject({ state: 'running', epoch: 2, restarts: 1, vm: 'js' });
  expect(world.ends).toEqual(['1 trap']);
  expect(world.portErrors).toEqual([]);
  const crash = changes.find((change) => change.type === 'crash');
  expect(crash?.report).toMatchObject({
    party: 'counterdesk',
    epoch: 1,
    attempt: 1,
    message: { kindName: 'counterdesk.call', source: 'teller' },
    reason: expect.stringContaining('no more'),
  });
  expect(world.system.state).toBe('running');
});

test('frames that arrive before it opens are handled once it has', async () => {
  let host!: SimHost;
  const { told } = await openOffice({
    hostOf(simulated) {
      host = simulated;
      return Object.create(host, { startVm: { value: startVm } });
    },
  });
  expect(told).toEqual(['1 opens', '1 early 1']);

  async function startVm(...input: Parameters<SimHost['startVm']>) {
    const handle = await host.startVm(...input);
    const begin = async (): Promise<void> => {
      if (handle.name === 'js') arriveTogether({ host }, [counterdesk.receives.call, { text: 'early' }]);
      await setImmediate(); // the VM looks at it, and falls asleep
      await handle.control.begin();
    };
    return { ...handle, control: { ...handle.control, begin } };
  }
});

test('a crash is reported with its causes', async () => {
  class Curious extends Clerk {
    override onBankTotal(): void {
      if (this.number === 1) throw new Error('too much money');
    }
  }
  const { world, changes, status } = await openOffice({}, (port, told, number) => new Curious(port, told, number));
  world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
  await world.pass(100);
  const crash = changes.find((change) => change.type === 'crash');
  expect(crash?.report.causes.map(({ kindName }) => kindName)).toEqual(['bank.deposit']);
  expect(status().epoch).toBe(2);
});

test('an ended incarnation that still acts is ignored, and disturbs nobody', async () => {
  const { world, call, clerks, status } = await openOffice();
  const asked = clerks[0].port.request(bank.receives.wait, {}, { deadlineMs: 60_000 });
  const outcome = expect(asked).rejects.toMatchObject({ code: 'closed' });
  call('throw once');
  await world.pass(50);
  await outcome;
  clerks[0].port.send(bank.receives.deposit, { account: 0, amount: 1_000 });
  await expect(clerks[0].port.request(bank.receives.balance, { account: 0 })).rejects.toMatchObject({ code: 'closed' });
  world.teller.send(bank.receives.settle, {});
  call('greet');
  await world.pass(50);
  expect(await world.until(world.teller.request(bank.receives.balance, { account: 0 }))).toEqual({ amount: 1 });
  expect(status()).toMatchObject({ state: 'running', epoch: 2 });
});

test('a rejection of an incarnation that has ended ends no other', async () => {
  let reject = (_error: Error): void => {};
  class Patient extends Clerk {
    override onCall(call: Call): unknown {
      if (call.text !== 'wait') return super.onCall(call);
      return new Promise((_resolve, rejects) => {
        reject = rejects;
      });
    }
  }
  const { world, call, status } = await openOffice({}, (port, told, number) => new Patient(port, told, number));
  call('wait', 'throw once');
  await world.pass(50);
  reject(new Error('too late'));
  await world.pass(50);
  expect(status()).toMatchObject({ state: 'running', epoch: 2 });
});

test('requests that it has in hand fail at once; those that wait are answered by the next', async () => {
  const { world, call } = await openOffice();
  const ask = (text: string) => world.teller.request(counterdesk.receives.ask, { text });
  const kept = ask('keep');
  const failed = expect(kept).rejects.toMatchObject({ code: 'ended' });
  await world.pass(20);
  call('throw once');
  const answered = ask('now');
  await world.pass(100);
  await failed;
  expect(await answered).toEqual({ served: 2 });
  const poisoned = expect(ask('throw')).rejects.toMatchObject({ code: 'poisoned' });
  await world.pass(100);
  await poisoned;
});

test('out of budget it is down: its route is gone, the system degraded, until somebody starts it again', async () => {
  const { world, call, status, told } = await openOffice({ intensity: 1 });
  call('throw');
  await world.pass(100);
  expect(status()).toMatchObject({ state: 'exhausted', epoch: 2, reason: 'restart budget exhausted: no more forms' });
  expect(world.system.state).toBe('degraded');
  expect((await world.system.health()).ports).toContainEqual(status());
  const ask = () => world.teller.request(counterdesk.receives.ask, { text: 'now' });
  await expect(world.until(ask())).rejects.toMatchObject({ code: 'unreachable' });
  await expect(world.system.crash('counterdesk')).rejects.toMatchObject({ code: 'state' });
  expect(world.ends).toEqual(['1 trap', '2 exhausted']);

  await world.until(world.system.startPort('counterdesk'));
  expect(status()).toMatchObject({ state: 'running', epoch: 3 });
  expect(world.system.state).toBe('running');
  expect(await world.until(ask())).toEqual({ served: 1 });
  expect(told.at(-1)).toBe('3 opens');
});

test('one that throws as it opens has its budget too, and names no message', async () => {
  class Late extends Clerk {
    override onOpen(): void {
      super.onOpen();
      if (this.number < 3) throw new Error('the door is stuck');
    }
  }
  const { world, status, told } = await openOffice({}, (port, tells, number) => new Late(port, tells, number));
  expect(told).toEqual(['1 opens', '2 opens', '3 opens']);
  expect(status()).toMatchObject({ state: 'running', epoch: 3, reason: 'the door is stuck' });
  expect(world.system.crashReports[0]).toMatchObject({ party: 'counterdesk', message: { kindName: '', source: '' } });
});

test.each(['js', 'host'] as const)('a command to crash ends it at its next frame, in the VM %s', async (deskVm) => {
  const { world, call, status, told } = await openOffice({ deskVm });
  await world.system.crash('counterdesk');
  call('hello');
  await world.pass(50);
  expect(told.slice(1)).toEqual(['1 hello 1', '2 opens', '2 hello 1']);
  expect(status()).toMatchObject({ state: 'running', epoch: 2, reason: 'injected fault', vm: deskVm });
  expect(world.ends).toEqual(['1 trap']);
});

test('a command to crash during a restart skips the repeated frame, and strikes at the next', async () => {
  const { world, call, told, changes } = await openOffice();
  await world.system.crash('counterdesk');
  let ordered = false;
  world.system.onChange((change) => {
    if (change.type !== 'port' || change.state !== 'restarting' || ordered) return;
    ordered = true;
    void world.host.vmOf('js').crash('counterdesk');
  });
  call('hello', 'again');
  await world.pass(50);
  expect(told).toEqual(['1 opens', '1 hello 1', '2 opens', '2 hello 1', '2 again 2', '3 opens', '3 again 1']);
  expect(changes.filter((change) => change.type === 'poisoned')).toEqual([]);
});

test('the loss of its VM is one more end; one that was down stays down', async () => {
  const vmIntensity = { intensity: 10, periodMs: 10_000 };
  const { world, call, status, told } = await openOffice({ intensity: 1, vmIntensity });
  call('throw once');
  await world.pass(50);
  world.host.lose('js', 'lost by the test');
  await world.pass(100);
  expect(status()).toMatchObject({ state: 'running', epoch: 3, restarts: 2 });
  call('hello');
  await world.pass(50);
  expect(told.at(-1)).toBe('3 hello 1');
  call('throw');
  await world.pass(100);
  expect(status()).toMatchObject({ state: 'exhausted', epoch: 3 });
  world.host.lose('js', 'lost by the test');
  await world.pass(100);
  expect(status()).toMatchObject({ state: 'exhausted', epoch: 3 });
  expect(world.ends).toEqual(['1 trap', '2 vmLost', '3 exhausted']);
  await world.until(world.system.startPort('counterdesk'));
  call('hello');
  await world.pass(50);
  expect(told.at(-1)).toMatch(/ hello 1$/);
  expect(status()).toMatchObject({ state: 'running', epoch: 4 });
});

test.each([
  { after: 'stopping', budget: 0 },
  { after: 'stopping', budget: 1000 },
  { after: 'exhausted', budget: 0 },
  { after: 'exhausted', budget: 1000 },
])('$after as its VM is lost, with a budget of $budget: it is exhausted, and requests to it settle', async ({ after, budget }) => {
  const { world, call, changes, status } = await openOffice({
    placement: 'wasm',
    intensity: 0,
    vmIntensity: { intensity: budget, periodMs: 10_000 },
  });
  const ask = (text: string) => world.teller.request(counterdesk.receives.ask, { text });
  const kept = expect(ask('keep')).rejects.toMatchObject({ code: expect.stringMatching(/ended|unreachable/) });
  await world.pass(20);
  let once = true;
  world.system.onChange((change) => {
    if (once && change.type === 'port' && change.state === after) {
      once = false;
      world.host.lose('js', 'gone');
    }
  });
  call('throw');
  await world.pass(200);
  await kept;
  expect(status()).toMatchObject({ state: 'exhausted', reason: 'restart budget exhausted: no more forms' });
  expect(new Set(world.ends.map((end) => end.replace(/\d+ /, '')))).toEqual(new Set(['exhausted']));
  expect(changes.filter(({ type }) => type === 'system')).toMatchObject([{ state: 'degraded' }]);
  await expect(world.until(ask('now'))).rejects.toMatchObject({ code: 'unreachable' });
  if (budget === 0) return;
  await world.until(world.system.startPort('counterdesk'));
  expect(await world.until(ask('now'))).toEqual({ served: 1 });
  expect(status()).toMatchObject({ state: 'running', reason: '' });
});

test('a hang is reported of the incarnation that hung, however often the port was restarted before', async () => {
  const vmIntensity = { intensity: 10, periodMs: 1_000_000 };
  const { world, call, status, changes } = await openOffice({ vmIntensity });
  call('throw once');
  await world.pass(50);
  await world.system.hang('counterdesk');
  call('hello');
  await world.pass(5_000);
  expect(status()).toMatchObject({ state: 'running', epoch: 3 });
  expect(changes.flatMap((change) => (change.type === 'crash' ? [change.report.epoch] : []))).toEqual([1, 2]);
});

test('the teller is not restarted: only its VM supervises it', async () => {
  const { world } = await openOffice();
  expect(world.system.ports.find(({ port }) => port === teller.name)).toMatchObject({ state: 'running', vm: 'host', epoch: 1 });
});

test('a handler that is a generator would not run: its port ends, and says so', async () => {
  const { world } = await openOffice({}, (port, told, number) =>
    Object.assign(new Clerk(port, told, number), number === 1 ? { *onCall() {} } : {}),
  );
  world.teller.send(counterdesk.receives.call, { text: 'hello' });
  await world.pass(50);
  expect(world.system.crashReports.map(({ party, reason }) => `${party}: ${reason}`)).toEqual([
    expect.stringMatching(/^counterdesk: a handler of counterdesk is a generator/),
  ]);
});
