/** Ports of application code: a port that throws is started again with new state, and frames on their way go to the next incarnation. */
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Standstill } from '../../actors/contract/fault.js';
import type { Port, SystemChange } from '../../actors/index.js';
import type { Incoming } from '../../actors/model/port-handlers.js';
import type { SimHost } from '../../host-shim/sim/index.js';
import type { MessageOf } from '../../protocol/fields.js';
import { arriveTogether, type BankOptions, type BankWorld, bank, counterdesk, openBank, teller } from './bank.js';

type Desk = Port<typeof counterdesk>;
type Call = MessageOf<typeof counterdesk, 'call'>;

/** One incarnation: it counts its calls, and fails as it is told. */
class Clerk {
  private served = 0;

  constructor(
    readonly port: Desk,
    protected readonly told: string[],
    readonly number: number,
  ) {}

  onOpen(): void {
    this.told.push(`${this.number} opens`);
  }

  onCall({ text }: Call): unknown {
    this.served++;
    this.told.push(`${this.number} ${text} ${this.served}`);
    if (text === 'throw' || (text === 'throw once' && this.number === 1)) throw new Error('no more forms');
    if (text === 'reject' || (text === 'reject once' && this.number === 1)) return Promise.reject(new Error('no more ink'));
    if (text === 'greet') this.port.send(bank.receives.deposit, { account: 0, amount: 1 });
    return undefined;
  }

  onAsk({ text }: MessageOf<typeof counterdesk, 'ask'>, incoming: Incoming): void {
    this.served++;
    if (text === 'throw') throw new Error('no more forms');
    if (text !== 'keep') this.port.reply(incoming, counterdesk.receives.ask, { served: this.served });
  }

  onBankTotal(): void {}
}

interface Office {
  readonly world: BankWorld;
  readonly told: string[];
  readonly clerks: Clerk[];
  readonly changes: SystemChange[];
  call(...texts: string[]): void;
  status(): BankWorld['system']['ports'][number];
}

async function openOffice(
  options: BankOptions = {},
  makeClerk = (port: Desk, told: string[], number: number) => new Clerk(port, told, number),
) {
  const told: string[] = [];
  const clerks: Clerk[] = [];
  const changes: SystemChange[] = [];
  const world = await openBank({
    ...options,
    ports: (vm) =>
      vm.openSupervisedPort(counterdesk, (port) => {
        const clerk = makeClerk(port, told, clerks.length + 1);
        clerks.push(clerk);
        return clerk;
      }),
  });
  world.system.onChange((change) => changes.push(change));
  const office: Office = {
    world,
    told,
    clerks,
    changes,
    call: (...texts) => {
      for (const text of texts) world.teller.send(counterdesk.receives.call, { text });
    },
    status: () => world.system.ports.find(({ port }) => port === 'counterdesk') as BankWorld['system']['ports'][number],
  };
  await world.pass(10);
  return office;
}

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

test.each(['throw', 'reject'])('a frame at which two incarnations ended (%s) is a dead letter, and the port goes on', async (text) => {
  const { world, told, call, status, changes } = await openOffice();
  call(text);
  await world.pass(100);
  call('last');
  await world.pass(100);
  expect(told.at(-1)).toBe('3 last 1');
  expect(status()).toMatchObject({ state: 'running', epoch: 3 });
  expect(await world.system.deadLetters()).toMatchObject([{ code: 'poisoned' }]);
  expect(changes.filter((change) => change.type === 'poisoned')).toHaveLength(1);
  expect(world.ends).toEqual(['1 trap', '2 trap']);
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

test('an incarnation that does not open loses nothing: the next gets the frame that ended the last one, for its last attempt', async () => {
  class Stuck extends Clerk {
    override onOpen(): void {
      super.onOpen();
      if (this.number === 2) throw new Error('the door is stuck');
    }
  }
  const { world, told, call, status } = await openOffice({}, (port, tells, number) => new Stuck(port, tells, number));
  call('throw once', 'throw', 'last');
  await world.pass(100);
  expect(told).toEqual([
    '1 opens',
    '1 throw once 1',
    '2 opens',
    '3 opens',
    '3 throw once 1',
    '3 throw 2',
    '4 opens',
    '4 throw 1',
    '5 opens',
    '5 last 1',
  ]);
  expect(status()).toMatchObject({ state: 'running', epoch: 5 });
  expect(await world.system.deadLetters()).toMatchObject([{ code: 'poisoned' }]);
});

test('a frame has two attempts, whether or not an incarnation opens between them', async () => {
  class Stuck extends Clerk {
    override onOpen(): void {
      super.onOpen();
      if (this.number === 2) throw new Error('the door is stuck');
    }
  }
  const { world, told, call, changes } = await openOffice({}, (port, tells, number) => new Stuck(port, tells, number));
  call('throw', 'last');
  await world.pass(100);
  expect(told).toEqual(['1 opens', '1 throw 1', '2 opens', '3 opens', '3 throw 1', '4 opens', '4 last 1']);
  const attempts = changes.flatMap((change) => (change.type === 'crash' ? [change.report.attempt] : []));
  expect(attempts).toEqual([1, 1, 2]);
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

test('a frame at which it hangs comes once more, and is poison when it hangs again', async () => {
  class Endless extends Clerk {
    override onCall(call: Call): unknown {
      const { text } = call;
      if (text !== 'hang' && (text !== 'hang once' || this.number > 1)) return super.onCall(call);
      this.told.push(`${this.number} ${text}`);
      throw new Standstill();
    }
  }
  const vmIntensity = { intensity: 10, periodMs: 1_000_000 };
  const { world, call, status, told, changes } = await openOffice(
    { vmIntensity },
    (port, tells, number) => new Endless(port, tells, number),
  );
  call('hang once');
  await world.pass(5_000);
  expect(told).toEqual(['1 opens', '1 hang once', '2 opens', '2 hang once 1']);
  call('hang', 'last');
  await world.pass(20_000);
  expect(told.slice(4)).toEqual(['2 hang', '3 opens', '3 hang', '4 opens', '4 last 1']);
  expect(status()).toMatchObject({ state: 'running', epoch: 4 });
  expect(await world.system.deadLetters()).toMatchObject([{ code: 'poisoned' }]);
  expect(world.ends).toEqual(['1 hang', '2 hang', '3 hang']);
  const crashes = changes.flatMap((change) => (change.type === 'crash' ? [change.report] : []));
  expect(crashes.map(({ epoch, attempt }) => [epoch, attempt])).toEqual([
    [1, 1],
    [2, 1],
    [3, 2],
  ]);
  const [{ report, frame }] = changes.flatMap((change) => (change.type === 'poisoned' ? [change] : []));
  expect(report.message).toMatchObject({ kindName: 'counterdesk.call', firstBytes: frame });
});

test('a frame at which it hangs, and throws when it comes once more, is poison', async () => {
  class Worn extends Clerk {
    override onCall(call: Call): unknown {
      if (call.text !== 'worn') return super.onCall(call);
      this.told.push(`${this.number} ${call.text}`);
      throw this.number === 1 ? new Standstill() : new Error('worn out');
    }
  }
  const { world, call, told, changes } = await openOffice(
    { vmIntensity: { intensity: 10, periodMs: 1_000_000 } },
    (port, tells, number) => new Worn(port, tells, number),
  );
  call('worn', 'last');
  await world.pass(10_000);
  expect(told).toEqual(['1 opens', '1 worn', '2 opens', '2 worn', '3 opens', '3 last 1']);
  expect(changes.flatMap((change) => (change.type === 'crash' ? [change.report.attempt] : []))).toEqual([1, 2]);
  expect(await world.system.deadLetters()).toMatchObject([{ code: 'poisoned' }]);
});

test('a frame at which its VM was lost is remembered while another one ends the port', async () => {
  class Worn extends Clerk {
    override onCall(call: Call): unknown {
      if (call.text !== 'worn') return super.onCall(call);
      this.told.push(`${this.number} ${call.text}`);
      throw this.number === 1 ? new Standstill() : new Error('worn out');
    }
  }
  const { world, call, told } = await openOffice(
    { vmIntensity: { intensity: 10, periodMs: 1_000_000 } },
    (port, tells, number) => new Worn(port, tells, number),
  );
  call('worn', 'last');
  await world.pass(100);
  // In a lane before that of the calls.
  const asked = expect(world.teller.request(counterdesk.receives.ask, { text: 'throw' })).rejects.toMatchObject({ code: 'poisoned' });
  await world.pass(10_000);
  await asked;
  expect(told).toEqual(['1 opens', '1 worn', '2 opens', '3 opens', '4 opens', '4 worn', '5 opens', '5 last 1']);
});

test('no injected fault makes a frame poison, also when its VM was lost between', async () => {
  const { world, call, changes, told } = await openOffice({ vmIntensity: { intensity: 10, periodMs: 1_000_000 } });
  await world.system.hang('counterdesk');
  call('hello');
  await world.pass(100);
  world.system.onChange((change) => {
    if (change.type === 'vm' && change.state === 'running') void world.system.hang('counterdesk').catch(() => {});
  });
  await world.pass(20_000);
  expect(told.at(-1)).toMatch(/hello 1$/);
  expect(changes.filter((change) => change.type === 'poisoned')).toEqual([]);
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

test('a crash loop in the middle of traffic loses nothing that can be handled', async () => {
  const { world, call, told } = await openOffice();
  const texts = Array.from({ length: 60 }, (_, index) => (index % 7 === 3 ? 'throw' : `call ${index}`));
  call(...texts);
  await world.pass(500);
  const heard = told.filter((line) => line.includes(' call ')).map((line) => line.split(' ')[2]);
  expect(heard).toEqual(texts.flatMap((text) => (text === 'throw' ? [] : [text.split(' ')[1]])));
  expect((await world.system.deadLetters()).map(({ code }) => code)).toEqual(
    texts.filter((text) => text === 'throw').map(() => 'poisoned'),
  );
  expect(await world.counters()).toMatchObject({ waiting: 0, fenced: 0 });
});

test('the teller is not restarted: only its VM supervises it', async () => {
  const { world } = await openOffice();
  expect(world.system.ports.find(({ port }) => port === teller.name)).toMatchObject({ state: 'running', vm: 'host', epoch: 1 });
});

test('a poison message can be handed to the port again, but only for real', async () => {
  let forms = false;
  class Needy extends Clerk {
    override onCall(call: Call): unknown {
      if (call.text === 'print' && !forms) throw new Error('no more forms');
      return super.onCall(call);
    }
  }
  const { world, told, call, status } = await openOffice({}, (port, lines, number) => new Needy(port, lines, number));
  call('print');
  await world.pass(100);
  const [letter] = await world.system.deadLetters();
  await expect(world.system.tryLetter(letter)).rejects.toMatchObject({ name: 'SupervisionError', code: 'port' });
  // It fails again as often as a message may, and is poison once more.
  await world.system.deliverLetter(letter);
  await world.pass(100);
  expect(status()).toMatchObject({ state: 'running', epoch: 5 });
  const [again, ...others] = await world.system.deadLetters();
  expect(others).toEqual([]);
  forms = true;
  await world.system.deliverLetter(again);
  expect(told.at(-1)).toBe('5 print 1');
  expect(await world.system.deadLetters()).toEqual([]);
  await world.pass(100);
  expect(told.filter((line) => line.includes('print'))).toEqual(['5 print 1']);
});

test('the frame at which a port ended outlives an incarnation that does not open', async () => {
  let incarnations = 0;
  const told: string[] = [];
  const world = await openBank({
    ports: (vm) =>
      vm.openSupervisedPort(counterdesk, (_port: Port<typeof counterdesk>) => {
        const number = ++incarnations;
        return {
          onOpen() {
            if (number === 2) throw new Error('no light');
          },
          onCall({ text }) {
            told.push(`${number} ${text}`);
            if (number === 1) throw new Error('no more forms');
          },
          onAsk() {},
          onBankTotal() {},
        };
      }),
  });
  world.teller.send(counterdesk.receives.call, { text: 'first' });
  world.teller.send(counterdesk.receives.call, { text: 'second' });
  await world.pass(100);
  expect(world.system.ports.find(({ port }) => port === 'counterdesk')?.state).toBe('running');
  expect(told).toEqual(['1 first', '3 first', '3 second']);
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
