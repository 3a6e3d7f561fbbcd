/** When the VM of a port is lost, the requests that it had fail at once, as nobody can answer them; those that it never had wait for it. */
import { describe, expect, test } from 'vitest';
import type { Port } from '../../actors/index.js';
import type { Incoming } from '../../actors/model/handlers.js';
import type { RequestError } from '../../protocol/errors.js';
import { SMALL_MEMORIES } from '../small-memories.js';
import { type BankWorld, bank, counterdesk, openBank, watcher } from './bank.js';

const OFTEN = { intensity: 1000, periodMs: 10_000 };
/** Less than the deadline of any request. */
const SOON_MS = 200;
const MOMENTS = [0, 1, 2, 3, 5, 8, 13, 21, 34];

async function jobs(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await null;
}

/** The port keeps what asks for `keep`, and answers the rest. */
const openOffice = (sharedMemory: boolean, placement?: string) =>
  openBank({
    ...SMALL_MEMORIES,
    placement,
    vmIntensity: OFTEN,
    capabilities: { wasm: true, workers: true, sharedMemory },
    ports: (vm) =>
      vm.openSupervisedPort(counterdesk, (port: Port<typeof counterdesk>) => ({
        onCall() {},
        onAsk({ text }, incoming: Incoming) {
          if (text !== 'keep') port.reply(incoming, counterdesk.receives.ask, { served: 1 });
        },
        onBankTotal() {},
      })),
  });

interface Asked {
  settled: string;
  times: number;
}

/** From the host's VM. */
function ask({ teller }: BankWorld, text: string): Asked {
  const asked: Asked = { settled: 'open', times: 0 };
  const settle = (how: string): void => {
    asked.settled = how;
    asked.times++;
  };
  teller.request(counterdesk.receives.ask, { text }).then(
    () => settle('answered'),
    ({ code }: RequestError) => settle(code),
  );
  return asked;
}

describe.each([true, false])('the VM of a port is lost, shared memory %s', (sharedMemory) => {
  test('requests that it had in hand fail as `ended`, once; the next incarnation answers', async () => {
    const world = await openOffice(sharedMemory);
    await world.pass(20);
    const kept = ask(world, 'keep');
    const answered = ask(world, 'answer');
    await world.pass(20);
    expect([kept.settled, answered.settled]).toEqual(['open', 'answered']);
    world.host.lose('js', 'gone');
    await world.pass(SOON_MS);
    expect(kept).toEqual({ settled: 'ended', times: 1 });
    const next = ask(world, 'answer');
    await world.pass(SOON_MS);
    expect([kept, next]).toEqual([
      { settled: 'ended', times: 1 },
      { settled: 'answered', times: 1 },
    ]);
  });

  test.each(MOMENTS)(
    'asked %i ms before the loss and as many jobs after it, each settles, and none that it never had fails',
    async (moment) => {
      const world = await openOffice(sharedMemory);
      await world.pass(20);
      const before = [ask(world, 'keep'), ask(world, 'answer')];
      await world.pass(moment / 4);
      world.host.lose('js', 'gone');
      await jobs(moment);
      const after = ask(world, 'answer');
      await world.pass(SOON_MS);
      expect(after).toEqual({ settled: 'answered', times: 1 });
      // A request that reaches the next incarnation is kept or answered by it.
      expect(before[0].settled).toMatch(/open|ended/);
      expect(before[1].settled).toMatch(/answered|ended/);
      world.host.lose('js', 'gone again');
      await world.pass(SOON_MS);
      expect(before.map(({ times }) => times)).toEqual([1, 1]);
      expect(before[0].settled).toBe('ended');
    },
  );

  test.each(['watcher=js', 'watcher=wasm'])('an actor that asked the port is told, once, and asks again: bank=js,%s', async (placement) => {
    const world = await openOffice(sharedMemory, `bank=js,${placement}`);
    const answers = async () => (await world.until(world.teller.request(watcher.receives.report, {}))).answers;
    world.teller.send(watcher.receives.consult, { text: 'keep' });
    world.teller.send(watcher.receives.consult, { text: 'answer' });
    await world.pass(20);
    expect(await answers()).toEqual(['served 1']);
    world.host.lose('js', 'gone');
    await world.pass(SOON_MS);
    expect(await answers()).toEqual(['served 1', 'ended']);
    world.teller.send(watcher.receives.consult, { text: 'answer' });
    await world.pass(SOON_MS);
    expect(await answers()).toEqual(['served 1', 'ended', 'served 1']);
  });

  test.each(MOMENTS)('an actor beside the port asks it %i jobs before both are lost: it is told, or answered, once', async (moment) => {
    const world = await openOffice(sharedMemory, 'bank=js,watcher=js');
    world.teller.send(watcher.receives.consult, { text: 'answer' });
    world.teller.send(watcher.receives.consult, { text: 'keep' });
    await world.pass(moment / 16);
    world.host.lose('js', 'gone');
    await world.pass(SOON_MS);
    world.host.lose('js', 'gone again');
    await world.pass(SOON_MS);
    const { answers } = await world.until(world.teller.request(watcher.receives.report, {}));
    expect(answers).toHaveLength(2);
    expect(answers).toContain('ended');
  });

  test.each(['watcher=js', 'watcher=wasm'])('an actor that asked a bank that waits is not told so: bank=js,%s', async (placement) => {
    const world = await openOffice(sharedMemory, `bank=js,${placement}`);
    world.teller.send(watcher.receives.hang, {});
    await world.pass(20);
    world.host.lose('js', 'gone');
    await world.pass(SOON_MS);
    world.teller.send(bank.receives.settle, {});
    await world.pass(SOON_MS);
    expect((await world.until(world.teller.request(watcher.receives.report, {}))).answers).toEqual(['settled 0']);
  });
});
