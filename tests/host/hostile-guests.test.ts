/** Hostile guests on threads of Node: endless loops, which one thread cannot show, and a lie of each kind. An honest guest in the same VM answers throughout. */
import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { createNodeHost, detectCapabilities } from '../../host-shim/node/index.js';
import { hostileGuest, type Lie } from '../guest/hostile-guest.js';
import { HostileStage } from '../guest/hostile-stage.js';
import { parties } from '../guest/hostile-world.js';
import { bundleEntries } from './node-entries.js';

const HANG_MS = 1_000;
const { hostile, 'trap-twin': twin } = await bundleEntries('hostile', 'trap-twin');
writeFileSync(new URL('hostile.wasm', hostile), hostileGuest());

const never = async (): Promise<never> => {
  throw new Error('there are threads');
};

describe.each([true, false])('on threads, shared memory %s', (sharedMemory) => {
  let stage: HostileStage;
  afterEach(() => stage.system.stop());

  async function open(): Promise<void> {
    const capabilities = { ...detectCapabilities(), sharedMemory };
    const vms = { js: { entry: twin, load: never }, wasm: { entry: hostile, load: never } };
    stage = new HostileStage(createNodeHost({ capabilities, parties, vms, spares: false }));
    await stage.start({ hangMs: HANG_MS });
  }

  const poisoned = (count: number) => expect.poll(() => stage.poisoned.length, { timeout: 60_000 }).toBe(count);

  test('one lie after another becomes poison, and the VM is never lost', async () => {
    await open();
    const lies: Lie[] = ['outbox of 2 GB', 'progress of a frame for ever'];
    for (const lie of lies) {
      stage.add(1);
      stage.lie(lie);
      await stage.ask();
    }
    await poisoned(2);
    stage.add(1);
    await expect.poll(() => stage.sums).toEqual([1, 2, 3]);
    expect(stage.losses).toBe(0);
    expect(stage.crashes.every(({ party, reason }) => party === 'trap' && /breaks its ABI/.test(reason))).toBe(true);
    expect(stage.actor('base')).toMatchObject({ state: 'running', epoch: 1 });
  });

  test.each<Lie>(['progress for ever, catching', 'a snapshot that loops'])('%s is a hang, and poison at the second', async (lie) => {
    await open();
    stage.add(1);
    stage.lie(lie);
    await stage.ask();
    if (lie === 'a snapshot that loops') stage.system.snapshot('trap').catch(() => {});
    await poisoned(1);
    stage.add(1);
    await stage.ask();
    await expect.poll(() => stage.sums).toEqual([1, 2]);
    expect(stage.losses).toBe(2);
    expect(stage.unanswered).toBe(0);
    expect(stage.poisoned).toMatchObject([{ party: 'trap', attempt: 2, message: { kindName: 'trap.trap' } }]);
    expect(new Set(stage.crashes.map(({ party }) => party))).toEqual(new Set(['trap']));
    await expect.poll(() => stage.actor('base')).toMatchObject({ state: 'running', epoch: 3 });
  });
});
