/** A command to end an actor that crosses its restart by permit holds, and its supervisor alone decides when it goes on. */
import { expect, test } from 'vitest';
import type { SupervisorSpec } from '../../actors/supervisor/supervision.js';
import { type BankWorld, bank, openBank, watcher } from './bank.js';

/** The bank may be restarted alone, and is ended with the watcher. */
const GROUP: SupervisorSpec = {
  supervisor: 'root',
  strategy: 'one_for_all',
  intensity: 100,
  children: ['watcher', { supervisor: 'inner', children: ['bank'] }],
};

const bankIn = async ({ host }: BankWorld) => (await host.vmOf('js').health()).find(({ actor }) => actor === 'bank');

test.each([true, false])(
  'ended as its restart by permit is due (shared memory: %s), an actor waits for its supervisor',
  async (sharedMemory) => {
    const capabilities = { wasm: true, workers: true, sharedMemory };
    const world = await openBank({ supervision: GROUP, placement: 'bank=js,watcher=wasm', capabilities });
    world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    world.teller.request(bank.receives.poison, { note: 'of which it dies' }).catch(() => {});
    await world.pass(100);
    const [{ frame }] = await world.system.deadLetters();
    const js = world.host.vmOf('js');
    const [end, restart] = [js.end.bind(js), js.restart.bind(js)];
    const endedAs: number[] = [];
    const found: unknown[] = [];
    js.end = async (actor) => {
      endedAs.push((await bankIn(world))?.epoch ?? 0);
      void js.deliverAgain(actor, frame); // the VM has no time to restart it before the command arrives
      return end(actor);
    };
    js.restart = async (actor, epoch) => {
      await null;
      found.push(await bankIn(world), epoch);
      return restart(actor, epoch);
    };
    const wasm = world.host.vmOf('wasm');
    const restartWatcher = wasm.restart.bind(wasm);
    wasm.restart = async (actor, epoch) => {
      await new Promise<void>((resolve) => world.host.timers.set(5, resolve));
      return restartWatcher(actor, epoch);
    };
    const begun: number[] = [];
    world.system.onChange((change) => {
      if (change.type === 'actor' && change.actor === 'bank' && change.state === 'running') begun.push(change.epoch);
    });
    await world.system.crash('watcher');
    world.teller.send(watcher.receives.look, { account: 0 });
    await world.pass(100);
    expect(endedAs).toHaveLength(1);
    expect(found.slice(0, 2)).toEqual([expect.objectContaining({ state: 'restarting', epoch: endedAs[0] }), endedAs[0] + 1]);
    world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.pass(100);
    expect(world.receipts.map(({ amount }) => amount)).toEqual([1, 2]);
    expect(begun).toEqual([endedAs[0] + 2]); // the message has killed it twice
  },
);
