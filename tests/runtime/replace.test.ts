/** An actor goes on with code that was edited: with its state, with nothing lost and nothing said twice; or, if that does not fit, as it was. */
import { describe, expect, test } from 'vitest';
import { openStorage } from '../../host-shim/sim/ports/storage.js';
import { type BankWorld, bank, openBank } from './bank.js';

const addressOf = (name: string) => new URL(`./edited/${name}.ts`, import.meta.url).href;

async function deposit({ teller, pass }: BankWorld): Promise<void> {
  teller.send(bank.receives.deposit, { account: 0, amount: 1 });
  await pass(20);
}

const stateOf = ({ system }: BankWorld) => system.actors.find(({ actor }) => actor === 'bank')?.state;
const amounts = ({ receipts }: BankWorld) => receipts.map(({ amount }) => amount);

test('with its state and the requests in its hands; also after a crash, and when it is started again', async () => {
  const world = await openBank({ placement: 'js' });
  const { system } = world;
  const waits = world.teller.request(bank.receives.wait, {});
  await deposit(world);
  await world.until(system.replaceActor('bank', addressOf('bonus')));
  await deposit(world);
  await world.until(system.crash('bank'));
  await deposit(world);
  expect(amounts(world)).toEqual([1, 102, 203]);
  world.teller.send(bank.receives.settle, {});
  expect((await world.until(waits)).amount).toBe(203);
  await world.until(system.stopActor('bank'));
  await world.until(system.startActor('bank'));
  await deposit(world);
  expect(amounts(world).at(-1)).toBe(304);
  expect(await world.until(system.counters())).toMatchObject({ divergent: 0, traps: 1, duplicates: 0 });
});

test('not where its state does not come back, or where nothing loads', async () => {
  const world = await openBank({ placement: 'js' });
  const { system } = world;
  await deposit(world);
  const refused = world.until(system.replaceActor('bank', addressOf('forgetful')));
  await expect(refused).rejects.toThrow('the state that it had is not what the new code makes of it');
  await expect(world.until(system.replaceActor('bank', addressOf('missing')))).rejects.toThrow('missing');
  await expect(world.until(system.replaceActor('nobody', addressOf('bonus')))).rejects.toThrow('nobody');
  await deposit(world);
  expect(amounts(world)).toEqual([1, 2]);
});

test('one that crashed too often is started with it, in the state that it had', async () => {
  const world = await openBank({ placement: 'js', intensity: 1 });
  const { system, teller, pass } = world;
  await deposit(world);
  teller.send(bank.receives.explode, { account: 0 });
  await pass(100);
  expect(stateOf(world)).toBe('exhausted');
  await world.until(system.replaceActor('bank', addressOf('fixed')));
  teller.send(bank.receives.explode, { account: 0 });
  await pass(20);
  expect([stateOf(world), amounts(world)]).toEqual(['running', [1, 1001]]);
});

describe('afresh', () => {
  test('with code that its state does not fit, and again with the same code', async () => {
    const world = await openBank({ placement: 'js' });
    const { system } = world;
    await deposit(world);
    await world.until(system.startAfresh('bank', addressOf('forgetful')));
    await deposit(world);
    await deposit(world);
    await world.until(system.startAfresh('bank'));
    await deposit(world);
    expect(amounts(world)).toEqual([1, 1, 2, 1]);
  });

  test('without what is stored', async () => {
    const world = await openBank({ placement: 'js', storage: await openStorage(new Map()) });
    await deposit(world);
    await world.until(world.system.persist());
    await world.until(world.system.startAfresh('bank'));
    await deposit(world);
    expect(amounts(world)).toEqual([1, 1]);
  });

  test('from where it is down; and as it was, when the code does not load', async () => {
    const world = await openBank({ placement: 'js' });
    const { system } = world;
    await deposit(world);
    await expect(world.until(system.startAfresh('bank', addressOf('missing')))).rejects.toThrow('missing');
    await deposit(world);
    await world.until(system.stopActor('bank'));
    await world.until(system.startAfresh('bank'));
    await deposit(world);
    expect(amounts(world)).toEqual([1, 2, 1]);
  });
});
