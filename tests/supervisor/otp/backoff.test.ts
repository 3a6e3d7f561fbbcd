/** Delays between restarts, with the meaning of Pekko's backoff supervisor. */
import { expect } from 'vitest';
import { backoffMs } from '../../../actors/supervisor/tree/specification.js';
import { type Case, runCases, statesOf } from './fixture.js';

const backoff = { minMs: 100, maxMs: 1000, randomFactor: 0.2 };
const generous = { intensity: 99, periodMs: 1_000_000 };

const cases: readonly Case[] = [
  [
    'calculateDelay',
    'twice as long each time up to the maximum, and up to the random part longer',
    async () => {
      const delays = (chance: number) => [0, 1, 2, 3, 4, 5000].map((restarts) => Math.round(backoffMs(backoff, restarts, chance)));
      expect(delays(0)).toEqual([100, 200, 400, 800, 1000, 1000]);
      expect(delays(0.5)).toEqual([110, 220, 440, 880, 1100, 1100]);
      expect(delays(1)).toEqual([120, 240, 480, 960, 1200, 1200]);
    },
  ],
  [
    'restart with backoff',
    'the child comes back when its delay is over, and the next delay is twice as long',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b'), { ...generous, backoff: { ...backoff, resetAfterMs: 5000 } });
      world.chances = [0.5, 0];
      await world.die('a');
      await world.time.advance(109);
      expect(await statesOf(supervisor)).toEqual(['a restarting', 'b running']);
      await world.time.advance(1);
      expect(await statesOf(supervisor)).toEqual(['a running', 'b running']);
      await world.die('a');
      await world.time.advance(199);
      expect(await statesOf(supervisor)).toEqual(['a restarting', 'b running']);
      await world.time.advance(1);
      expect(await statesOf(supervisor)).toEqual(['a running', 'b running']);
    },
  ],
  [
    'restart with backoff',
    'a restart that fails waits longer before the next try, and each try counts against the budget',
    async (world) => {
      const supervisor = await world.start(world.workers('a'), { intensity: 3, periodMs: 1_000_000, backoff });
      world.script('a', new Error('1'), new Error('2'), new Error('3'));
      await world.die('a');
      await world.time.advance(100);
      await world.time.advance(200);
      expect(await statesOf(supervisor)).toEqual(['a restarting']);
      await world.time.advance(400);
      expect(await supervisor.ended).toMatchObject({ detail: { name: 'ExhaustedError', cause: { message: '3' } } });
    },
  ],
  [
    'reset backoff',
    'a child that has run for long enough begins with the shortest delay again; for the shortest delay when not said otherwise',
    async (world) => {
      for (const [flags, runMs] of [
        [backoff, 100],
        [{ ...backoff, resetAfterMs: 5000 }, 5000],
      ] as const) {
        const supervisor = await world.start(world.workers('a'), { ...generous, backoff: flags });
        await world.die('a');
        await world.time.advance(100);
        await world.time.advance(runMs - 1);
        await world.die('a');
        await world.time.advance(199);
        expect(await statesOf(supervisor)).toEqual(['a restarting']);
        await world.time.advance(1);
        await world.time.advance(runMs);
        await world.die('a');
        await world.time.advance(100);
        expect(await statesOf(supervisor)).toEqual(['a running']);
        await supervisor.stop();
      }
    },
  ],
  [
    'backoff of a group',
    'those that go with it run on until its delay is over',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b'), { strategy: 'one_for_all', backoff });
      await world.die('a');
      expect(await statesOf(supervisor)).toEqual(['a restarting', 'b running']);
      await world.time.advance(100);
      expect(world.log.slice(2)).toEqual(['a error', 'b shutdown', '+a', '+b']);
    },
  ],
];

runCases(cases);
