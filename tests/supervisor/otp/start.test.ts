/** How a supervisor starts, all or nothing, and what it says of a specification that makes no sense. */
import { expect } from 'vitest';
import { type Case, exitOf, runCases, statesOf } from './fixture.js';

const refused = new Error('no');

const cases: readonly Case[] = [
  [
    'sup_start_normal',
    'starts and stops cleanly',
    async (world) => {
      const supervisor = await world.start([]);
      expect(await exitOf(supervisor)).toBe('running');
      expect(await supervisor.stop()).toEqual({ reason: 'shutdown' });
    },
  ],
  [
    'sup_start_ignore_child',
    'a child whose start finds nothing to start is kept, and down',
    async (world) => {
      world.script('a', 'ignore');
      const supervisor = await world.start(world.workers('a', 'b'));
      expect(await statesOf(supervisor)).toEqual(['a down', 'b running']);
    },
  ],
  [
    'sup_start_ignore_temporary_child',
    'a temporary one is not kept',
    async (world) => {
      world.script('a', 'ignore');
      const supervisor = await world.start([world.worker('a', { restart: 'temporary' }), world.worker('b', { restart: 'temporary' })]);
      expect(await statesOf(supervisor)).toEqual(['b running']);
    },
  ],
  [
    'sup_start_child_returns_error',
    'a child that does not start takes its elders down',
    async (world) => {
      world.script('b', refused);
      await expect(world.start(world.workers('a', 'b', 'c'))).rejects.toBe(refused);
      expect(world.log).toEqual(['+a', 'a shutdown']);
    },
  ],
  [
    'sup_start_restart_child_returns_error',
    'a start by order that fails leaves the child down',
    async (world) => {
      const supervisor = await world.start(world.workers('a'));
      await supervisor.terminateChild('a');
      world.script('a', refused);
      await expect(supervisor.restartChild('a')).rejects.toBe(refused);
      expect(await statesOf(supervisor)).toEqual(['a down']);
    },
  ],
  [
    'child_specs',
    'each field that makes no sense is refused by its name',
    async (world) => {
      const faults = { id: 7, restart: 'sometimes', significant: 'very' };
      for (const [field, value] of Object.entries(faults)) {
        const child = { ...world.worker('a'), [field]: value } as never;
        const expected = { name: 'SpecificationError', field, value };
        await expect(world.start([child])).rejects.toMatchObject(expected);
      }
      expect(world.log).toEqual([]);
    },
  ],
  [
    'child_specs_map',
    'an end that nobody would heed cannot be significant: of a permanent child, or where nothing shuts down',
    async (world) => {
      const significant = world.worker('a', { significant: true, restart: 'transient' });
      await expect(world.start([significant])).rejects.toMatchObject({ field: 'significant' });
      const permanent = world.worker('a', { significant: true });
      await expect(world.start([permanent], { autoShutdown: 'any_significant' })).rejects.toMatchObject({ field: 'significant' });
    },
  ],
  [
    'sup_flags',
    'each flag that makes no sense is refused by its name, one that is not known is left alone',
    async (world) => {
      const backoff = { minMs: 10, maxMs: 100, randomFactor: 0.2 };
      const faults: [string, unknown, object][] = [
        ['strategy', 'none_for_one', { strategy: 'none_for_one' }],
        ['intensity', -1, { intensity: -1 }],
        ['intensity', 0.5, { intensity: 0.5 }],
        ['periodMs', 0, { periodMs: 0 }],
        ['autoShutdown', true, { autoShutdown: true }],
        ['backoff.minMs', 0, { backoff: { ...backoff, minMs: 0 } }],
        ['backoff.maxMs', 9, { backoff: { ...backoff, maxMs: 9 } }],
        ['backoff.randomFactor', 2, { backoff: { ...backoff, randomFactor: 2 } }],
        ['backoff.resetAfterMs', -1, { backoff: { ...backoff, resetAfterMs: -1 } }],
      ];
      for (const [field, value, flags] of faults)
        await expect(world.start(world.workers('a'), flags)).rejects.toMatchObject({ name: 'SpecificationError', field, value });
      expect(world.log).toEqual([]);
      await world.start(world.workers('a'), { silly: true } as never);
      expect(world.living).toEqual(['a']);
    },
  ],
  [
    'already_started_outside_supervisor',
    'what a start says of the one that is there already reaches whoever started it',
    async (world) => {
      const elsewhere = Object.assign(new Error('already started'), { child: {} });
      world.script('a', elsewhere);
      await expect(world.start(world.workers('a'))).rejects.toBe(elsewhere);
    },
  ],
];

runCases(cases);
