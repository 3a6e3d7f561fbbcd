/** Flags and specifications that are changed while all goes on. */
import { expect } from 'vitest';
import { type Case, exitOf, runCases, statesOf } from './fixture.js';

const cases: readonly Case[] = [
  [
    'code_change',
    'the new flags count from now on',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b'));
      await supervisor.change({ flags: { strategy: 'one_for_all', intensity: 1, periodMs: 1000 }, children: world.workers('a', 'b') });
      expect(world.log).toEqual(['+a', '+b']);
      await world.die('a');
      expect(world.starts('b')).toBe(2);
      await world.die('a');
      expect(await exitOf(supervisor)).toMatchObject({ reason: 'shutdown' });
    },
  ],
  [
    'code_change_map',
    'a changed specification counts for the child that runs, a new one is not started, one that is not mentioned stays; what is refused changes nothing',
    async (world) => {
      const supervisor = await world.start(world.workers('a', 'b'));
      await supervisor.change({ children: [world.worker('b', { restart: 'temporary' }), world.worker('c')] });
      expect(await statesOf(supervisor)).toEqual(['b running', 'c down', 'a running']);
      await expect(supervisor.change({ flags: { intensity: -1 }, children: [] })).rejects.toMatchObject({ field: 'intensity' });
      await expect(supervisor.change({ children: world.workers('d', 'd') })).rejects.toMatchObject({ field: 'id' });
      await expect(supervisor.change({ children: [world.worker('d', { shutdown: -1 })] })).rejects.toMatchObject({ field: 'shutdown' });
      expect(await statesOf(supervisor)).toEqual(['b running', 'c down', 'a running']);
      await world.die('b');
      expect(await statesOf(supervisor)).toEqual(['c down', 'a running']);
    },
  ],
  [
    'code_change_simple',
    'the new specification counts for the dynamic children that run',
    async (world) => {
      const flags = { strategy: 'simple_one_for_one', intensity: 2, periodMs: 1000 } as const;
      const supervisor = await world.start(world.workers('a'), flags);
      await supervisor.startDynamic();
      await supervisor.change({ flags, children: [world.worker('a', { restart: 'transient' })] });
      await world.die('a', 'normal');
      expect(await supervisor.whichChildren()).toEqual([]);
    },
  ],
  [
    'code_change_simple_map',
    'more than one specification, or another kind of strategy, is refused, and nothing changes',
    async (world) => {
      const flags = { strategy: 'simple_one_for_one', intensity: 2, periodMs: 1000 } as const;
      const supervisor = await world.start(world.workers('a'), flags);
      await supervisor.startDynamic();
      await expect(supervisor.change({ flags, children: world.workers('a', 'b') })).rejects.toMatchObject({ field: 'children' });
      await expect(supervisor.change({ children: world.workers('a') })).rejects.toMatchObject({ code: 'strategy' });
      await world.die('a');
      expect(world.starts('a')).toBe(2);
      expect(await supervisor.countChildren()).toMatchObject({ active: 1 });
    },
  ],
];

runCases(cases);
