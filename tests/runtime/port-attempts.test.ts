/** How often a port handles a frame at which its incarnations end, by a throw, a hang or a lost VM: twice, and then it is poison. */
import { expect, test } from 'vitest';
import { Standstill } from '../../actors/contract/fault.js';
import type { Port } from '../../actors/index.js';
import { counterdesk, openBank } from './bank.js';
import { type Call, Clerk, openOffice } from './office.js';

/** Its first incarnation hangs at `worn`, the others throw at it. */
class Worn extends Clerk {
  override onCall(call: Call): unknown {
    if (call.text !== 'worn') return super.onCall(call);
    this.told.push(`${this.number} ${call.text}`);
    throw this.number === 1 ? new Standstill() : new Error('worn out');
  }
}

const openWornOffice = () =>
  openOffice({ vmIntensity: { intensity: 10, periodMs: 1_000_000 } }, (port, tells, number) => new Worn(port, tells, number));

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
  const { world, call, told, changes } = await openWornOffice();
  call('worn', 'last');
  await world.pass(10_000);
  expect(told).toEqual(['1 opens', '1 worn', '2 opens', '2 worn', '3 opens', '3 last 1']);
  expect(changes.flatMap((change) => (change.type === 'crash' ? [change.report.attempt] : []))).toEqual([1, 2]);
  expect(await world.system.deadLetters()).toMatchObject([{ code: 'poisoned' }]);
});

test('a frame at which its VM was lost is remembered while another one ends the port', async () => {
  const { world, call, told } = await openWornOffice();
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
